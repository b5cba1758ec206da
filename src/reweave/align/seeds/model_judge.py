"""A judge that asks a model whether a docstring tells what its function does (SelfCodeAlign, seed gathering).

Seven shots and the function's own source make a document that a base model goes on with, greedily. Its answer
is the word yes or the word no in a block; anything else is no answer, and no yes. What a model said is in a
request log, so that a run that was killed asks nothing twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reweave.align.chain.asking import Asker, asked_by
from reweave.align.chain.parse import OURS, MalformedError, parse
from reweave.align.chain.prompts import Form, load_template
from reweave.align.seeds.config import JudgeConfig
from reweave.align.seeds.judge import Refusal
from reweave.align.seeds.rules import UNCLEAR, UNREAD
from reweave.align.stage import Work
from reweave.models import Answer, Endpoint, Failure, Parameters, Question

DOCSTRINGS = Form(
    "docstrings",
    ("code", "judgement"),
    lambda shot: OURS.block("code", shot["code"]),
    lambda shot: OURS.block("judgement", shot["judgement"]),
    "judgement",
    ("judgement",),
)
_SHOWN = 100  # characters of an answer that is none


class ModelJudge:
    """Asks a model. A `reweave.align.seeds.Judge`.

    Args:
        config: How it is asked.
        endpoint: Who.

    Raises:
        InputError: The template cannot be read, or has fewer shots than are asked for.
    """

    def __init__(self, config: JudgeConfig, endpoint: Endpoint) -> None:
        self.spent: Mapping[str, Mapping[str, Any]] = {}
        self._config, self._endpoint = config, endpoint
        self._template = load_template(DOCSTRINGS, config.template, config.shots)
        self._parameters = Parameters(
            temperature=config.temperature,
            top_p=config.top_p,
            max_tokens=config.max_tokens,
            stop=(DOCSTRINGS.stop,),
        )
        self._asker: Asker | None = None

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides what it says."""
        return asked_by(self._config, self._endpoint, self._parameters, self._template)

    @contextmanager
    def opened(self, folder: Path) -> Iterator[None]:
        """Open the request log, ``requests-ROLE.sqlite``.

        Raises:
            RunError: It is damaged, or another process writes it.
        """
        work = Work(folder)
        with Asker(self._endpoint, self._parameters, self._config.role, work) as self._asker:
            yield
        self.spent = work.spent

    def judge(self, seeds: Sequence[Mapping[str, Any]]) -> Sequence[Refusal | None]:
        """Ask about each seed, as many at once as the endpoint allows.

        Raises:
            ModelError: The server cannot be asked at all.
        """
        if not seeds:
            return []
        assert self._asker is not None, "it is asked while it is opened"
        # By number: two files may have one name
        questions = [
            Question(str(number), prompt=self._template.prompt({"code": seed["code"]}))
            for number, seed in enumerate(seeds)
        ]
        answers = self._asker.ask(questions)
        return [self._read(answers[question.id][0]) for question in questions]

    def _read(self, answer: Answer | Failure) -> Refusal | None:
        if isinstance(answer, Failure):
            return Refusal(answer.kind, answer.message, "failed")
        try:
            said = parse(answer.text, DOCSTRINGS.blocks, finish_reason=answer.finish_reason)["judgement"].text
        except MalformedError as error:
            return Refusal(UNREAD, str(error), answer=answer.text)
        match said.casefold():
            case "yes":
                return None
            case "no":
                return Refusal(UNCLEAR, f"{self._endpoint.model} says no")
        return Refusal(UNREAD, f"neither yes nor no: {said[:_SHOWN]!r}", answer=answer.text)
