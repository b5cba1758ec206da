"""From contexts to intents: a generalist model writes a numbered series of tasks (GIFT4Code, section 3).

Topic and wording of a series are drawn before the model is asked, so that prompts vary. The tasks of a series
grow harder; each must be understood without the others, for a row is all that a model will see of it. A
series has as many places as tasks were asked for: what is missing in it is a reject, and so is what is too
much.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reweave.align.chain.asking import Asker, grouped
from reweave.align.chain.parse import REASONS, MalformedError, parse
from reweave.align.chain.wording import placeholder
from reweave.align.stage import Outcome, Row, Work, failed, rejected, text_of
from reweave.edits.stream import Stream
from reweave.errors import InputError, RowError
from reweave.ground.chain.asks import Asks
from reweave.ground.chain.config import GroundConfig
from reweave.ground.chain.numbered import items
from reweave.ground.chain.prompts import INTENTS, table_of
from reweave.models import Answer, Failure, Question

_LEAST_WORDS = 3
LEFT_OUT = ("columns", "notes", "bytes", "encoding", "rows", "column_count", "code", "context")
"""Columns of a context that its intents do not take along: the card tells them."""

_BACK = re.compile(
    r"""\b(?:the|this|that|your)\ (?:previous|preceding|earlier|prior|above|last)\ (?:\w+\ )?
        (?:task|step|question|exercise|result|answer|plot|chart|table|query|analysis|one)s?\b
    | \b(?:task|step|question)\ (?:no\.\ ?|number\ |\#)?\d+\b
    | \b(?:task|step|question|result|answer|plot|chart|table|query|analysis)s?\ (?:above|before)\b
    | \b(?:as|from|computed|found|calculated|created|obtained|used|done)
        \ (?:above|before|earlier|previously)\b
    | \b(?:now|again),?\ (?:do|repeat)\b
    | \bdo\ the\ same\b""",
    re.IGNORECASE | re.VERBOSE,
)


class IntentsStage(Asks):
    """The stage.

    Args:
        config: Of the chain.

    Raises:
        InputError: A template that cannot be read, or no model to ask.
    """

    name = "intents"
    unit = "intents"
    rules: Sequence[str] = (
        "missing-column", *REASONS, "no-list", "missing-task", "further-task",
        "too-short", "too-long", "placeholder", "refers-back", "duplicate",
    )  # fmt: skip

    def __init__(self, config: GroundConfig) -> None:
        own = self._config = config.intents
        super().__init__(config, own, INTENTS)
        self._seed = config.seed
        self._topics = _texts(self._template.more, "topics", own.template)
        self._wordings = _texts(self._template.more, "wordings", own.template)

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each task of each series, and for each that is too much."""
        own = self._config
        wanted = None if work.total is None else work.total * own.series
        with Asker(self._endpoint, self._parameters, own.role, work) as asker:
            for group in grouped(rows):
                work.more(len(group) * (own.series * own.tasks - 1))
                questions = [question for row in group for question in self._questions(row)]
                answers = asker.ask(questions, wanted=wanted)
                for row in group:
                    seen: dict[bytes, str] = {}
                    for number in range(own.series):
                        yield from self._series(row, number, answers, seen, work)

    def _questions(self, row: Row) -> list[Question]:
        try:
            table = table_of(text_of(row, "card"), str(row.get("head") or ""))
            text_of(row, _code(row))
        except RowError:
            return []
        questions = []
        for number in range(self._config.series):
            topic, wording = self._drawn(row, number)
            shown = {"table": table, "tasks": self._config.tasks, "topic": topic, "wording": wording}
            questions.append(Question(_name(row, number), prompt=self._template.prompt(shown)))
        return questions

    def _drawn(self, row: Row, number: int) -> tuple[str, str]:
        stream = Stream(self._seed, f"intents\0{row['id']}", number)
        return (
            self._topics[stream.below(0, len(self._topics))],
            self._wordings[stream.below(1, len(self._wordings))],
        )

    def _series(
        self,
        row: Row,
        number: int,
        answers: Mapping[str, Sequence[Answer | Failure]],
        seen: dict[bytes, str],
        work: Work,
    ) -> Iterator[Outcome]:
        """Give the outcomes of one series."""
        places = [self._made(row, number, place) for place in range(self._config.tasks)]
        if _name(row, number) not in answers:
            for made in places:
                yield rejected(made, "missing-column", "columns 'card' and 'code' hold no text")
            return
        [answer] = answers[_name(row, number)]
        if isinstance(answer, Failure):
            yield from (failed(made, answer.kind, answer.message) for made in places)
            return
        try:
            block = parse(answer.text, INTENTS.blocks, finish_reason=answer.finish_reason)["tasks"]
        except MalformedError as error:
            yield from (rejected(made, error.reason, error.detail, answer=answer.text) for made in places)
            return
        listed = items(block.text)
        for made, text in zip(places, listed, strict=False):
            yield self._outcome(made | {"intent": text}, seen)
        reason = "missing-task" if listed else "no-list"
        for made in places[len(listed) :]:
            yield rejected(made, reason, f"{len(listed)} of {len(places)} tasks", answer=answer.text)
        for place, text in enumerate(listed[len(places) :], len(places)):
            work.more(1)
            made = self._made(row, number, place) | {"intent": text}
            yield rejected(made, "further-task", f"{len(places)} tasks were asked for")

    def _made(self, row: Row, number: int, place: int) -> dict[str, Any]:
        topic, wording = self._drawn(row, number)
        kept = {name: value for name, value in row.items() if name not in LEFT_OUT}
        own = {
            "context_id": row["id"],
            "id": f"{row['id']}/t{number}.{place}",
            "context": row.get(_code(row)),
        }
        return {**kept, **own, "topic": topic, "wording": wording, "series": number, "place": place}

    def _outcome(self, made: dict[str, Any], seen: dict[bytes, str]) -> Outcome:
        broken = broken_rule(made["intent"], self._config.most_words)
        if broken is not None:
            return rejected(made, *broken)
        words = " ".join(made["intent"].casefold().split())
        key = hashlib.blake2b(words.encode(), digest_size=16).digest()
        if key in seen:
            return rejected(made, "duplicate", f"the same words as {seen[key]}")
        seen[key] = made["id"]
        return made


def broken_rule(intent: str, most_words: int) -> tuple[str, str] | None:
    """Give the first rule that an intent breaks, and what breaks it; None where it breaks none.

    >>> broken_rule("Plot the result of task 2 as bars.", 100)
    ('refers-back', 'task 2')
    >>> broken_rule("Give the mean price of each region.", 100)
    """
    words = len(intent.split())
    if words < _LEAST_WORDS:
        return "too-short", f"{words} words"
    if words > most_words:
        return "too-long", f"{words} words"
    found = placeholder(intent)
    if found:
        return "placeholder", found
    back = _BACK.search(intent)
    return ("refers-back", back[0]) if back else None


def _code(row: Row) -> str:
    """Give the column that holds a context's cell: ``code`` of a table's record, ``context`` of others."""
    return "context" if isinstance(row.get("context"), str) else "code"


def _name(row: Row, number: int) -> str:
    return f"{row['id']}\0{number}"


def _texts(more: Mapping[str, Any], name: str, file: str | None) -> list[str]:
    found = more.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise InputError(f"template {file or INTENTS.name}: it needs {name}, a list of texts to draw from")
    return found
