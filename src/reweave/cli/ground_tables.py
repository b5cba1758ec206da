"""The tables at the end of ``reweave ground trace``, and what others share with them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from reweave.ground.counts import Counts
    from reweave.ground.trace.statistics import Statistics
    from reweave.ground.trace.worth import Worth


def traced_tables(statistics: "Statistics") -> Group:
    """Where the candidates went, and what kinds of values went in and came out."""
    parts: list[RenderableType] = [funnel(statistics, "Candidates")]
    if statistics.kept:
        parts += [Text(), _kinds(statistics)]
    return Group(*parts, worth_tables(statistics.worth))


def worth_tables(worth: "Worth") -> Group:
    """What each form of specification refuses, all together and by mutator; nothing where none was judged."""
    return Group(Text(), _worth(worth), Text(), _mutators(worth)) if worth.judged else Group()


def funnel(statistics: "Statistics | Counts", title: str) -> Table:
    """Where rows went: kept, or rejected and failed by reason."""
    table = plain_table(title, "", "n", "share of read")
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
    table = plain_table("Variables of kept rows", "", "in", "out")
    counts = {kind: n + statistics.inputs.get(kind, 0) for kind, n in statistics.outputs.items()}
    for kind, _ in _largest_first(dict(statistics.inputs) | counts):
        table.add_row(Text(kind), f"{statistics.inputs[kind]:,}", f"{statistics.outputs[kind]:,}")
    table.add_row("cut, as too large", "", f"{statistics.cut:,}")
    table.add_row("did not cross the boundary", "", f"{statistics.apart:,}")
    table.add_row("rows that show a value", "", f"{statistics.displayed:,}")
    table.add_row("rows that take no variable", f"{statistics.without_inputs:,}", "")
    return table


def _worth(worth: "Worth") -> Table:
    """What each form of specification says, by what it refuses."""
    table = plain_table(
        "What the specifications are worth",
        "form",
        "accept their program",
        "mutants refused",
        "share",
        "95 %",
    )
    for form in worth.products:
        rejected, ends = worth.rejected(form), worth.interval(form)
        table.add_row(
            form,
            f"{worth.accepted[form]:,} of {worth.candidates:,}",
            f"{rejected:,} of {worth.judged:,}",
            f"{rejected / worth.judged:.1%}",
            f"{ends[0]:.1%} to {ends[1]:.1%}" if ends else "-",
        )
    return table


def _mutators(worth: "Worth") -> Table:
    apart = {
        name: worth.outcomes[name]
        for name in ("not-run", "unchanged", "harness-error")
        if worth.outcomes[name]
    }
    told = ", ".join(f"{n:,} {name}" for name, n in apart.items())
    table = plain_table(f"Mutants ({told} apart)" if told else "Mutants", "", "n", *worth.products)
    for kind, (n, *refused) in sorted(worth.kinds.items(), key=lambda each: (-each[1][0], each[0])):
        table.add_row(Text(kind), f"{n:,}", *(f"{each / n:.1%}" for each in refused))
    return table


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def plain_table(title: str, *columns: str) -> Table:
    """A table with its title on the left; columns of numbers stand on the right."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    return table
