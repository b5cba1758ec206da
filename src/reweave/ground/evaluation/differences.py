"""What specifications make of a model: differences of cells on the same tasks, corrected for their number.

A difference counts for what was changed and nothing else: a form against ``none`` with the same model (the
specification's effect), a model trained with a form against one trained on the same rows without (training's
effect), the latter against the model before training (the data's effect).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.evaluate.statistics.holm import holm
from reweave.ground.evaluation.config import FORMS, NONE, Cell
from reweave.ground.evaluation.measures import WRONG, Scores
from reweave.ground.specs import LEVELS

TOLD = (WRONG, *LEVELS)
"""Measures whose differences are told, beside every pass@k."""

Run = tuple[str, str]
"""A model's name and a cell's."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, and what sets them apart.

    Attributes:
        says: That, in words.
        run: The one.
        against: The other; what is above it is above 0.
    """

    says: str
    run: Run
    against: Run


@dataclass(frozen=True, slots=True)
class Measured:
    """One run, read.

    Attributes:
        verdicts: Its rows, with each task's ``group``.
        ks: Of its pass@k.
        scores: Its other measures.
    """

    verdicts: Sequence[Mapping[str, Any]]
    ks: Sequence[int]
    scores: Scores


def trained(form: str) -> str:
    """Give the name of the model that was trained with a form."""
    return f"tuned-{form}"


def comparisons(cells: Mapping[str, Sequence[Cell]]) -> list[Comparison]:
    """Give what is compared.

    Args:
        cells: By model: the cells that it is asked in, ``none`` among them.
    """
    found = []
    for model, asked in cells.items():
        if not model.startswith(trained("")):
            found += [
                Comparison(f"{model}: {cell.name} shown", (model, cell.name), (model, NONE.name))
                for cell in asked
                if cell != NONE
            ]
    plain = trained("none"), NONE.name
    for form in FORMS:
        model = trained(form)
        if model not in cells or trained("none") not in cells:
            continue
        if form == "none":
            if "base" in cells:
                found.append(Comparison("trained on the rows alone", plain, ("base", NONE.name)))
            continue
        own = Cell(form).name
        found.append(Comparison(f"trained with {form}, and asked with it", (model, own), plain))
        found.append(Comparison(f"trained with {form}, asked with none", (model, NONE.name), plain))
    return found


def weigh(
    chosen: Sequence[Comparison], runs: Mapping[Run, Measured], groups: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Give every comparison's differences, measure by measure; p-values are corrected within a measure.

    Args:
        chosen: What is compared.
        runs: By model and cell.
        groups: Each task's.
    """
    rows = [row for each in chosen for row in _differences(each, runs, groups)]
    told = []
    for measure in dict.fromkeys(row["measure"] for row in rows):
        family = [row for row in rows if row["measure"] == measure]
        corrected = holm([row["p"] for row in family])
        told += [
            {**row, "p_corrected": p, "corrected_for": len(family)}
            for row, p in zip(family, corrected, strict=True)
        ]
    return told


def _differences(
    each: Comparison, runs: Mapping[Run, Measured], groups: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    from reweave.evaluate.statistics.paired import paired_difference  # noqa: PLC0415 - numpy
    from reweave.evaluate.statistics.summary import compare  # noqa: PLC0415 - likewise

    one, other = runs[each.run], runs[each.against]
    ks = sorted(set(one.ks) & set(other.ks))
    found = {f"pass@{k}": made for k, made in compare(one.verdicts, other.verdicts, ks).items()} if ks else {}
    grouped = groups if any(groups.values()) else None
    for name in TOLD:
        if one.scores[name].keys() & other.scores[name].keys():
            found[name] = paired_difference(one.scores[name], other.scores[name], grouped)
    about = {"says": each.says, "run": "/".join(each.run), "against": "/".join(each.against)}
    return [
        {
            **about,
            "measure": name,
            "difference": made.value,
            "ci95": None if made.ci95 is None else list(made.ci95),
            "p": made.p_value,
            "n_tasks": made.n_tasks,
        }
        for name, made in found.items()
    ]
