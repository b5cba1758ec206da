"""The stages of self-alignment that ask a model (SelfCodeAlign, section 2), and the pairs at the end.

- ``concepts``, ``instructions``, ``responses``, ``pairs``: a stage each; ``prompts`` has their few-shot
  texts, ``asking`` puts their questions, ``parse`` reads the answers, ``code`` finds the code in them.
- ``naming`` and ``inventory``: when two concepts are one, and how often each is used; ``mixing`` recombines.
- ``wording``: the rules that an instruction must pass before responses are paid for.
- ``rounds``: how many responses are asked for.

Where seeds come from and whether a response is right is the business of other rooms.
"""
