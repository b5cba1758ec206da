"""A claim in words: for a summary, and for what a program's outputs break."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reweave.ground.specs import naming as names
from reweave.ground.specs import plots, types
from reweave.ground.specs.cells import say
from reweave.ground.specs.clauses import Clause
from reweave.ground.specs.naming import Naming
from reweave.ground.specs.words import clip, count, listed

PHRASE = 400
"""Characters of one phrase."""
_NAMES = 24


def claim(clause: Clause, clauses: Sequence[Clause]) -> str:
    """Write what a clause claims, with the names that the clauses of its output tell."""
    naming = names.plain(each for each in clauses if each.output == clause.output)
    return phrase(clause, naming) or f"{clause.claim} as it was"


def phrase(clause: Clause, naming: Naming, was: Mapping[str, str] | None = None) -> str | None:
    """Write a clause as a phrase; None where it is not to be spoken of.

    Args:
        clause: The clause.
        naming: What columns are called.
        was: What inputs are called, where it is not their name.
    """
    told = clause.told
    if isinstance(told, Mapping) and isinstance(told.get("input"), str):
        told = {**told, "of": (was or {}).get(told["input"], told["input"])}
    words = _PHRASES[clause.claim](told, naming)
    return None if words is None else clip(words, PHRASE)


def label_of(told: Mapping[str, Any]) -> str:
    """Write the input column that a relation names: ``k of df``, ``the values of xs``."""
    return f"{names.named(told['source']) or 'the values'} of {told['of']}"


def _columns(_: Any, naming: Naming) -> str:
    found = [name for name in naming.columns if name is not None]
    told = listed([*found, *(name for name, _ in naming.added)], _NAMES, naming.more)
    return f"the columns {told}, in this order" if found else "no columns"


def _families(told: Any, naming: Naming) -> str | None:
    pairs = zip(naming.columns, told, strict=False)
    found = [f"{name} of {family}" for name, family in pairs if name is not None]
    return listed(found, _NAMES) if found else None


def _index(told: Any, naming: Naming) -> str | None:
    if told["sort"] == "range":
        named = [names.named(label) for label in told["names"] if label is not None]
        return f"a plain index named {named[0]}" if named else "a plain index"
    pairs = [
        f"{name} ({of})" for name, of in zip(naming.levels, told["sort"], strict=False) if name is not None
    ]
    if not pairs:
        return None
    single = f"an index of {told['sort'][0]}" if told["names"] == [None] else f"the index {pairs[0]}"
    return single if len(pairs) == 1 else f"an index of {len(told['sort'])} levels, {listed(pairs)}"


def _name(told: Any, naming: Naming) -> str | None:
    found = [
        naming.columns[at] if label is not None else None
        for at, label in enumerate(told)
        if at < len(naming.columns)
    ]
    kept = [name for name in found if name is not None]
    return (
        f"the name {listed(kept)}"
        if kept
        else ("no name" if not any(each is not None for each in told) else None)
    )


def _size(told: Any, naming: Naming) -> str | None:
    if naming.holes:
        return None
    if "shape" in told:
        return f"the shape ({', '.join(map(str, told['shape']))})"
    for plural, noun in (("rows", "row"), ("entries", "entry"), ("elements", "element"), ("bytes", "byte")):
        if plural in told:
            return count(int(told[plural]), noun, plural)
    return f"{count(int(told['characters']), 'character')} in {count(int(told['lines']), 'line')}"


def _keys(told: Any, naming: Naming) -> str | None:
    return None if naming.holes else f"the keys {listed(say(each) for each in told)}"


def _absent(told: Any, naming: Naming) -> str | None:
    if not told:
        return "no missing values"
    found = [name for place in told if (name := naming.place(["column", place]))]
    return f"missing values in {listed(found)}" if found else None


def _rows(told: Any, _: Naming) -> str:
    how = {"same": "as long as", "fewer": "shorter than", "more": "longer than"}
    return f"{how[told['how']]} {told['of']}"


def _groups(told: Any, _: Naming) -> str:
    by = listed(names.named(label) or "value" for label in told["by"])
    return f"one row for each {by} of {told['of']}"


def _picked(told: Any, naming: Naming) -> str | None:
    found = [name for place, _ in told["columns"] if (name := naming.place(["column", place]))]
    return f"rows of {told['of']}, as {listed(found)} show" if found else None


def _sorted(told: Any, naming: Naming) -> str | None:
    name = naming.place(told["place"])
    return f"sorted by {name}, {told['order']}" if name else None


def _unique(told: Any, naming: Naming) -> str | None:
    name = naming.place(told["place"])
    return f"no repetition in {name}" if name else None


def _origin(told: Any, naming: Naming) -> str | None:
    name = naming.place(told["place"])
    label = label_of(told)
    how = {
        "equal": f"as {label}",
        "reordered": f"those of {label}, in another order",
        "among": f"among those of {label}",
    }
    return f"{name} {how[told['how']]}" if name else None


def _scalar(told: Any, _: Naming) -> str:
    if told["how"] == "length":
        return f"the length of {told['of']}"
    return f"{'one of' if told['how'] == 'value' else 'within the range of'} {label_of(told)}"


def _window(told: Any, naming: Naming) -> str | None:
    if naming.holes:
        return None
    cells = told["value"] if "value" in told else {"list": told.get("cells", [])[:4], "length": 0}
    return f"the values that were there, such as {say(cells, 200)}"


def _ranges(told: Any, naming: Naming) -> str | None:
    pairs = [(naming.place(["column", place]), low, high) for place, low, high in told]
    found = [
        f"{name} from {say(low, quotes=False)} to {say(high, quotes=False)}"
        for name, low, high in pairs
        if name
    ]
    return None if naming.holes or not found else "; ".join(found)


def _members(told: Any, naming: Naming) -> str | None:
    pairs = [(naming.place(["column", place]), texts) for place, texts in told]
    found = [f"{name} of {listed(say(each) for each in texts)}" for name, texts in pairs if name]
    return None if naming.holes or not found else "; ".join(found)


_PHRASES: Mapping[str, Callable[[Any, Naming], str | None]] = {
    "type": lambda told, _: types.said(told),
    "sign": lambda told, _: str(told),
    "drawn": lambda told, _: plots.words(told),
    "columns": _columns,
    "families": _families,
    "index": _index,
    "name": _name,
    "size": _size,
    "keys": _keys,
    "absent": _absent,
    "rows": _rows,
    "groups": _groups,
    "picked": _picked,
    "sorted": _sorted,
    "unique": _unique,
    "origin": _origin,
    "scalar": _scalar,
    "window": _window,
    "ranges": _ranges,
    "members": _members,
}


def grouped(clauses: Iterable[Clause]) -> dict[str, list[Clause]]:
    """Give clauses by their output, in order."""
    by_output: dict[str, list[Clause]] = {}
    for clause in clauses:
        by_output.setdefault(clause.output, []).append(clause)
    return by_output
