"""Perplexity of models on sources of instruction data: how likely a model finds each response.

SelfCodeAlign explains by it why a model's own data trains it best. Only the completion counts, the prompt is
its context, and the texts are those that ``reweave train`` trains on.

- ``config``: which sources, which models; ``texts``: from rows to prompts and completions.
- ``scoring``: what a model is asked for, and what it says of a row. ``local``: a model in this process;
  ``server``: one behind an endpoint; ``encoding``: both as tokens; ``boundary``: where a completion begins in
  a server's tokens.
- ``cell``: one model on one source, row by row; ``estimates``: from rows to figures with intervals.
- ``run``: all of it; start here.
"""
