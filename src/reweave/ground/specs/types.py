"""TypeDesc: the runtime type of a value, for containers one level down (GIFT4Code, section 3).

A type is a small tree, which is also what a contract compares: ``{"kind": "dict", "keys": [{"kind": "str"}],
"values": [{"kind": "list", "of": [{"kind": "int"}]}]}``. Its ``name`` (numpy's or a class's own) is for a
person; it is not compared, except where nothing else is known.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from reweave.ground.specs import plots
from reweave.ground.specs.kinds import LOOK, family, kind, type_name
from reweave.ground.specs.words import NAME, article, clip, count, either

_KINDS = 4  # of elements, before they are called mixed
_PLACES = 6  # of a tuple whose places are told one by one
_DEEP = 2
_MIXED = {"kind": "mixed"}


def type_desc(value: Any) -> str:
    """Describe a value's type: ``a pandas DataFrame with 3 columns``, ``a dict of str to list of int``.

    Never raises, and never says more than some 200 characters.
    """
    return said(tree(value))


def tree(value: Any, depth: int = _DEEP, look: int = LOOK) -> dict[str, Any]:
    """Give a value's type as a tree of JSON, ``depth`` containers deep.

    Args:
        value: Anything.
        depth: How many containers are opened.
        look: How many of their elements are looked at.
    """
    try:
        return _tree(value, kind(value), depth, look)
    except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
        return {"kind": "other", "name": type_name(value)}


def _tree(value: Any, of: str, depth: int, look: int) -> dict[str, Any]:
    name = type_name(value)
    figures = plots.axes(value)
    if figures is not None:
        return {"kind": "plots", "figures": len(value), "axes": len(figures)}
    found: dict[str, Any] = {"kind": of} if name == of else {"kind": of, "name": name}
    if of == "DataFrame":
        found["columns"] = int(value.shape[1])
    elif of in {"Series", "Index"}:
        found["of"] = family(value)
    elif of == "MultiIndex":
        found["levels"] = int(value.nlevels)
    elif of == "array":
        found |= {"of": family(value), "dimensions": int(value.ndim)}
    elif depth > 0 and of == "tuple" and len(value) <= _PLACES:
        found["places"] = [tree(each, depth - 1, look // 10) for each in tuple.__iter__(value)]
    elif depth > 0 and of == "dict":
        pairs = list(islice(dict.items(value), look))
        found["keys"] = _several([key for key, _ in pairs], depth - 1, look)
        found["values"] = _several([held for _, held in pairs], depth - 1, look)
    elif depth > 0 and of == "set":  # all of it, as it has no order
        kinds = sorted({kind(each) for each in value})
        found["of"] = [{"kind": each} for each in kinds] if len(kinds) <= _KINDS else [_MIXED]
    elif depth > 0 and of in {"list", "tuple"}:
        found["of"] = _several(islice(value, look), depth - 1, look)
    return found


def _several(values: Iterable[Any], depth: int, look: int) -> list[dict[str, Any]]:
    """Give the types among some values, in an order of their own."""
    texts = {json.dumps(tree(each, depth, look // 10), sort_keys=True) for each in values}
    found = [json.loads(text) for text in sorted(texts)]
    return found if len(found) <= _KINDS else [_MIXED]


def agree(one: Any, other: Any) -> bool:
    """Say whether two trees are one type: names of known kinds do not count."""
    return bool(_bare(one) == _bare(other))


def _bare(found: Any) -> Any:
    if isinstance(found, list):
        return [json.loads(text) for text in sorted({json.dumps(_bare(each)) for each in found})]
    if not isinstance(found, Mapping):
        return found
    kept = {tag: _bare(held) for tag, held in found.items() if tag not in {"name", "places"}}
    if "places" in found:
        kept["places"] = [_bare(each) for each in found["places"]]
    if found.get("kind") == "other":
        kept["name"] = found.get("name")
    return dict(sorted(kept.items()))


def said(found: Mapping[str, Any]) -> str:
    """Write a tree of types in words."""
    of, name = str(found.get("kind")), clip(str(found.get("name", found.get("kind"))), 2 * NAME)
    if of == "None":
        return "None"
    if of == "missing":
        return f"a missing value ({name.rpartition(' ')[2].removesuffix('Type')})"
    if of == "other":
        return name if name.startswith(("a ", "an ")) else article(name)
    if of == "plots":
        return f"{count(int(found['figures']), 'matplotlib figure')} with {int(found['axes'])} axes"
    if of == "DataFrame":
        return f"{article(name)} with {count(int(found['columns']), 'column')}"
    if of == "MultiIndex":
        return f"{article(name)} of {count(int(found['levels']), 'level')}"
    if of == "array":
        return f"{article(name)} of {found['of']} with {count(int(found['dimensions']), 'dimension')}"
    if "of" in found and not found["of"]:
        return f"an empty {name}"
    if "keys" in found and not found["keys"]:
        return f"an empty {name}"
    return clip(article(_short(found)), 200)


def _short(found: Mapping[str, Any]) -> str:
    """Write a type without its article, as it stands within another."""
    name = clip(str(found.get("name", found.get("kind"))), NAME)
    if "places" in found:
        return f"{name} of ({', '.join(_short(each) for each in found['places'])})"
    if "keys" in found:
        return f"{name} of {_any(found['keys'])} to {_any(found['values'])}"
    inner = found.get("of")
    if isinstance(inner, str):
        return f"{name} of {inner}"
    return f"{name} of {_any(inner)}" if inner else name


def _any(found: Iterable[Mapping[str, Any]]) -> str:
    words = ["mixed types" if each == _MIXED else _short(each) for each in found]
    return either(words) if words else "nothing"
