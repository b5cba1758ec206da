"""Rounds: a model makes data, is trained on what passed, and the better model makes the next data.

Generate, filter, train, evaluate, gate, again. SelfCodeAlign has one round; more were asked for and never
tried, so nothing here claims that a second one helps: the gate says, each time, on measured ground.

- ``config``: the settings; ``run``: the loop, and where everything lies;
- ``served``: a model's server, started and ended; ``mixing``: the rows of one training;
- ``training``: ``reweave train sft`` as a process; ``gate``: whether the new model is taken, and why;
- ``table``: what was made of all rounds, for a person.
"""
