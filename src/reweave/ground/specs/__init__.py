"""Specifications from traced values: what went in, what came out, in three forms (GIFT4Code, section 3).

>>> from reweave.ground.specs import contract, summary, type_desc
>>> type_desc({"a": [1, 2]})
'a dict of str to list of int'
>>> made = contract({"xs": [30, 10, 20]}, {"best": [10, 20, 30]})
>>> made.check({"xs": [30, 10, 20]}, {"best": [10, 20, 30]})
[]
>>> [str(each) for each in made.at("summary").check({"xs": [30, 10, 20]}, {"best": [30, 20, 10]})]
['best: expected sorted by the values, ascending']

Deterministic, bounded in time and length whatever the values, and never raising for odd ones. Values are
those that the sandbox's ``run_cells`` gives; nothing is run here. In this room:

- ``kinds``, ``types``: what a value is; ``cells``: single values as JSON; ``keys``: values that compare;
  ``views``: all that holds values as columns
- ``facts``, ``relations``, ``orders``, ``windows``: what is claimed of an output; ``clauses`` lists it
- ``contracts`` checks it; ``telling``, ``naming``, ``summaries``, ``examples`` say it
- ``leakage``: the same text where less is known; ``lint``, with ``known``, ``numerals`` and ``expressions``:
  what should not stand in it
"""

from reweave.ground.specs.clauses import LEVELS, Level
from reweave.ground.specs.contracts import Contract, Violation, contract
from reweave.ground.specs.examples import example
from reweave.ground.specs.leakage import FORMS, LEAKAGES, Form, Leakage, spec_text
from reweave.ground.specs.lint import Leak, leaks
from reweave.ground.specs.summaries import summary
from reweave.ground.specs.types import type_desc

__all__ = [
    "FORMS",
    "LEAKAGES",
    "LEVELS",
    "Contract",
    "Form",
    "Leak",
    "Leakage",
    "Level",
    "Violation",
    "contract",
    "example",
    "leaks",
    "spec_text",
    "summary",
    "type_desc",
]
