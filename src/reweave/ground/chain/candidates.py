"""From intents to candidates: the code model writes programs, several to each (GIFT4Code, section 3).

A candidate goes on from its context's cell. Whether it runs and what it leaves is for ``trace`` to find out;
what is no program, and what another sample of the intent says too, costs no run.
"""

from collections.abc import Iterator, Sequence

from reweave.align.chain.asking import Asker, grouped
from reweave.align.chain.code import code_of
from reweave.align.chain.parse import REASONS, MalformedError, parse
from reweave.align.stage import Outcome, Row, Work, failed, rejected, text_of
from reweave.errors import RowError
from reweave.ground.chain.asks import Asks
from reweave.ground.chain.config import GroundConfig
from reweave.ground.chain.prompts import CANDIDATES, table_of
from reweave.models import Answer, Failure, Question

_GROUP = 256  # intents


class CandidatesStage(Asks):
    """The stage.

    Args:
        config: Of the chain.

    Raises:
        InputError: A template that cannot be read, or no model to ask.
    """

    name = "candidates"
    unit = "candidates"
    rules: Sequence[str] = ("missing-column", *REASONS, "no-code", "duplicate")

    def __init__(self, config: GroundConfig) -> None:
        self._config = config.candidates
        super().__init__(config, self._config, CANDIDATES)

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each sample of each intent."""
        n = self._config.n
        wanted = None if work.total is None else work.total * n
        with Asker(self._endpoint, self._parameters, self._config.role, work) as asker:
            for group in grouped(rows, _GROUP):
                work.more(len(group) * (n - 1))
                prompts = {row["id"]: self._prompt(row) for row in group}
                questions = [Question(name, prompt=text, n=n) for name, text in prompts.items() if text]
                answers = asker.ask(questions, wanted=wanted)
                for row in group:
                    yield from self._outcomes(row, answers.get(row["id"]))

    def _prompt(self, row: Row) -> str | None:
        try:
            shown = {name: text_of(row, name) for name in ("context", "intent")}
        except RowError:
            return None
        table = table_of(str(row.get("card") or ""), str(row.get("head") or ""))
        return self._template.prompt({**shown, "table": table})

    def _outcomes(self, row: Row, answers: Sequence[Answer | Failure] | None) -> Iterator[Outcome]:
        seen: dict[str, str] = {}
        for sample in range(self._config.n):
            made = {**row, "intent_id": row["id"], "id": f"{row['id']}/{sample}", "sample": sample}
            if answers is None:
                yield rejected(made, "missing-column", "columns 'context' and 'intent' hold no text")
                continue
            answer = answers[sample]
            if isinstance(answer, Failure):
                yield failed(made, answer.kind, answer.message)
                continue
            try:
                blocks = parse(answer.text, CANDIDATES.blocks, finish_reason=answer.finish_reason)
                code = code_of(blocks["code"], "code")
            except MalformedError as error:
                yield rejected(made, error.reason, error.detail, answer=answer.text)
                continue
            if code in seen:
                yield rejected(made | {"code": code}, "duplicate", f"the same text as {seen[code]}")
                continue
            seen[code] = made["id"]
            yield made | {"code": code}
