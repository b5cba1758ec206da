"""Grounding (GIFT4Code): instructions whose input-output specification was executed and checked.

- ``contexts``: tables and notebooks in, what a model is told of them out.
"""
