"""What the inputs and the intent hold, so that it can be no leak, and all the values that some views hold."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from reweave.ground.specs.keys import Tagged
from reweave.ground.specs.naming import named
from reweave.ground.specs.numerals import NUMBER, read
from reweave.ground.specs.relations import Inputs

VALUES = 5000
"""Output values that are looked for, of each sort."""


class Known:
    """What the inputs and the intent hold: none of it is a leak."""

    def __init__(self, given: Inputs, intent: str) -> None:
        every = list(keys(given, None))
        self.texts = {key.casefold() for key in every if type(key) is str}
        self.instants = {key.value for key in every if isinstance(key, Tagged) and key.tag == "datetime"}
        self.numbers = {float(key) for key in every if is_number(key)}
        self.numbers |= {
            float(number) for number, _ in map(read, NUMBER.findall(intent)) if number is not None
        }
        self.sizes = set(sizes(given))
        self.numbers |= self.sizes
        self.intent = intent.casefold()


def sizes(views_: Inputs) -> Iterator[float]:
    """Give the lengths that a specification may tell: rows, columns, elements, characters and lines."""
    for seen in views_.values():
        yield from map(float, filter(None, (seen.rows, seen.width)))
        yield from (float(column.size) for column in seen.columns)
        held = seen.scalar.value if isinstance(seen.scalar, Tagged) else seen.scalar
        if isinstance(held, (str, bytes)):
            yield float(len(held))
        if isinstance(held, str):
            yield float(held.count("\n") + 1)


def is_number(key: Any) -> bool:
    """Say whether a key is a number that a text could write."""
    return type(key) is float or (type(key) is int and abs(key) < 1 << 200)


def keys(views_: Inputs, most: int | None = VALUES) -> Iterator[Any]:
    """Give every key of some views, what containers hold of plain values included."""
    for seen in views_.values():
        if seen.scalar is not None:
            yield from _inside(seen.scalar)
        for column in (*seen.columns, *(() if seen.plain else seen.index)):
            for key in islice(dict.fromkeys(column.keys or ()), most):
                yield from _inside(key)


def _inside(key: Any) -> Iterator[Any]:
    if isinstance(key, Tagged) and isinstance(key.value, tuple):
        key = key.value
    if type(key) is tuple:
        for each in key:
            yield from _inside(each)
    else:
        yield key


def names(views_: Inputs) -> Iterator[str]:
    """Give the names of some views, of their columns and of the levels of their indexes."""
    for name, seen in views_.items():
        yield name
        for column in (*seen.columns, *seen.index):
            yield named(column.label)
