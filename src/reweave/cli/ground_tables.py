"""The tables at the end of ``reweave ground trace``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from reweave.ground.trace.statistics import Statistics


def traced_tables(statistics: "Statistics") -> Group:
    """Where the candidates went, and what kinds of values went in and came out."""
    parts: list[RenderableType] = [_funnel(statistics)]
    if statistics.kept:
        parts += [Text(), _kinds(statistics)]
    return Group(*parts)


def _funnel(statistics: "Statistics") -> Table:
    table = _table("Candidates", "", "n", "share of read")
    rows = [("read", statistics.read), ("kept", statistics.kept)]
    for outcome in ("rejected", "failed"):
        found = {reason: n for (kind, reason), n in statistics.rejects.items() if kind == outcome}
        rows.append((outcome, sum(found.values())))
        rows += [(f"  {reason}", n) for reason, n in _largest_first(found)]
    if lost := statistics.read - statistics.kept - sum(statistics.rejects.values()):
        rows.append(("not accounted for", lost))
    for label, n in rows:
        # Reasons come from data: as Text, brackets in them are not markup
        table.add_row(Text(label), f"{n:,}", f"{n / statistics.read:.1%}" if statistics.read else "-")
    return table


def _kinds(statistics: "Statistics") -> Table:
    table = _table("Variables of kept rows", "", "in", "out")
    counts = {kind: n + statistics.inputs.get(kind, 0) for kind, n in statistics.outputs.items()}
    for kind, _ in _largest_first(dict(statistics.inputs) | counts):
        table.add_row(Text(kind), f"{statistics.inputs[kind]:,}", f"{statistics.outputs[kind]:,}")
    table.add_row("cut, as too large", "", f"{statistics.cut:,}")
    table.add_row("did not cross the boundary", "", f"{statistics.apart:,}")
    table.add_row("rows that show a value", "", f"{statistics.displayed:,}")
    table.add_row("rows that take no variable", f"{statistics.without_inputs:,}", "")
    return table


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    return table
