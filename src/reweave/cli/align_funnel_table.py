"""The funnel as a table on the terminal."""

from typing import Any

from reweave.align.funnel import StageFunnel


def funnel_table(stages: list[StageFunnel]) -> Any:
    """Show the funnel: what each stage read, each rule took, and what was left."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="read = kept + rejected + failed", title_justify="left", box=None, pad_edge=False)
    for name in ("stage", "", "n", "share", "left"):
        table.add_column(name, justify="left" if name in {"stage", ""} else "right")
    for each in stages:
        counts = each.counts
        read = counts.read
        table.add_row(
            f"[bold]{escape(counts.stage)}[/bold]", f"{escape(counts.unit)} read", f"{read:,}", "", ""
        )
        for outcome, reason, n, left in each.steps():
            if n:
                table.add_row("", f"{outcome}: {escape(reason)}", f"{n:,}", share(n, read), f"{left:,}")
        table.add_row("", "kept", f"[bold]{counts.kept:,}[/bold]", share(counts.kept, read), "")
    return table


def share(n: int, of: int) -> str:
    """Give a share in percent.

    >>> share(1, 8), share(0, 0)
    ('12.5 %', '')
    """
    return f"{100 * n / of:.1f} %" if of else ""
