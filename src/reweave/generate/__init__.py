"""Completions from a model in this process, edit by edit: to serve without another server, and to experiment.

- ``sampling``: how, and what comes of it. ``local``: the model; start here. ``batch``: its loop.
- ``row``: one completion under way; ``row_cache``: keys and values of many; ``draws``: from logits to tokens.
- ``checking``: edits that break the program are drawn again.
"""
