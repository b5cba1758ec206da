"""Choosing among an instruction's responses, and keeping what failed as preference pairs.

A policy is a function from the accepted rows of one instruction to those kept. Of the failures, one is the
rejected half of a pair only where it is *known* to be worse: it fails the tests of the chosen response. That
it failed its own tests may be its tests' fault.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reweave.align.validate.rows import COLUMN
from reweave.errors import RowError

Row = Mapping[str, Any]
Policy = Callable[[Sequence[Row]], list[Row]]


def first(rows: Sequence[Row]) -> list[Row]:
    """Give the first: what the published pipeline takes, of responses that are in no order."""
    return list(rows[:1])


def best(rows: Sequence[Row]) -> list[Row]:
    """Give the one that most others agree with; of equals the best tested, then the shortest program."""
    return sorted(rows, key=_rank)[:1]


def every(rows: Sequence[Row]) -> list[Row]:
    """Give all of them."""
    return list(rows)


POLICIES: Mapping[str, Policy] = {"best": best, "first": first, "all": every}


def pairs(rows: Sequence[Row], chosen: Sequence[Row], most: int) -> Iterator[dict[str, Any]]:
    """Give preference pairs: prompt, chosen, rejected.

    Args:
        rows: All of an instruction.
        chosen: Those selected; each is the better half of pairs with the failures.
        most: Pairs for each of them; those that fail the most tests first.
    """
    # A module that is not there says nothing of the program
    failed = [row for row in rows if not row[COLUMN]["passed"] and row[COLUMN]["reason"] != "missing-module"]
    failed.sort(key=lambda row: sum(row[COLUMN]["cross"].values()))
    for good in chosen:
        worse = [row for row in failed if row[COLUMN]["cross"].get(str(good["id"])) is False]
        for bad in worse[:most]:
            yield {
                "instruction_id": good.get("instruction_id"),
                "prompt": _answer(good, "instruction"),
                "chosen": _answer(good, "response"),
                "rejected": _answer(bad, "response"),
                "chosen_id": good["id"],
                "rejected_id": bad["id"],
                "reason": bad[COLUMN]["reason"],
                "detail": bad[COLUMN]["detail"],
            }


def check(row: Any) -> None:
    """See that a row is one of ``reweave align validate``'s.

    Raises:
        RowError: It is not.
    """
    if not isinstance(row, dict):
        raise RowError("not-an-object", "the row is no object")
    column = row.get(COLUMN)
    wanted = {"accepted", "passed", "reason", "agreement", "test_score", "cross"}
    if not isinstance(column, dict) or not wanted <= column.keys():
        raise RowError("not-validated", f"no column {COLUMN}: give the output of reweave align validate")


def _rank(row: Row) -> tuple[float, float, int]:
    column = row[COLUMN]
    return (-(column["agreement"] or 0.0), -column["test_score"], len(row["program"]))


def _answer(row: Row, column: str) -> str:
    """Give a text column; where there is no response of prose and code, the program."""
    text = row.get(column)
    return text if isinstance(text, str) else str(row.get("program", "") if column == "response" else "")
