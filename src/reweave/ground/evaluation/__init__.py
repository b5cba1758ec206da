"""Evaluation with specifications: what a reference takes and leaves stands in a benchmark's prompts.

GIFT4Code's question (arXiv 2402.08073, section 4): how much does a model gain from a specification, and does
what it writes keep to it? No row of this is for training.

- ``config``: the settings; a *cell* is one form of specification at one level of leakage
- ``references``: what a task's reference took and left, out of grounded rows; ``traced`` makes them of ARCADE
- ``places``: where a benchmark's prompt takes a specification, and how its answers run after their context
- ``own``: specifications that the model writes itself, before it answers
- ``ready``: what all cells share
- ``run``: one cell: ``reweave.evaluate.run`` over changed tasks, then ``adherence``, then ``measures``
- ``ablation``: all cells, for all ``models``; ``differences`` compares them, ``report`` tells it
"""
