"""Does training on edit sequences help, at a size that anyone can repeat?

The claims of LintSeq (arXiv 2410.02749, sections 4 and 5) on a family of small tasks, from a tokenizer to
intervals: ``docs/experiment.md`` has what was found.

- ``grammar``: the family of tasks; ``meanings``: what its parts mean; ``tasks``: the two sets of them.
- ``config``: settings and sizes; ``arms``: what is compared; ``run``: from nothing to the report; ``stages``:
  what is done is not done again.
- ``claims``: differences and what they amount to; ``report``: tables, page, figures.
"""
