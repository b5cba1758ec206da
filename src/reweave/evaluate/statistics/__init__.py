"""From verdicts to numbers, and how sure one can be of them: ``docs/evaluation-statistics.md``.

Nothing here knows files, models or sandboxes. The page has the formulas and says when not to trust them.

- ``verdict_counts``: from verdict rows to samples and passes of each task; ``summary``: from there to the
  numbers of ``summary.json``, and the comparison of two runs. Start here.
- ``pass_at_k``: the unbiased estimator; ``standard_errors``: means over tasks with their intervals;
  ``paired``: two runs on the same tasks, ``holm``: many of them; ``variance_parts``: what more samples would
  mend, and what only more tasks would; ``bootstrap``: a second opinion on all of them.
- ``model_shape``: a model's parameters from its configuration; ``flops``: what sampling from it costs.
- ``diversity``: how many of a task's programs are different programs; ``normal_form`` says when two are one,
  ``local_names`` which names do not count.
- ``numeric``, ``student_t``: numpy, and a distribution that it lacks.

>>> from reweave.evaluate.statistics.summary import summarize
>>> rows = [{"task_id": str(t), "sample": s, "passed": s < t, "reason": "passed" if s < t else "failed"}
...         for t in (0, 1, 2, 3) for s in range(3)]
>>> summarize(rows)["pass@k"]["1"]["value"]
0.5
"""
