"""The tables at the end of ``reweave align validate`` and ``select``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reweave.errors import MissingExtraError

if TYPE_CHECKING:
    from reweave.align.validate.select_run import Selected
    from reweave.align.validate.statistics import Statistics


def validated_tables(statistics: "Statistics") -> Group:
    """Where the rows went, and what the tests were worth."""
    rejects = statistics.rejects
    parts: list[RenderableType] = [
        _funnel("Responses", statistics.read, statistics.kept, "accepted", rejects)
    ]
    if statistics.asserts:
        parts += [Text(), _strength(statistics)]
    if statistics.covered:
        parts += [Text(), _coverage(statistics)]
    return Group(*parts)


def selected_table(made: "Selected") -> Table:
    """Where the rows went."""
    rejects = {("rejected", reason): n for reason, n in made.rejects.items()}
    return _funnel("Responses", made.read, made.kept, "kept", rejects)


def _funnel(title: str, read: int, kept: int, name: str, rejects: Mapping[tuple[str, str], int]) -> Table:
    table = _table(title, "", "n", "share of read")
    rows = [("read", read), (name, kept)]
    for outcome in ("rejected", "failed"):
        found = [(reason, n) for (kind, reason), n in rejects.items() if kind == outcome]
        rows.append((outcome, sum(n for _, n in found)))
        rows += [(f"  {reason}", n) for reason, n in sorted(found, key=lambda each: (-each[1], each[0]))]
    lost = read - kept - sum(rejects.values())
    if lost:
        rows.append(("not accounted for", lost))
    for label, n in rows:
        # Reasons come from data: as Text, brackets in them are not markup
        table.add_row(Text(label), f"{n:,}", f"{n / read:.1%}" if read else "-")
    return table


def _strength(statistics: "Statistics") -> Table:
    table = _table("What the tests were worth", "", "n", "of", "share")

    def add(label: str, n: int, of: int) -> None:
        table.add_row(Text(label), f"{n:,}", f"{of:,}", f"{n / of:.1%}" if of else "-")

    judged = sum(statistics.forms.values())
    for form, n in sorted(statistics.forms.items()):
        add(f"verdicts: {form}{', can be forged' if form == 'in-process' else ''}", n, judged)
    add("assertions reached", statistics.asserts_reached, statistics.asserts)
    for kind, n in sorted(statistics.tautologies.items()):
        add(f"  tautology: {kind}", n, statistics.asserts)
    for name, (killed, made) in sorted(statistics.stubs.items()):
        add(f"stubs refused: {name}", killed, made)
    add("mutants refused", statistics.killed, statistics.made)
    for name, (killed, made) in sorted(statistics.mutants.items()):
        add(f"  {name}", killed, made)
    return table


def _coverage(statistics: "Statistics") -> Table:
    """Draw the mean share reached, with its interval; instructions are the sample, not their responses."""
    table = _table("Coverage, by the programs' own word", "", "mean", "95 % interval", "instructions")
    for name, counts in (("lines", statistics.lines_covered), ("branches", statistics.branches_covered)):
        shares = [float(share) for share, n in sorted(counts.items()) for _ in range(n)]
        mean = f"{sum(shares) / len(shares):.1%}" if shares else "-"
        table.add_row(f"{name} reached by the tests", mean, Text(_interval(shares)), f"{len(shares):,}")
    covered = statistics.covered
    table.add_row(f"responses measured: {covered['measured']:,} of {covered.total():,}")
    return table


def _interval(shares: list[float]) -> str:
    try:
        from reweave.evaluate.statistics.standard_errors import estimate_share
    except MissingExtraError:
        return "needs 'reweave[eval]'"
    estimate = estimate_share(shares) if shares else None
    if estimate is None or estimate.ci95 is None:
        return "one has none" if shares else "-"
    return f"{estimate.ci95[0]:.1%} to {estimate.ci95[1]:.1%}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    return table
