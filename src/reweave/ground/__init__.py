"""Grounding: instructions whose input-output specification was executed (GIFT4Code, arXiv 2402.08073).

A model asked for data-science code with a specification of inputs and outputs must be trained on
specifications that are true: here they come from running the code.

- ``contexts``: tables and notebooks in, what a model is told of them out.
- ``trace``: context and candidate program in, variables in and out, or the reason why it is refused.
- ``specs``: values in, four forms of specification out; what leaks.
- ``mutators``: programs that are nearly right; ``match``: outputs that are right enough.
- ``run``: rows in, grounded rows out.
- ``evaluation``: benchmarks with specifications in their prompts, and the ablation of all forms.
"""
