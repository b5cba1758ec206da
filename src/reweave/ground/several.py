"""Specifications of one program that was run on several inputs: one text, as long as they agree.

A grounded row is one run; a function's row (``bridge``) has one a call. Where all runs are told in the same
words, these are the text; else each run has its own paragraph.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reweave.errors import RowError
from reweave.ground.specs import Form, Leakage, spec_text
from reweave.ground.trace.stored import decode

COLUMN = "traces"
"""The column that holds the runs of a row, where there are several: ``inputs`` and ``outputs`` of each."""

Values = Mapping[str, Any]


def spec_of(
    form: Form,
    runs: Sequence[tuple[Values, Values]],
    *,
    leakage: Leakage = "oracle",
    seed: int = 1,
    record: str = "",
) -> str:
    r"""Write the specification of some runs.

    Args:
        form: Which.
        runs: Inputs and outputs of each.
        leakage: The level.
        seed: Of what ``noisy`` draws.
        record: The row's id: all its runs are drawn alike.

    >>> spec_of("type", [({"x": 1}, {"result": 2}), ({"x": 3}, {"result": 4})])
    'result: an int'
    >>> spec_of("type", [({"x": 1}, {"result": 2}), ({"x": 0}, {"result": None})])
    'Call 1:\nresult: an int\n\nCall 2:\nresult: None'
    """
    texts = [
        spec_text(form, inputs, outputs, leakage=leakage, seed=seed, record=record)
        for inputs, outputs in runs
    ]
    if len(set(texts)) <= 1:
        return texts[0] if texts else ""
    return "\n\n".join(f"Call {number}:\n{text}" for number, text in enumerate(texts, 1))


def runs_of(row: Mapping[str, Any]) -> tuple[list[tuple[Values, Values]], list[str]]:
    """Give the values of a row's runs, and the names of those of which only a part was kept.

    Raises:
        RowError: A value of which nothing was kept, or that is damaged; ``missing-column``.
        MissingExtraError: It holds arrays or frames, and numpy or pandas is not installed.
    """
    stored = row[COLUMN] if isinstance(row.get(COLUMN), list) else [row]
    runs: list[tuple[Values, Values]] = []
    cut: list[str] = []
    for each in stored:
        sides = []
        for side in ("inputs", "outputs"):
            values = each.get(side) if isinstance(each, Mapping) else None
            if not isinstance(values, Mapping) or not all(isinstance(v, Mapping) for v in values.values()):
                raise RowError("missing-column", f"no values in column {side!r}: is this a grounded row?")
            cut += [name for name, value in values.items() if value.get("cut")]
            sides.append({name: decode(value) for name, value in values.items()})
        runs.append((sides[0], sides[1]))
    return runs, cut
