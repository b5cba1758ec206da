"""The end of the chain: rows that can be trained on, the last rules first (SelfCodeAlign, section 2.5).

Every column stays: a score that a row was not selected by may be wanted later.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reweave.align.chain.code import asserts
from reweave.align.chain.wording import placeholder
from reweave.align.config import AlignConfig
from reweave.align.stage import Outcome, Row, Work, rejected, text_of
from reweave.edits.stream import Stream
from reweave.errors import RowError

_STEPS = 1_000_000
_COLUMNS = ("instruction_id", "instruction", "response", "tests")


class PairsStage:
    """The stage.

    Args:
        config: Of the chain.
    """

    name = "pairs"
    unit = "responses"
    rules = ("missing-column", "placeholder", "instruction-too-long", "tests-without-assert")

    def __init__(self, config: AlignConfig) -> None:
        self._config, self._seed = config.pairs, config.seed

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows."""
        return {**self._config.model_dump(), "seed": self._seed}

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:  # noqa: ARG002 - a stage's form
        """Give an outcome for each response."""
        for row in rows:
            try:
                for column in _COLUMNS:
                    text_of(row, column)
            except RowError as error:
                yield rejected(row, error.reason, error.detail)
                continue
            broken = self._broken(row)
            yield rejected(row, *broken) if broken else self._pair(row)

    def _broken(self, row: Row) -> tuple[str, str] | None:
        for column in ("instruction", "response", "tests"):
            found = placeholder(row[column])
            if found:
                return "placeholder", f"{found!r} in column {column!r}"
        words = len(row["instruction"].split())
        if words > self._config.most_words:
            return "instruction-too-long", f"{words} words"
        if not asserts(row["tests"]):
            return "tests-without-assert", "no assert, and no call of an assertion"
        return None

    def _pair(self, row: Row) -> dict[str, Any]:
        # All responses to an instruction alike, so that selecting among them does not change the share.
        drawn = Stream(self._seed, f"tests\0{row['instruction_id']}", 0).below(0, _STEPS)
        with_tests = drawn < self._config.tests * _STEPS
        said = row["response"]
        if with_tests:
            said = f"{said}\n\nThese tests check it:\n\n```python\n{row['tests'].strip()}\n```"
        if self._config.form == "messages":
            turns = [("user", row["instruction"]), ("assistant", said)]
            form: dict[str, Any] = {"messages": [{"role": role, "content": text} for role, text in turns]}
        else:
            form = {"prompt": row["instruction"], "completion": said}
        return {**row, **form, "with_tests": with_tests}


def make_stage(config: AlignConfig) -> PairsStage:
    """Make the stage."""
    return PairsStage(config)
