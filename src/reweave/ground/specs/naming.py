"""What the columns of an output are called in a text: as they are, or otherwise at another leakage level.

A column that has no name here is not spoken of, nor is any claim on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reweave.ground.specs.cells import say
from reweave.ground.specs.clauses import Clause
from reweave.ground.specs.words import NAME


@dataclass(frozen=True, slots=True)
class Naming:
    """Names by place.

    Args:
        columns: Of the columns that a contract knows; None for one that is not spoken of.
        levels: Of the levels of the index.
        more: How many columns there are besides.
        hidden: How many of those without a name are named by values.
        added: Columns that are spoken of and not there, with what they hold.
        holes: Whether cells and values are to be left open.
    """

    columns: tuple[str | None, ...] = ()
    levels: tuple[str | None, ...] = ()
    more: int = 0
    hidden: int = 0
    added: tuple[tuple[str, str], ...] = ()
    holes: bool = False

    def place(self, place: Any) -> str | None:
        """Give the name of a place as a contract has it."""
        names = self.columns if place[0] == "column" else self.levels
        return names[place[1]] if place[1] < len(names) else None


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of an output as its clauses tell them, coded.

    Args:
        columns, levels: Of the columns and of the levels of its index.
        width: How many columns there are.
    """

    columns: tuple[Any, ...] = ()
    levels: tuple[Any, ...] = ()
    width: int = 0


def labels(clauses: Iterable[Clause]) -> Labels:
    """Give the labels of the output that some clauses are of."""
    told = {clause.claim: clause.told for clause in clauses}
    columns = told["columns"]["names"] if "columns" in told else told.get("name", [])
    width = told["columns"]["width"] if "columns" in told else len(columns)
    levels = told["index"]["names"] if "index" in told else []
    return Labels(tuple(columns), tuple(levels), width)


def plain(clauses: Iterable[Clause]) -> Naming:
    """Give the names as they are; what has none is ``the values`` or ``the index``."""
    own = labels(clauses)
    columns = [named(label) or "the values" for label in own.columns or (None,)]
    unnamed = "the index" if own.levels else "the keys"
    several = len(own.levels) > 1
    levels = [
        named(label) or (f"level {at}" if several else unnamed)
        for at, label in enumerate(own.levels or (None,))
    ]
    return Naming(tuple(columns), tuple(levels), max(own.width - len(own.columns), 0))


def named(label: Any) -> str:
    """Write a coded label: without quotation marks where it reads as one name; empty for None."""
    if label is None:
        return ""
    simple = isinstance(label, str) and label.replace("_", "a").replace(" ", "a").replace("-", "a").isalnum()
    return say(label, NAME, quotes=not simple or label != label.strip())
