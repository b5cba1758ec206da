"""Which rule holds for two outputs: frames by columns, other containers row by row, single values."""

from dataclasses import dataclass, replace
from typing import Any

from reweave.sandbox.judge.verdicts import shown
from reweave.tasks.fuzzy.cells import STRICT, Rules, canonical, same
from reweave.tasks.fuzzy.columns import Table, series
from reweave.tasks.fuzzy.marked import Marked, unordered


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a prediction is right.

    Args:
        ok: It is.
        why: By which rule, or what does not fit; one line.
    """

    ok: bool
    why: str

    def __bool__(self) -> bool:
        return self.ok


def fuzzy_match(prediction: Any, reference: Any, rules: Rules = STRICT) -> Match:
    """Say whether a prediction's output is as good as the reference's.

    The rules are in the package's docstring.

    Args:
        prediction: Plain data, an array, a frame: what :mod:`reweave.sandbox` gives.
        reference: Likewise.
        rules: How much is forgiven; ``PUBLISHED`` to compare with published scores.
    """
    given, wanted = _outer(prediction, rules), _outer(reference, rules)
    if isinstance(given, Table) and isinstance(wanted, Table):
        fault = wanted.within(given, rules)
        return Match(fault is None, fault or "every column of the reference is there")
    given, wanted = _both_unordered(_opened(given), _opened(wanted))
    if isinstance(given, tuple) != isinstance(wanted, tuple):
        many = given if isinstance(given, tuple) else wanted
        if len(many) != 1:
            return Match(ok=False, why=f"one value against {len(many)}: {_pair(given, wanted)}")
        given, wanted = (each[0] if isinstance(each, tuple) else each for each in (given, wanted))
    single = not isinstance(wanted, (tuple, dict))
    if single and rules.single_absolute:
        rules = replace(rules, relative=0.0)
    if same(given, wanted, rules):
        return Match(ok=True, why="the same value" if single else "the same values")
    return _first_difference(given, wanted, rules)


def _outer(value: Any, rules: Rules) -> Any:
    kind = type(value)
    if kind.__name__ == "Series" and kind.__module__.partition(".")[0] == "pandas":
        return series(value, positions=rules.positions_count)
    return canonical(value)


def _opened(value: Any) -> Any:
    """Give rows of one value each as the list of these values, a frame as its rows."""
    if isinstance(value, Table):
        value = value.rows()
    if isinstance(value, tuple) and value and all(isinstance(row, tuple) and len(row) == 1 for row in value):
        return tuple(row[0] for row in value)
    return value


def _both_unordered(given: Any, wanted: Any) -> tuple[Any, Any]:
    """Give a set's counterpart without its order, too; a set beside a single value as a list."""
    sets = _is_set(given), _is_set(wanted)
    if sets[0] == sets[1]:
        return given, wanted
    if isinstance(given, tuple) or isinstance(wanted, tuple):
        return given if sets[0] else unordered(given), wanted if sets[1] else unordered(wanted)
    return given.value if sets[0] else given, wanted.value if sets[1] else wanted


def _is_set(value: Any) -> bool:
    return isinstance(value, Marked) and value.kind == "set"


def _first_difference(given: Any, wanted: Any, rules: Rules) -> Match:
    if isinstance(given, dict) and isinstance(wanted, dict):
        for key in wanted:
            if key not in given:
                return Match(ok=False, why=f"no key {shown(key)}")
            if not same(given[key], wanted[key], rules):
                return Match(ok=False, why=f"at [{shown(key)}]: {_pair(given[key], wanted[key])}")
        return Match(ok=False, why=f"{len(given)} keys, the reference has {len(wanted)}")
    if isinstance(given, tuple) and isinstance(wanted, tuple):
        if len(given) != len(wanted):
            return Match(ok=False, why=f"{len(given)} values, the reference has {len(wanted)}")
        for number, (one, other) in enumerate(zip(given, wanted, strict=True)):
            if not same(one, other, rules):
                return Match(ok=False, why=f"at [{number}]: {_pair(one, other)}")
    return _unlike(given, wanted)


def _unlike(given: Any, wanted: Any) -> Match:
    return Match(ok=False, why=_pair(given, wanted))


def _pair(given: Any, wanted: Any) -> str:
    return f"{shown(given)} against {shown(wanted)}"
