"""What the experiment was made to find out: differences between arms, and what they amount to.

The paper's claims (arXiv 2410.02749, sections 4.2 and 5): tuning on linted edit sequences beats tuning on
whole programs, the more samples the more; and it is the linter that does it, not the edits alone. The third
question is this project's own: does checking each edit while decoding help?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.evaluate.statistics.holm import holm
from reweave.experiment.config import ExperimentConfig

LEVEL = 0.05
"""A difference counts when its p-value, corrected for the number of differences looked at, is below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A difference that somebody expects to be above 0.

    Attributes:
        says: What is claimed.
        better: The run that is to be better.
        worse: Than which.
    """

    says: str
    better: str
    worse: str


def claims(config: ExperimentConfig) -> list[Claim]:
    """Give the differences that are looked at; edits are read leniently unless the decoding is the point."""
    found = []
    for form in config.forms:
        edits = f"lintseq-{form}"
        found += [
            Claim(
                says=f"linted edits beat whole programs ({form})",
                better=f"{edits}-lenient",
                worse="instruct-plain",
            ),
            Claim(
                says=f"linted edits beat random ones ({form})",
                better=f"{edits}-lenient",
                worse=f"randseq-{form}-lenient",
            ),
        ]
        if config.checked:
            found += [
                Claim(
                    says=f"checked decoding beats unchecked, {decoding} ({form})",
                    better=f"{edits}-checked-{decoding}",
                    worse=f"{edits}-{decoding}",
                )
                for decoding in ("strict", "lenient")
            ]
    return found


def weigh(chosen: Sequence[Claim], verdicts: Mapping[str, Any], ks: Sequence[int]) -> list[dict[str, Any]]:
    """Give each claim's differences, with intervals, p-values, and a word on each.

    Args:
        chosen: The claims.
        verdicts: Each run's, as ``reweave.evaluate.statistics.summary.compare`` takes them.
        ks: Of pass@k.
    """
    from reweave.evaluate.statistics.summary import compare  # noqa: PLC0415 - numpy

    rows: list[dict[str, Any]] = []
    for claim in chosen:
        found = compare(verdicts[claim.better], verdicts[claim.worse], ks)
        for k, difference in found.items():
            rows.append(
                {
                    "claim": claim.says,
                    "better": claim.better,
                    "worse": claim.worse,
                    "k": k,
                    "difference": difference.value,
                    "ci95": None if difference.ci95 is None else list(difference.ci95),
                    "p": difference.p_value,
                    "n_tasks": difference.n_tasks,
                }
            )
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_corrected"] = corrected
        row["found"] = _word(row["difference"], corrected)
    return rows


def _word(difference: float, p: float | None) -> str:
    if p is None or p >= LEVEL:
        return "not decided"
    return "holds" if difference > 0 else "the opposite holds"
