"""Look-ahead: what each unit of a program needs, known before any checker is asked.

The sampler deletes a unit, and with it everything that would not survive it; a checker then only has to
confirm. Needs are clauses (unit, mask): the unit stands only while at least one unit of the mask stands.

`walk` reads the syntax tree once and notes facts; `names` turns uses of names into clauses, `classes`
attributes, calls and their results, which a fast checker does not see.
"""

import ast

from reweave.edits.lookahead.classes import class_clauses
from reweave.edits.lookahead.names import name_clauses
from reweave.edits.lookahead.walk import walk
from reweave.edits.structure import Structure

__all__ = ["clauses"]


def clauses(tree: ast.Module, structure: Structure) -> set[tuple[int, int]]:
    """Return all clauses of a program beyond those of its syntax, as pairs (unit, mask of units)."""
    facts = walk(tree, structure.unit_of)
    found: set[tuple[int, int]] = set()
    name_clauses(facts, structure, found)
    if facts.classes or facts.functions:
        class_clauses(facts, structure, found)
    return found
