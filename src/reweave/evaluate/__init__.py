"""Scoring code models: what was measured, and how sure one can be of it.

A whole run, ``docs/evaluation.md``:

- ``run``: from a benchmark and samples to a run directory; ``config``: its settings; ``variation``: a
  benchmark asked otherwise than it is written; ``folder``: what the directory holds, and which settings it
  binds; ``summary_file``, ``versions``: what ``summary.json`` says.
- ``given``: samples from a file; ``sampled``: from a model; ``programs``: from an answer to a program.
- ``scoring``: from programs to verdicts; ``partial``: the verdicts so far, safe from a kill.
- ``run_files``, ``run_summary``: a run's directory read back, for pages and exports; ``exports``: for
  evalplus, BigCodeBench and lm-eval.
- ``statistics``: from verdicts to pass@k with intervals, differences of two runs, FLOPs, diversity.
"""
