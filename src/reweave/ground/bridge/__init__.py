"""Between grounding and ordinary functions, both ways: what one has, the other gets.

**Specifications for functions** (``functions``): a program with tests, as ``align`` makes them, is called as
its tests call it (``calls``, ``calling``); what went in and came out is specified in the three forms, with
contracts that reject wrong programs.

**Tests for grounded rows** (``grounded``): context and code become a function of the inputs (``wrapping``),
and what came out its tests (``checks``, over ``literals``), which the program passes in the sandbox.

``rows`` says which of the two a row is for; ``config``, ``run`` and ``statistics`` are of a whole run.
"""
