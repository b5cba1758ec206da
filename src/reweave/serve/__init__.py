"""An OpenAI-compatible front of an edit model: any harness or editor uses it as it uses any model.

It asks the model in the model's own format, decodes the edit sequence (arXiv 2410.02749, section 3.2), and
answers with the finished program. ``docs/serve.md`` shows how to start it and what it promises. In this room:

- ``config``: the settings; ``run``: the process, its signals and its end.
- ``app``: the paths; ``connection``: bodies, keys, clients that go away; ``refusals``: every error's form.
- ``requests``: what a client may ask; ``answering``: from a request to its choices; ``choice``: one
  of them, as it comes; ``answers``: the bodies and events that say them.
- ``reading``: edits out of text that is still being written; ``stops``: where a returned text ends;
  ``returned``: what a client gets of a completion.
- ``engine``: what writes completions; ``upstream``: another server does; ``local``: a model in this process.
- ``gate``: who waits and who is turned away; ``metrics``: what is counted.
"""
