"""The tables of ``reweave stats``: what a data set is made of, for a terminal.

Takes a ``Statistics`` and draws it with rich; counts nothing itself. Every number stands beside its n.
"""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from reweave.edits.statistics import Statistics

_NONE = "-"


def tables(statistics: Statistics) -> Group:
    """All there is to say about a data set, ready for ``rich.print``."""
    paths = (
        f"{statistics.paths:,} distinct paths of {statistics.programs:,} programs, "
        f"{statistics.duplicates:,} duplicate paths left out"
    )
    return Group(records_table(statistics), Text(), quantities_table(statistics), Text(paths))


def records_table(statistics: Statistics) -> Table:
    """Where the records went: read = kept + rejected (by reason) + failed, with shares of those read.

    A line says so when the counts do not add up: then a record was lost, which is a defect.
    """
    table = _table("Records", "", "n", "share of read")
    read = statistics.read
    accounted = statistics.kept + statistics.rejected + statistics.failed
    rows = [("read", read), ("kept", statistics.kept)]
    for outcome, total in (("rejected", statistics.rejected), ("failed", statistics.failed)):
        rows.append((outcome, total))
        reasons = [(n, reason) for (kind, reason), n in statistics.rejects.items() if kind == outcome]
        rows += [(f"  {reason}", n) for n, reason in sorted(reasons, key=lambda each: (-each[0], each[1]))]
    if accounted != read:
        rows.append(("not accounted for", read - accounted))
    for name, n in rows:
        # Reasons come from data: as Text, brackets in them are not markup.
        table.add_row(Text(name), f"{n:,}", f"{n / read:.1%}" if read else _NONE)
    return table


def quantities_table(statistics: Statistics) -> Table:
    """Mean, spread and percentiles of every quantity, each with its n."""
    table = _table("Edit sequences", "", "n", "mean", "stdev", "p5", "median", "p95", "max")
    for row in statistics.summary():
        spread = [_NONE if number is None else f"{number:,.2f}" for number in (row.mean, row.stdev)]
        ranks = [row.p5, row.median, row.p95, row.max]
        cells = [_NONE if number is None else f"{number:,}" for number in ranks]
        table.add_row(row.name, f"{row.n:,}", *spread, *cells)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    return table
