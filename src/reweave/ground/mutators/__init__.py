"""Data-science mutants: small wrong changes that a table's user could make, and a specification should see.

>>> from reweave.ground.mutators import mutants
>>> for each in mutants("top = df.groupby('city')['price'].mean().head(3)"):
...     print(each.kind, "|", each.what)
aggregation | mean() → median()
aggregation | mean() → sum()
by | 'city' → 'price'
column | 'price' → 'city'
position | head(3 → 2)
position | head(3 → 4)

``align.validate.mutants`` changes what any program has (arithmetic, conditions, constants); these change what
an analysis is made of. Which are made, in which order and how many is that module's work: always the same
ones of one text and seed, equal texts once. Nothing is run: a change may make no difference, or an error.

- ``sites``: where in a program, and what stands there; ``KINDS`` says what each mutator does
- ``calls``, ``tables``: methods and their keywords, and what stands in the place of what
- ``names``: which columns there are, and others in their place
"""

import ast
from collections.abc import Iterable
from functools import partial

from reweave.align.validate import mutants as general
from reweave.align.validate.mutants import Mutant
from reweave.ground.mutators import names
from reweave.ground.mutators.sites import KINDS, sites
from reweave.parsing import parse_quietly

__all__ = ["KINDS", "Mutant", "columns_of", "mutants"]


def mutants(program: str, columns: Iterable[str] = (), *, seed: int = 1, most: int = 40) -> list[Mutant]:
    """Give data-science mutants of a program.

    Args:
        program: Source text.
        columns: Names of columns that its tables have; those that the program names are known without.
        seed: Of the draw, where there are more than ``most``.
        most: How many at most, mutators in turn; 0 for all.
    """
    return general.mutants(program, seed=seed, most=most, find=partial(sites, columns=tuple(columns)))


def columns_of(program: str) -> tuple[str, ...]:
    """Give the columns that a program names, such as a context's; none where it does not parse."""
    try:
        tree: ast.Module = parse_quietly(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return names.columns(tree, ())
