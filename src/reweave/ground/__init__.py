"""Grounding: instructions whose input-output specification was executed (GIFT4Code, arXiv 2402.08073).

A model asked for data-science code with a specification of inputs and outputs must be trained on
specifications that are true: here they come from running the code.

- ``contexts``: tables and notebooks in, what a model is told of them out.
- ``chain``: the whole, from tables to grounded rows; intents and candidates of models, or from files.
- ``trace``: context and candidate program in, variables in and out, or the reason why it is refused; ``run``:
  rows in, grounded rows out.
- ``specs``: values in, four forms of specification out; what leaks.
- ``mutators``: programs that are nearly right; ``match``: outputs that are right enough.
- ``variants``: grounded rows as files to train on; ``bridge``: specifications for functions, tests for rows.
- ``evaluation``: benchmarks with specifications in their prompts, and the ablation of all forms.
- ``page``: grounded rows as plain data for a page, which ``reweave.view.grounded`` draws.
"""
