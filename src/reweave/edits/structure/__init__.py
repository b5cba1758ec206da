"""Units and blocks: what of a program can be deleted, and what hangs on it (LintSeq, section 3.1).

A *unit* is what is deleted as one piece, a *block* is a unit and everything indented under it. Units tile
the program's lines: comments and blank lines ride with the unit below them, so a unit is a run of lines.
What is above the first unit (a licence header) or below the last belongs to no unit and is never deleted.

Names, attributes and calls are the look-ahead's business (`reweave.edits.lookahead`); random choice and
checking are the sampler's.
"""

from reweave.edits.structure.lines import physical_structure, published_structure
from reweave.edits.structure.logical import COMPOUND, logical_structure
from reweave.edits.structure.units import Structure, parse

__all__ = ["COMPOUND", "Structure", "logical_structure", "parse", "physical_structure", "published_structure"]
