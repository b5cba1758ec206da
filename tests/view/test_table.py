"""The tables of `reweave stats`."""

import io

from rich.console import Console

from reweave.edits.statistics import Statistics
from reweave.records import EditSequence
from reweave.view.table import tables


def drawn(statistics: Statistics, width: int = 100) -> str:
    file = io.StringIO()
    Console(width=width, file=file).print(tables(statistics))
    return file.getvalue()


def row(text: str, label: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if label in [cell.strip() for cell in line.split("│")]]
    return [cell.strip() for cell in line.split("│")[1:-1]]


def test_quantities_have_their_n() -> None:
    """Every row says how many observations it is made of; tokens appear once they were counted."""
    statistics = Statistics()
    statistics.add(EditSequence("a", 0, None, "a\nb\nc\n", [0, 1, 1], "none", "default", 0))
    statistics.add(EditSequence("b", 0, None, "a\n" * 1200, [0] * 1200, "none", "default", 0))
    text = drawn(statistics)
    assert row(text, "edits a path") == ["edits a path", "2", "1.50", "0.71", "1", "1", "2", "2"]
    assert row(text, "lines an edit") == [
        "lines an edit",
        "3",
        "401.00",
        "691.95",
        "1",
        "2",
        "1,200",
        "1,200",
    ]
    assert "tokens" not in text
    statistics.add_tokens(EditSequence("a", 0, None, "a b\n", [0], "none", "default", 0))
    assert row(drawn(statistics), "tokens an edit") == [
        "tokens an edit",
        "1",
        "3.00",
        "-",
        "3",
        "3",
        "3",
        "3",
    ]


def test_records_add_up() -> None:
    """Reasons stand under their outcome, commonest first, with their share of the records read."""
    statistics = Statistics(read=2000, kept=1980, duplicates=3)
    statistics.rejects.update(
        {("rejected", "too-long"): 4, ("rejected", "[red]x"): 15, ("failed", "timeout"): 1}
    )
    text = drawn(statistics)
    labels = [line.split("│")[1].strip() for line in text.splitlines() if line.count("│") == 4]
    assert labels == ["read", "kept", "rejected", "[red]x", "too-long", "failed", "timeout"]
    assert row(text, "rejected") == ["rejected", "19", "0.9%"]
    assert row(text, "[red]x") == ["[red]x", "15", "0.8%"]
    assert row(text, "failed") == ["failed", "1", "0.1%"]
    assert "3 duplicate paths" in text


def test_lost_records_are_shown() -> None:
    """Counts that do not add up are not passed over."""
    assert row(drawn(Statistics(read=10, kept=7)), "not accounted for") == ["not accounted for", "3", "30.0%"]


def test_nothing_counted() -> None:
    """Empty statistics draw dashes, and divide by nothing."""
    text = drawn(Statistics())
    assert row(text, "edits a path") == ["edits a path", "0", "-", "-", "-", "-", "-", "-"]
    assert row(text, "read") == ["read", "0", "-"]
