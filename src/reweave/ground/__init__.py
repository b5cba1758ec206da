"""Grounding: instructions whose input-output specification was executed (GIFT4Code, arXiv 2402.08073).

A model asked for data-science code with a specification of inputs and outputs must be trained on
specifications that are true: here they come from running the code.

- ``trace``: context and candidate program in, variables in and out, or the reason why it is refused
- ``run``: rows in, grounded rows out
"""
