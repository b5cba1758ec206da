"""What the verbs of ``reweave curate`` share: the table of counts, and the line that says how far it is."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from reweave.compute.diversity_run import Measured
    from reweave.curate.diversity import Measure

_LINE_EVERY = 10.0  # seconds


def counts_table(statistics: Mapping[str, Any]) -> Table:
    """Draw where the rows went: read = kept + rejected, by reason."""
    table = Table(title="Rows", title_justify="left", title_style="bold")
    for name in ("", "n", "share of read"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    read, kept, rejects = statistics["read"], statistics["kept"], statistics["rejects"]
    rows = [("read", read), ("kept", kept), ("rejected", sum(rejects.values()))]
    rows += [
        (f"  {reason}", n) for reason, n in sorted(rejects.items(), key=lambda each: (-each[1], each[0]))
    ]
    if kept + sum(rejects.values()) != read:
        rows.append(("not accounted for", read - kept - sum(rejects.values())))
    for name, n in rows:
        table.add_row(Text(name), f"{n:,}", f"{n / read:.1%}" if read else "-")
    return table


def hits_table(hits: Mapping[str, int]) -> Table:
    """Draw how many rows hold items of which benchmark, by the way they were found."""
    table = Table(title="Rows with items", title_justify="left", title_style="bold")
    for name in ("benchmark", "by n-grams", "as program"):
        table.add_column(name, justify="left" if name == "benchmark" else "right", no_wrap=True)
    for name in sorted({key.rpartition(" ")[0] for key in hits}):
        table.add_row(Text(name), *(f"{hits.get(f'{name} {how}', 0):,}" for how in ("ngram", "program")))
    return table


def diversity_table(measured: "Sequence[Measured]") -> Table:
    """Draw data sets side by side; below each value its mean at the common size, with its interval."""
    table = Table(title="Diversity", title_justify="left", title_style="bold")
    table.add_column("", no_wrap=True)
    for each in measured:
        table.add_column(Text(f"{Path(each.name).name}, {each.rows:,} rows"), justify="right")
    names = list(dict.fromkeys(one.name for each in measured for one in each.measures))
    for name in names:
        found = [next((one for one in each.measures if one.name == name), None) for each in measured]
        table.add_row(Text(name), *(_value(one) for one in found))
        if any(one is not None and one.mean is not None for one in found):
            size = next(one.size for one in found if one is not None and one.size is not None)
            table.add_row(Text(f"  at {size:,} rows"), *(_part(one) for one in found))
    return table


def _value(measure: "Measure | None") -> str:
    return "-" if measure is None else f"{measure.value:.3f} (n = {measure.n:,})"


def _part(measure: "Measure | None") -> str:
    if measure is None or measure.mean is None:
        return "-"
    if measure.interval is None:
        return f"{measure.mean:.3f}"
    return f"{measure.mean:.3f} [{measure.interval[0]:.3f}, {measure.interval[1]:.3f}]"


class Line:
    """Says on stderr how far it is, every ten seconds."""

    def __init__(self) -> None:
        self._shown = time.monotonic()

    def update(self, what: str, done: int, total: int | None) -> None:
        """Take note of it."""
        now = time.monotonic()
        if now - self._shown >= _LINE_EVERY:
            self._shown = now
            sys.stderr.write(f"{what}: {done:,}" + (f" of {total:,}" if total else "") + " rows\n")
