"""Random numbers in test texts: drawn beforehand by the trusted side, as the tests would draw them.

The calls of a test that draws its inputs (``randint(0, 1000)``) are known before any program runs, as the
seed is the job's. What is not in the table is not for the data form.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reweave.sandbox.judge.bounded import BITS, Unsupported, items, plain


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """A generator of random numbers, as a value in a test."""

    source: random.Random


def drawing(source: random.Random, name: str) -> Callable[..., Any] | None:
    """Give the bounded form of ``random``'s function ``name`` over a generator; None where it has none."""
    if name == "choice":
        return lambda values: source.choice(_population(values))
    if name == "sample":
        return lambda values, count: source.sample(_population(values), count)
    if name == "seed":
        return lambda value: source.seed(_seed(value))
    if name == "Random":
        return lambda value: Generator(random.Random(_seed(value)))  # noqa: S311 - what the tests would draw
    if name in {"gauss", "random", "uniform"}:
        return plain(getattr(source, name))
    if name in {"randint", "randrange"}:
        return _of_integers(getattr(source, name))
    return None


# One that is not given comes from the system, and is another each time.
_seed = plain(lambda value: value, frozenset({int, str, bytes, float}))


def _population(values: Any) -> Any:
    """Give what is drawn from, as a sequence: from a set nothing can be drawn."""
    if type(values) in {set, frozenset, dict}:
        raise Unsupported(f"drawing from a {type(values).__name__}")
    return values if type(values) in {list, tuple, str} else items(values)


def _of_integers(function: Callable[..., int]) -> Callable[..., int]:
    def drawn(*bounds: Any) -> int:
        if any(type(bound) is not int or bound.bit_length() > BITS for bound in bounds):
            raise Unsupported("drawing between other than moderate integers")
        return function(*bounds)

    return drawn
