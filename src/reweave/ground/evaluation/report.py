"""An ablation's ``report.md``: the cells' figures with 95 % intervals, and the differences between them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reweave.ground.evaluation.measures import WRONG
from reweave.ground.specs import LEVELS

_COLUMNS = (*LEVELS, "ran", WRONG)


def markdown(made: Mapping[str, Any]) -> str:
    """Give the report.

    Args:
        made: The contents of ``results.json``.
    """
    sampling, ks = made["sampling"], sorted({int(k) for row in made["cells"] for k in row["pass@k"]})
    head = (
        f"{made['n_tasks']:,} tasks, the same in all cells; {sampling['n']} samples each at temperature"
        f" {sampling['drawn_at']:g}, seed {sampling['seed']}; in brackets 95 % intervals over tasks."
        f" {_left_out(made)}"
    )
    about = (
        "*type*, *summary*, *example*: adherence, the share of all samples whose outputs the contract of that"
        " level accepts; the contract is of the reference's own trace, whatever was shown."
        f" *{WRONG}*: the sample came to its end after its context, and the benchmark's verdict is a failure."
    )
    lines = [
        f"# {made['task']} with specifications",
        "",
        head,
        "",
        *table(*cell_table(made["cells"], ks)),
        "",
        about,
        "",
        "Of the samples that ran:",
        "",
        *table(*_ran_table(made["cells"])),
        "",
        *_trained(made["trained"]),
        "## Differences on the same tasks",
        "",
        "Paired over tasks; p-values are corrected among the differences of one measure (Holm).",
        "",
        *table(*_differences(made["differences"])),
        "",
    ]
    return "\n".join(lines)


def cell_table(cells: Iterable[Mapping[str, Any]], ks: Sequence[int]) -> tuple[list[str], list[list[str]]]:
    """Give the names of the columns, and a row for each cell."""
    names = ["model", "cell", *(f"pass@{k}" for k in ks), *_COLUMNS]
    return names, [
        [
            row["model"],
            row["cell"],
            *(share(row["pass@k"].get(str(k))) for k in ks),
            *(share(row["measures"][name]) for name in _COLUMNS),
        ]
        for row in cells
    ]


def share(each: Mapping[str, Any] | None) -> str:
    """Give a share with its interval."""
    if each is None:
        return "-"
    between = each["ci95"]
    return f"{each['value']:.3f}" + ("" if between is None else f" [{between[0]:.3f}, {between[1]:.3f}]")


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Give the lines of a table."""
    return ["| " + " | ".join(line) + " |" for line in [names, ["---"] * len(names), *rows]]


def _left_out(made: Mapping[str, Any]) -> str:
    counts = made["left_out"]
    if not counts:
        return "No task is left out."
    told = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
    total = sum(counts.values())
    which = "1 task is" if total == 1 else f"{total:,} tasks are"
    return f"{which} left out of all cells ({told}): `rejects.jsonl` of a cell says which."


def _ran_table(cells: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    names = [*LEVELS, WRONG]
    rows = [
        [row["model"], row["cell"], *(share(row["measures"][f"{name}, of ran"]) for name in names)]
        for row in cells
    ]
    return ["model", "cell", *names], rows


def _trained(told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not told:
        return []
    rows = [
        [form, f"{each['trained_tokens']:,}", f"{each['first_loss']:.3f}", f"{each['last_loss']:.3f}"]
        for form, each in told.items()
    ]
    names = ["trained with", "trained tokens", "first loss", "last loss"]
    return ["## Training", "", *table(names, rows), ""]


def _differences(rows: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    names = ["what", "run", "against", "measure", "difference", "p", "corrected", "of"]
    return names, [
        [row["says"], row["run"], row["against"], row["measure"], _difference(row), *_ps(row)] for row in rows
    ]


def _difference(row: Mapping[str, Any]) -> str:
    between = row["ci95"]
    return f"{row['difference']:+.3f}" + (
        "" if between is None else f" [{between[0]:+.3f}, {between[1]:+.3f}]"
    )


def _ps(row: Mapping[str, Any]) -> list[str]:
    found = ["-" if row[name] is None else f"{row[name]:.3g}" for name in ("p", "p_corrected")]
    return [*found, str(row["corrected_for"])]
