"""I/O Summaries in a model's words, on request (GIFT4Code, section 3; ours are written from the trace).

The model sees the task and the traced values, never the program, so that it can tell nothing of it but what
the values show. Its text takes the place of the traced one in ``specs``; that one goes to
``summary_traced``. The contract, and what it is worth, stay those of the trace. A text that names no output,
or says a value or an expression of the answer as the lint finds it, is a reject.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reweave.align.chain.asking import Asker, grouped
from reweave.align.chain.parse import REASONS, MalformedError, parse
from reweave.align.stage import Outcome, Row, Work, failed, rejected, text_of
from reweave.errors import RowError
from reweave.ground.chain.asks import Asks
from reweave.ground.chain.config import GroundConfig
from reweave.ground.chain.prompts import SUMMARIES
from reweave.ground.specs import leaks
from reweave.ground.trace.stored import decode
from reweave.models import Answer, Failure, Question

_NAMELESS = {"Out", "Plots"}  # what a summary may well call a table or a chart


class SummariesStage(Asks):
    """The stage.

    Args:
        config: Of the chain.

    Raises:
        InputError: A template that cannot be read, or no model to ask.
    """

    name = "summaries"
    unit = "rows"
    rules: Sequence[str] = ("missing-column", *REASONS, "too-long", "names-no-output", "leaks")

    def __init__(self, config: GroundConfig) -> None:
        self._config = config.summaries
        super().__init__(config, self._config, SUMMARIES)

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each row."""
        with Asker(self._endpoint, self._parameters, self._config.role, work) as asker:
            for group in grouped(rows):
                prompts = {row["id"]: self._prompt(row) for row in group}
                questions = [Question(name, prompt=text) for name, text in prompts.items() if text]
                answers = asker.ask(questions, wanted=work.total)
                for row in group:
                    yield self._outcome(row, answers[row["id"]][0] if prompts[row["id"]] else None)

    def _prompt(self, row: Row) -> str | None:
        specs = row.get("specs")
        if not isinstance(specs, Mapping) or not isinstance(specs.get("example"), str):
            return None
        try:
            return self._template.prompt({"intent": text_of(row, "intent"), "values": specs["example"]})
        except RowError:
            return None

    def _outcome(self, row: Row, answer: Answer | Failure | None) -> Outcome:
        if answer is None:
            return rejected(row, "missing-column", "columns 'intent' and 'specs' are not those of a trace")
        if isinstance(answer, Failure):
            return failed(row, answer.kind, answer.message)
        try:
            blocks = parse(answer.text, SUMMARIES.blocks, finish_reason=answer.finish_reason)
        except MalformedError as error:
            return rejected(row, error.reason, error.detail, answer=answer.text)
        text = blocks["summary"].text
        broken = self._broken(row, text)
        if broken is not None:
            return rejected(row, *broken, answer=answer.text)
        specs = {**row["specs"], "summary": text}
        told = {"summary_traced": row["specs"].get("summary"), "summary_by": self._endpoint.model}
        return {**row, "specs": specs, **told}

    def _broken(self, row: Row, text: str) -> tuple[str, str] | None:
        words = len(text.split())
        if words > self._config.most_words:
            return "too-long", f"{words} words"
        outputs = row.get("outputs") or {}
        named = outputs.keys() - _NAMELESS
        if named and not any(re.search(rf"\b{re.escape(name)}\b", text) for name in named):
            return "names-no-output", f"none of {', '.join(sorted(named))} is in it"
        found = leaks(
            str(row.get("code", "")), text, _values(outputs), inputs=_values(row.get("inputs") or {})
        )
        return ("leaks", f"{found[0].sort}: {found[0].literal}") if found else None


def _values(stored: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for name, each in stored.items():
        try:
            values[name] = decode(each)
        except RowError:  # nothing of it was kept, so nothing of it was shown
            continue
    return values
