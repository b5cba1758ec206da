"""From seeds to concepts: what a reader has to know to have written the code (SelfCodeAlign, section 2.1).

Concepts go by one name each, none in more rows than the cap allows; ``inventory.jsonl`` keeps which there
are. On request, concepts of several seeds are put together, as rows of their own with the ids of their
seeds.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reweave.align.chain.asking import Asker, asked_by, grouped
from reweave.align.chain.inventory import Inventory
from reweave.align.chain.mixing import mixes
from reweave.align.chain.naming import split_concepts
from reweave.align.chain.parse import REASONS, MalformedError, parse
from reweave.align.chain.prompts import CONCEPTS, load_template, shuffled
from reweave.align.config import AlignConfig
from reweave.align.stage import Outcome, Row, Work, failed, rejected, text_of
from reweave.errors import RowError
from reweave.models import Answer, Failure, Parameters, Question
from reweave.records import Reject

TOO_FEW = ("no-concepts", "common-concepts", "repeated-mix")


class ConceptsStage:
    """The stage.

    Args:
        config: Of the chain.
    """

    name = "concepts"
    unit = "seeds"
    rules = ("missing-column", *REASONS, *TOO_FEW)

    def __init__(self, config: AlignConfig) -> None:
        own = self._config = config.concepts
        self._seed = config.seed
        self._endpoint = config.endpoint(own.role)
        self._template = load_template(CONCEPTS, own.template, own.shots)
        self._parameters = Parameters(
            temperature=own.temperature, top_p=own.top_p, max_tokens=own.max_tokens, seed=config.seed,
            stop=(CONCEPTS.stop,),
        )  # fmt: skip

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows."""
        return asked_by(self._config, self._endpoint, self._parameters, self._template)

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each seed, then for each combination."""
        inventory = Inventory(self._config.cap)
        kept: list[tuple[str, list[str]]] = []
        with Asker(self._endpoint, self._parameters, self._config.role, work) as asker:
            for group in grouped(rows):
                for outcome in self._group(group, asker, inventory, work.total):
                    if self._config.mixes and not isinstance(outcome, Reject):
                        kept.append((outcome["id"], outcome["concepts"]))
                    yield outcome
        yield from self._mixes(kept, inventory, work)
        inventory.write(work.folder / "inventory.jsonl")

    def _group(
        self, rows: list[Row], asker: Asker, inventory: Inventory, total: int | None
    ) -> Iterator[Outcome]:
        questions: dict[str, Question] = {}
        lacking: dict[str, Reject] = {}
        for row in rows:
            try:
                prompt = self._prompt(row)
            except RowError as error:
                lacking[row["id"]] = rejected(row, error.reason, error.detail)
            else:
                questions[row["id"]] = Question(row["id"], prompt=prompt)
        answers = asker.ask(list(questions.values()), wanted=total)
        for row in rows:
            yield lacking.get(row["id"]) or self._outcome(row, answers[row["id"]][0], inventory)

    def _prompt(self, row: Row) -> str:
        order = None
        if self._config.shuffle:
            order = shuffled(self._seed, row["id"], len(self._template.shots))
        return self._template.prompt({"code": text_of(row, "code")}, order=order)

    def _outcome(self, row: Row, answer: Answer | Failure, inventory: Inventory) -> Outcome:
        if isinstance(answer, Failure):
            return failed(row, answer.kind, answer.message)
        try:
            block = parse(answer.text, CONCEPTS.blocks, finish_reason=answer.finish_reason)["concepts"]
        except MalformedError as error:
            return rejected(row, error.reason, error.detail, answer=answer.text)
        concepts, left_out = inventory.take(split_concepts(block.text), self._config.most)
        if len(concepts) < self._config.least:
            reason = "common-concepts" if len(concepts) + left_out >= self._config.least else "no-concepts"
            told = f"{len(concepts)} concepts, {left_out} more are used {self._config.cap} times already"
            return rejected(row, reason, told, answer=answer.text)
        inventory.use(concepts)
        return {**row, "concepts": concepts}

    def _mixes(
        self, kept: list[tuple[str, list[str]]], inventory: Inventory, work: Work
    ) -> Iterator[Outcome]:
        config = self._config
        if not config.mixes:
            return
        work.more(config.mixes)
        seen = {frozenset(concepts) for _, concepts in kept}
        drawn = mixes(self._seed, kept, config.mixes, config.mix_of, config.most)
        for number, (ids, concepts) in enumerate(drawn):
            row = {"id": f"mix/{number}", "seed_ids": ids, "concepts": concepts}
            if len(ids) < config.mix_of or frozenset(concepts) in seen:
                told = "no new concepts in it" if len(ids) == config.mix_of else "too few rows to mix"
                yield rejected(row, "repeated-mix", told)
                continue
            seen.add(frozenset(concepts))
            inventory.use(concepts)
            yield row


def make_stage(config: AlignConfig) -> ConceptsStage:
    """Make the stage."""
    return ConceptsStage(config)
