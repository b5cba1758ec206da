"""From a context and a candidate program to the variables that went in and came out (GIFT4Code, section 3).

The context runs as one notebook cell in the sandbox, the candidate as the next. What the candidate says of
itself is never asked: its inputs are found in its text, its outputs in the namespace.

- ``names``: what a program takes from its context, and what it binds; ``files`` and ``apis``: the two rules
  over its text; ``plots``: what can be said of figures
- ``tracing``: one candidate, run twice; ``reweave.sandbox.works`` runs many at once
- ``stored``: values as bounded JSON
- ``round_trip``: what the specifications of a trace are worth, by wrong programs; ``worth`` adds that up
- ``tables``: the files that a context reads
- ``candidates``: rows in; ``benchmarks``: published problems as such rows
- ``config``, ``statistics``, ``rows``, ``writer``: of a whole run, which is ``reweave.ground.run``
"""

from reweave.ground.trace.tracing import Refusal, Trace, trace

__all__ = ["Refusal", "Trace", "trace"]
