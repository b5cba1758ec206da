"""From concepts to instructions: tasks of a drawn category and difficulty (SelfCodeAlign, section 2.2).

Both are drawn before the model is asked, and stay with the row to the end. What is no good instruction, and
what was there before in these words or nearly in them, is rejected here: responses cost more.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reweave.align.chain.asking import Asker, asked_by, grouped
from reweave.align.chain.parse import REASONS, MalformedError, parse
from reweave.align.chain.prompts import INSTRUCTIONS, load_template, shuffled
from reweave.align.chain.wording import RULES, broken_rule
from reweave.align.config import AlignConfig
from reweave.align.stage import Outcome, Row, Work, failed, rejected
from reweave.edits.stream import Stream
from reweave.models import Answer, Failure, Parameters, Question

DIFFICULTIES = ("easy", "medium", "hard")
Near = Callable[[str, str], str | None]
"""Takes an id and a text; gives the id of an earlier one like it; else None, and remembers it."""


def near_of(threshold: float) -> Near:
    """Give what finds near-duplicates; from a threshold of 0 on, nothing does.

    Raises:
        MissingExtraError: The extra ``curate`` is not installed.
    """
    if not threshold:
        return lambda _name, _text: None
    from reweave.curate.near import NearIndex  # noqa: PLC0415 - numpy, where it is wanted

    return NearIndex(threshold).take


class InstructionsStage:
    """The stage.

    Args:
        config: Of the chain.

    Raises:
        MissingExtraError: Near-duplicates are looked for, and the extra ``curate`` is not installed.
    """

    name = "instructions"
    unit = "instructions"
    rules = ("missing-column", *REASONS, *RULES, "duplicate", "near-duplicate")

    def __init__(self, config: AlignConfig) -> None:
        own = self._config = config.instructions
        self._seed = config.seed
        near_of(own.near)  # what is not installed is to be known now
        self._endpoint = config.endpoint(own.role)
        self._template = load_template(INSTRUCTIONS, own.template, own.shots)
        self._parameters = Parameters(
            temperature=own.temperature, top_p=own.top_p, max_tokens=own.max_tokens, seed=config.seed,
            stop=(INSTRUCTIONS.stop,),
        )  # fmt: skip

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows."""
        return asked_by(self._config, self._endpoint, self._parameters, self._template)

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each instruction."""
        seen: dict[bytes, str] = {}
        near = near_of(self._config.near)
        total = None if work.total is None else work.total * self._config.n
        with Asker(self._endpoint, self._parameters, self._config.role, work) as asker:
            for group in grouped(rows):
                work.more(len(group) * (self._config.n - 1))
                plans = [(row, self._plan(row)) for row in group]
                answers = asker.ask([q for _, (questions, _) in plans for q in questions], wanted=total)
                for row, (_, places) in plans:
                    for outcome in self._outcomes(row, places, answers):
                        yield outcome if not isinstance(outcome, dict) else self._new(outcome, seen, near)

    def _plan(self, row: Row) -> tuple[list[Question], list[tuple[str, str, str, int]]]:
        """Give a row's questions; and for each instruction category, difficulty, question and sample.

        Those of one category and difficulty are samples of one question: their prompts are the same.
        """
        if not _has_concepts(row):
            return [], []
        drawn = [draw(self._seed, row["id"], n, self._config.shares) for n in range(self._config.n)]
        times: Counter[tuple[str, str]] = Counter()
        places = []
        for category, difficulty in drawn:
            question = "\0".join((row["id"], category, difficulty))
            places.append((category, difficulty, question, times[category, difficulty]))
            times[category, difficulty] += 1
        order = None
        if self._config.shuffle:
            order = shuffled(self._seed, row["id"], len(self._template.shots))
        questions = []
        for (category, difficulty), n in times.items():
            shown = {"category": category, "difficulty": difficulty, "concepts": row["concepts"]}
            prompt = self._template.prompt(shown, order=order)
            questions.append(Question("\0".join((row["id"], category, difficulty)), prompt=prompt, n=n))
        return questions, places

    def _outcomes(
        self, row: Row, places: list[tuple[str, str, str, int]], answers: Mapping[str, list[Answer | Failure]]
    ) -> Iterator[Outcome]:
        if not places:
            for _ in range(self._config.n):
                yield rejected(row, "missing-column", "column 'concepts' holds no list of texts")
        for n, (category, difficulty, question, sample) in enumerate(places):
            made = {**row, "seed_id": row["id"], "id": f"{row['id']}/t{n}"}
            made |= {"category": category, "difficulty": difficulty}
            answer = answers[question][sample]
            if isinstance(answer, Failure):
                yield failed(made, answer.kind, answer.message)
                continue
            try:
                block = parse(answer.text, INSTRUCTIONS.blocks, finish_reason=answer.finish_reason)[
                    "exercise"
                ]
            except MalformedError as error:
                yield rejected(made, error.reason, error.detail, answer=answer.text)
                continue
            made["instruction"] = block.text
            broken = broken_rule(block.text, self._config.most_words)
            yield rejected(made, *broken) if broken else made

    def _new(self, row: dict[str, Any], seen: dict[bytes, str], near: Near) -> Outcome:
        """Give the row, unless there was one like it."""
        said = " ".join(row["instruction"].casefold().split())
        words = hashlib.blake2b(said.encode(), digest_size=16).digest()
        if words in seen:
            return rejected(row, "duplicate", f"the same words as {seen[words]}")
        like = near(row["id"], row["instruction"])
        if like is not None:
            return rejected(row, "near-duplicate", f"nearly the same as {like}")
        seen[words] = row["id"]
        return row


def draw(seed: int, row: str, n: int, shares: Mapping[str, int]) -> tuple[str, str]:
    """Draw category and difficulty of a row's n-th instruction.

    >>> draw(0, "a", 0, {"function": 0, "class": 1, "program": 0})[0]
    'class'
    """
    stream = Stream(seed, f"task\0{row}", n)
    place = stream.below(0, sum(shares.values()))
    slots = [category for category, share in shares.items() for _ in range(share)]
    return slots[place], DIFFICULTIES[stream.below(1, len(DIFFICULTIES))]


def _has_concepts(row: Row) -> bool:
    concepts = row.get("concepts")
    return isinstance(concepts, list) and bool(concepts) and all(isinstance(each, str) for each in concepts)


def make_stage(config: AlignConfig) -> InstructionsStage:
    """Make the stage."""
    return InstructionsStage(config)
