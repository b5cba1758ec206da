"""All that a contract can claim of an output, each claim at the first of the three forms that tells it.

``type`` claims what TypeDesc says; ``summary`` adds columns, shapes and relations; ``example`` adds values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from reweave.ground.specs import facts, orders, relations, types, windows
from reweave.ground.specs.cells import same
from reweave.ground.specs.relations import Inputs, Told
from reweave.ground.specs.views import View, view

Level = Literal["type", "summary", "example"]
LEVELS: tuple[Level, ...] = ("type", "summary", "example")
"""Each claims what those before it do, and more."""

MOST = 8
"""Inputs and outputs that are looked at; the first of them."""
_PLACES = 24  # claims of one sort on one output


@dataclass(frozen=True, slots=True)
class Clause:
    """One claim.

    Args:
        level: The first form that tells it.
        output: The variable's name.
        claim: A key of ``CLAIMS``.
        told: What is claimed, as JSON.
    """

    level: Level
    output: str
    claim: str
    told: Any


@dataclass(frozen=True, slots=True)
class Claim:
    """A sort of claim: how it is found, and whether it holds of a value. Either may raise."""

    level: Level
    find: Callable[[Any, View, Inputs], Iterable[Told]]
    holds: Callable[[Any, View, Inputs, Told], bool]


def _fact(level: Level, give: Callable[[Any, View], Any], agree: Callable[[Any, Any], bool]) -> Claim:
    """Make a claim of what a value is by itself."""

    def find(value: Any, seen: View, _: Inputs) -> Iterator[Told]:
        told = give(value, seen)
        if told is not None:
            yield told

    return Claim(level, find, lambda value, seen, _, told: agree(told, give(value, seen)))


def _relation(
    find: Callable[[View, Inputs], Iterable[Told]], holds: Callable[[View, Inputs, Told], bool]
) -> Claim:
    """Make a claim of how a value stands to the inputs."""
    return Claim(
        "summary",
        lambda _value, seen, inputs: find(seen, inputs),
        lambda _value, seen, inputs, told: holds(seen, inputs, told),
    )


CLAIMS: Mapping[str, Claim] = {
    "type": _fact("type", facts.type_, types.agree),
    "columns": _fact("summary", facts.columns, same),
    "families": _fact("summary", facts.families, same),
    "index": _fact("summary", facts.index, same),
    "name": _fact("summary", facts.name, same),
    "size": _fact("summary", facts.size, same),
    "keys": _fact("summary", facts.keys, same),
    "absent": _fact("summary", facts.absent, same),
    "drawn": _fact("summary", facts.drawn, same),
    "sign": _fact("summary", facts.sign, same),
    "rows": _relation(relations.find_rows, relations.holds_rows),
    "groups": _relation(relations.find_groups, relations.holds_groups),
    "picked": _relation(relations.find_picked, relations.holds_picked),
    "sorted": _relation(orders.find_sorted, orders.holds_sorted),
    "unique": _relation(orders.find_unique, orders.holds_unique),
    "origin": _relation(orders.find_origin, orders.holds_origin),
    "scalar": _relation(orders.find_scalar, orders.holds_scalar),
    "window": _fact("example", windows.window, windows.agree),
    "ranges": _fact("example", windows.ranges, same),
    "members": _fact("example", windows.members, same),
}


def found(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[Clause]:
    """Give every clause that holds of the outputs, output by output in the order of ``CLAIMS``.

    A claim whose search raises claims nothing: a class of anyone's can be in the values.
    """
    looked = views(inputs)
    clauses = []
    for name, value in islice(outputs.items(), MOST):
        seen = view(value)
        for word, claim in CLAIMS.items():
            try:
                told = list(islice(claim.find(value, seen, looked), _PLACES))
                kept = [each for each in told if claim.holds(value, seen, looked, each)]
            except Exception:  # noqa: BLE001, S112 - see above
                continue
            clauses += [Clause(claim.level, str(name), word, each) for each in kept]
    return clauses


def views(values: Mapping[str, Any]) -> dict[str, View]:
    """Look at the first of some values."""
    return {str(name): view(value) for name, value in islice(values.items(), MOST)}
