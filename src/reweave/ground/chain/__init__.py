"""The chain that asks: tables to contexts, intents, candidates, and what of these is grounded (GIFT4Code, 3).

Stages are those of ``reweave.align.stage``: rows in, rows and rejects out, requests in a log. ``trace`` does
the same for whoever has candidates already.

- ``config``: all settings; ``prompts``: the few-shot documents, and ``numbered`` the lists in their answers
- ``asks``: what the stages that ask have in common
- ``intents``, ``candidates``: asked of a model; ``given``: read from a file instead
- ``files``: the stages that read tables and run programs; ``summaries``: a model's words on what they gave
- ``stages``: which there are, in their order; ``run``: all of them
"""
