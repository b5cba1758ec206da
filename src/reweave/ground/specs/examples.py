"""The I/O Example: a few rows and columns of each value, with element types in the header.

What is drawn is what a contract at level ``example`` compares (``windows``). Where rows are left out, the
ranges of numbers and the few texts of a column are told beneath.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from reweave.ground.specs import plots, telling, windows
from reweave.ground.specs.cells import CELL, say
from reweave.ground.specs.clauses import MOST, Clause
from reweave.ground.specs.naming import Naming, named
from reweave.ground.specs.types import type_desc
from reweave.ground.specs.views import view
from reweave.ground.specs.words import NAME, clip

LENGTH = 16_000
"""Characters of an example; half for the inputs, half for the outputs."""
BLOCK = 4000
"""Characters of one value."""
_TYPE = 20


def example(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    """Show inputs and outputs, truncated. Never raises; at most ``LENGTH`` characters whatever the values."""
    return written(inputs, outputs, {})


def written(inputs: Mapping[str, Any], outputs: Mapping[str, Any], naming: Mapping[str, Naming]) -> str:
    """Write an example.

    Args:
        inputs: The values before.
        outputs: The values afterwards.
        naming: What the columns of outputs are called, where it is not their names.
    """
    halves = [("Input", inputs, {}), ("Output", outputs, naming)]
    return "\n".join(each for half in halves if (each := _half(*half)))


def _half(title: str, values: Mapping[str, Any], naming: Mapping[str, Naming]) -> str:
    parts: list[str] = []
    left = LENGTH // 2 - 100
    for name, value in islice(values.items(), MOST):
        block = f"{title} {clip(str(name), NAME)}: {type_desc(value)}"
        drawn = clip(_drawn(str(name), value, naming.get(str(name))), BLOCK)
        if drawn and len(block) + len(drawn) < left:
            block += f"\n{drawn}"
        if len(block) > left:
            break
        left -= len(block) + 1
        parts.append(block)
    if len(values) > len(parts):
        parts.append(f"{title}: {len(values) - len(parts):,} more")
    return "\n".join(parts)


def _drawn(name: str, value: Any, naming: Naming | None) -> str:
    """Draw a value, with what is told of the rows left out."""
    seen = view(value)
    clauses = [
        Clause("example", name, claim, told)
        for claim, fact in (
            ("window", windows.window),
            ("ranges", windows.ranges),
            ("members", windows.members),
        )
        if (told := _fact(fact, value, seen)) is not None
    ]
    if not clauses or clauses[0].claim != "window":
        return ""
    shown = clauses[0].told
    if naming is None:
        naming = Naming(tuple(named(column.label) or "the values" for column in seen.columns))
        chosen = None
    else:
        chosen = naming
    beneath = [words for clause in clauses[1:] if (words := telling.phrase(clause, naming))]
    return "\n".join([_FORMS[shown["form"]](shown, chosen), *beneath])


def _fact(fact: Callable[[Any, Any], Any], value: Any, seen: Any) -> Any:
    try:
        return fact(value, seen)
    except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
        return None


def _table(shown: Mapping[str, Any], naming: Naming | None) -> str:
    """Draw a table: index, columns with their element types, rows, and where some are left out."""
    holes = naming is not None and naming.holes
    columns = [*_sides(shown, naming, holes=holes), *_columns(shown, naming, holes=holes)]
    drawn = [" | ".join(cell.replace("|", "\\|") for cell in line) for line in zip(*columns, strict=True)]
    if holes:
        return "\n".join([*drawn[:2], "…"])
    return "\n".join(_gapped(drawn, shown["rows"], windows.HEAD + 1, "rows"))


def _sides(shown: Mapping[str, Any], naming: Naming | None, *, holes: bool) -> Iterator[list[str]]:
    """Give the levels of an index, each its head and its cells."""
    for at, cells in enumerate(shown.get("index", [])):
        label = shown["index_names"][at]
        level = naming.levels[at] if naming and at < len(naming.levels) else named(label)
        head = "" if level is None or label is None else level
        yield [head, *("…" if holes else say(cell, CELL, quotes=False) for cell in cells)]


def _columns(shown: Mapping[str, Any], naming: Naming | None, *, holes: bool) -> Iterator[list[str]]:
    """Give the columns that are spoken of, each its head and its cells; those made up last."""
    size = len(shown["cells"][0]) if shown["cells"] else 0
    gap = shown["width"] > len(shown["columns"])
    unnamed = "None" if shown["width"] > 1 else "values"
    for at, label in enumerate(shown["columns"]):
        kind = clip(shown["types"][at], _TYPE)
        name: str | None = named(label) or unnamed
        behind = gap and at >= windows.WIDE_HEAD  # the last ones, whose places are not known here
        if naming is not None and not behind and at < len(naming.columns):
            name = naming.columns[at]
        if name is not None and not (holes and behind):
            cells = shown["cells"][at]
            yield [
                f"{name} ({kind})",
                *(f"<{kind}>" if holes else say(cell, CELL, quotes=False) for cell in cells),
            ]
        if gap and at == windows.WIDE_HEAD - 1:
            yield ["…"] * (size + 1)
    for name, kind in naming.added if naming else ():
        yield [f"{name} ({kind})", *["…"] * size]


def _gapped(lines: Sequence[str], size: int, at: int, noun: str) -> list[str]:
    """Say between the first and the last lines how many are left out."""
    out = size - (len(lines) - (noun == "rows"))
    return [*lines] if out <= 0 else [*lines[:at], f"… {out:,} more {noun}", *lines[at:]]


def _list(shown: Mapping[str, Any], naming: Naming | None) -> str:
    if naming is not None and naming.holes:
        return "[<…>, …]"
    cells = [say(cell, 2 * CELL) for cell in shown["cells"]]
    return f"[{', '.join(_gapped(cells, shown['rows'], windows.HEAD + 3, 'elements'))}]"


def _array(shown: Mapping[str, Any], naming: Naming | None) -> str:
    shape = f"shape ({', '.join(map(str, shown['shape']))}), {shown['types'][0]}"
    if naming is not None and naming.holes:
        return shown["types"][0]  # type: ignore[no-any-return]
    if len(shown["shape"]) == 1:
        return f"{shape}\n{_list({**shown, 'rows': shown['shape'][0]}, naming)}"
    if len(shown["shape"]) > 2:
        return f"{shape}\n[{', '.join([*map(say, shown['cells']), '…'])}]"
    wide = shown["shape"][1] > windows.WIDE_HEAD + windows.WIDE_TAIL + 1
    rows = []
    for cells in shown["cells"]:
        words = [say(cell) for cell in cells]
        if wide:
            words.insert(windows.WIDE_HEAD, "…")
        rows.append(f"[{', '.join(words)}]")
    return "\n".join([shape, *_gapped(rows, shown["shape"][0], windows.HEAD, "rows of it")])


def _unordered(shown: Mapping[str, Any], naming: Naming | None) -> str:
    pairs = shown["form"] == "dict"
    if naming is not None and naming.holes:
        return "{<…>: <…>, …}" if pairs else "{<…>, …}"
    cells = [f"{say(cell[0])}: {say(cell[1], 2 * CELL)}" if pairs else say(cell) for cell in shown["cells"]]
    return f"{{{', '.join(_gapped(cells, shown['rows'], windows.HEAD + 3, 'elements'))}}}"


def _value(shown: Mapping[str, Any], naming: Naming | None) -> str:
    return "<…>" if naming is not None and naming.holes else say(shown["value"], windows.TEXT + 50)


def _plots(shown: Mapping[str, Any], naming: Naming | None) -> str:
    if naming is not None and naming.holes:
        return ""
    lines = []
    for each in shown["axes"]:
        parts = [f"{sort}: {words}" for sort, words in plots.written(each)]
        lines.append(f"axes: {'; '.join(parts)}")
    return "\n".join(lines)


_FORMS: Mapping[str, Callable[[Mapping[str, Any], Naming | None], str]] = {
    "table": _table,
    "list": _list,
    "array": _array,
    "set": _unordered,
    "dict": _unordered,
    "value": _value,
    "plots": _plots,
}
