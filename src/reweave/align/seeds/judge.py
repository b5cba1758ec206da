"""What a judge of docstrings is, and its word on a batch of files: the last rule, asked of what is left.

Whom it asks is its own business; ``model_judge`` asks a model.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from reweave.align.seeds.seed_row import seed
from reweave.align.seeds.sifting import SiftedFile


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a definition is no seed.

    Attributes:
        reason: One of ``rules.JUDGED``; of a failure, its kind.
        detail: In words.
        outcome: ``failed`` where the judge could not be asked. Once all else is done, the same call begins
            again and asks about those.
        answer: What was said, where that shows what was wrong.
    """

    reason: str
    detail: str
    outcome: Literal["rejected", "failed"] = "rejected"
    answer: str | None = None


class Judge(Protocol):
    """Says of seeds whether their docstrings tell what they do: a model, say.

    Attributes:
        spent: What each role has used in all starts, as ``reweave.align.costs`` has it; set once `opened`
            ends.
    """

    spent: Mapping[str, Mapping[str, Any]]

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides what it says, as JSON can hold it; a run that has another is refused."""

    def opened(self, folder: Path) -> AbstractContextManager[None]:
        """Be ready for `judge`. What it must not lose in a kill, it keeps in this folder."""

    def judge(self, seeds: Sequence[Mapping[str, Any]]) -> Sequence[Refusal | None]:
        """Say for each seed why it is refused, or None. Asked again for the same seeds after a restart."""


def judge_files(files: Sequence[SiftedFile], judge: Judge) -> None:
    """Ask about what is left of some files, and refuse what is refused."""
    left = [(each, file.source) for file in files for each in file.left()]
    answers = judge.judge([seed(each.id, each.candidate, source) for each, source in left])
    for (each, _), answer in zip(left, answers, strict=True):
        if answer is not None:
            each.refuse(answer.reason, answer.detail, answer.outcome, answer.answer)
