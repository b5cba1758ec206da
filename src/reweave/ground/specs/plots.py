"""Figures, as a trace describes them: a list of figures, each a list of axes, each a dict of what is drawn.

Axes themselves do not cross the sandbox's boundary (``an Axes`` is all that is said of them). The type tells
figures and axes, the summary what is drawn and which texts there are, the example texts and data.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from reweave.ground.specs.cells import code, say
from reweave.ground.specs.words import count, listed

_SCALES = {"xscale", "yscale"}
_DRAWN = {
    "lines": "line",
    "patches": "patch",
    "collections": "collection",
    "images": "image",
    "texts": "text",
}
_PLURAL = {"patch": "patches"}
_TEXTS = {"title": "a title", "xlabel": "a label of x", "ylabel": "a label of y", "legend": "a legend"}
_AXES = 6
_SHOWN = 3
_POINTS = 5


def axes(value: Any) -> list[Mapping[str, Any]] | None:
    """Give the axes of all figures; None where a value is no list of figures."""
    if type(value) is not list or not value or len(value) > 100:
        return None
    found = []
    for figure in value:
        if type(figure) is not list:
            return None
        found += figure[:100]
    fits = found and all(type(each) is dict and each.keys() >= _SCALES for each in found)
    return found if fits else None


def drawn(value: Any) -> list[dict[str, Any]] | None:
    """Give, for each of the first axes, how many of what are drawn, the scales, and which texts there are."""
    found = axes(value)
    if found is None:
        return None
    told = []
    for each in found[:_AXES]:
        counts: dict[str, Any] = {sort: len(each.get(sort, ())) for sort in _DRAWN if each.get(sort)}
        told.append(
            {
                "drawn": counts,
                "scales": [code(each["xscale"]), code(each["yscale"])],
                "texts": [sort for sort in _TEXTS if each.get(sort)],
            }
        )
    return told


def window(value: Any) -> list[dict[str, Any]] | None:
    """Give the texts of the first axes, and the first points of what is drawn."""
    found = axes(value)
    return None if found is None else [_shown(each) for each in found[:_AXES]]


def _shown(each: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        sort: code(each[sort]) for sort in ("title", "xlabel", "ylabel") if each.get(sort)
    }
    shown |= {
        sort: [code(text) for text in each[sort][:_POINTS]]
        for sort in ("legend", "texts", "ticks")
        if each.get(sort)
    }
    lines: Sequence[Mapping[str, Any]] = each.get("lines", ())
    shown["lines"] = [{"x": _points(line.get("x")), "y": _points(line.get("y"))} for line in lines[:_SHOWN]]
    shown["patches"] = [_points(patch) for patch in each.get("patches", ())[: 2 * _SHOWN]]
    offsets = [one.get("offsets") for one in each.get("collections", ())[:_SHOWN]]
    shown["collections"] = [_points(one, 2 * _POINTS) for one in offsets]
    return {sort: told for sort, told in shown.items() if told}


def _points(values: Any, most: int = _POINTS) -> Any:
    return [code(each) for each in islice(values, most)] if type(values) is list else code(values)


def words(told: Sequence[Mapping[str, Any]]) -> str:
    """Write what ``drawn`` gave."""
    parts = []
    for each in told:
        counts = [count(n, _DRAWN[sort], _PLURAL.get(_DRAWN[sort], "")) for sort, n in each["drawn"].items()]
        texts = [_TEXTS[sort] for sort in each["texts"]]
        scales = sorted({*each["scales"]} - {"linear"}, key=str)
        parts.append(
            listed([*(counts or ["nothing drawn"]), *texts, *(f"a {scale} scale" for scale in scales)])
        )
    return "; ".join(f"axes with {part}" for part in parts)


def written(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Write what ``window`` gave of one axes: each time what it is of, and the words."""
    for sort, told in shown.items():
        yield sort, _nested(told)


def _nested(told: Any) -> str:
    """Write lists of coded values."""
    if isinstance(told, list):
        return f"[{', '.join(map(_nested, told))}]"
    if isinstance(told, Mapping) and "x" in told and "y" in told:
        return f"x {_nested(told['x'])}, y {_nested(told['y'])}"
    return say(told)
