"""Grounded rows as training data: the same rows with no specification, and with one of each form.

GIFT4Code trains on P(code | context, intent + specification). What the specification is worth shows only
where all else is the same; here the rows, their order and the completions are, byte for byte.

- ``template``: what a prompt looks like
- ``rows``: one grounded row as prompts and a completion, or why it is not to be trained on
- ``lengths``: counts tokens
- ``replay``: rows of original code between them
- ``files``: one file a form, and the manifest that shows what is the same
- ``config``, ``run``: of a whole run
"""
