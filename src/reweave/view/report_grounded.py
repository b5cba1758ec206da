"""The report's table of runs with specifications: do samples keep to them, and run without being right?

``reweave ground eval`` writes the figures into ``summary.json``; other runs have none, and no table.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from reweave.evaluate.run_files import RunFiles
from reweave.evaluate.run_summary import number
from reweave.view.curves import swatch
from reweave.view.report_tables import percent, run_name, wide_table

_NAMES = {
    "ran": "came to their end",
    "ran-but-wrong": "ran but wrong",
    "type": "adhere: type",
    "summary": "adhere: summary",
    "example": "adhere: example",
}


def grounded_section(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    """Give the section; nothing where no run has specifications."""
    shown = [(index, found) for index, run in enumerate(runs) if (found := _grounded(run))]
    if not shown:
        return ""
    body = [
        f'<tr><th scope="row">{swatch(index)} {run_name(runs, labels, index)}</th>'
        f"<td>{html.escape(_told(found))}</td>{''.join(_cell(found, name) for name in _NAMES)}</tr>"
        for index, found in shown
    ]
    head = '<th scope="col">Run</th><th scope="col">Shown</th>' + "".join(
        f'<th scope="col">{name}</th>' for name in _NAMES.values()
    )
    table = wide_table("grounded", "Specifications", head, body)
    return (
        '<section aria-labelledby="grounded-title"><h2 id="grounded-title">Specifications</h2>'
        '<p class="about">Shares of all samples, with 95 % intervals. A sample adheres where the contract of'
        " the reference's own trace accepts what it leaves; it ran but is wrong where it came to its end and"
        f" the benchmark's verdict is a failure.</p>{table}</section>"
    )


def _grounded(run: RunFiles) -> Mapping[str, Any] | None:
    found = run.summary.get("grounded")
    return found if isinstance(found, dict) and isinstance(found.get("measures"), dict) else None


def _told(found: Mapping[str, Any]) -> str:
    parts = (found.get("form"), found.get("leakage"))
    return ", ".join(str(part) for part in parts if part is not None)


def _cell(found: Mapping[str, Any], name: str) -> str:
    each = found["measures"].get(name)
    value = number(each.get("value")) if isinstance(each, dict) else None
    if value is None:
        return "<td></td>"
    ends = each.get("ci95")
    low, high = map(number, ends) if isinstance(ends, list) and len(ends) == 2 else (None, None)
    between = "" if low is None or high is None else f" <small>{100 * low:.1f} to {100 * high:.1f}</small>"
    return f'<td class="value">{percent(value)}{between}</td>'
