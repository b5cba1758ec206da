"""A model behind an OpenAI-compatible server: it repeats what it was sent, with log-probabilities.

The request is ``/completions`` with ``echo`` and ``logprobs``, and one token generated that is thrown away:
there are servers to which none means as many as fit. Every request and its answer is in a log of the model's
own, where the next start finds it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reweave.align.costs import spent
from reweave.align.perplexity.boundary import completion_start
from reweave.align.perplexity.config import ModelConfig
from reweave.align.perplexity.encoding import Ids, encode, need, too_long
from reweave.align.perplexity.scoring import Asked, NoAnswer, Outcome, Scored, rounded
from reweave.errors import ModelError, RowError
from reweave.model_folder import ModelFormat
from reweave.models import Answer, Endpoint, Failure, Parameters, Question, Token
from reweave.models.answers import Completion

if TYPE_CHECKING:
    from reweave.models import RequestLog

_PARAMETERS = Parameters(temperature=0.0, max_tokens=1, logprobs=1, extra={"echo": True})
_TOO_LONG = re.compile(r"context (length|window|size)|model length|too long|longer than", re.IGNORECASE)
_NOT_KNOWN = re.compile(r"echo|logprob", re.IGNORECASE)


class ServedModel:
    """A served model; see `reweave.align.perplexity.scoring.Scorer`.

    Args:
        config: Which, and how hard to try.
        folder: Where its log is to lie.
        template: Of prompts; None for what is asked alone.
        longest: Tokens that a row may have; None: what the server takes.

    Raises:
        InputError: An address that cannot be.
        MissingExtraError: A tokenizer is named, and transformers is not installed.
    """

    group = 512  # at most so many answers lie in memory, and the last of them are waited for

    def __init__(
        self, config: ModelConfig, folder: Path, *, template: str | None = None, longest: int | None = None
    ) -> None:
        self.template = ModelFormat().prompt if template is None else template
        self._config, self._folder, self._longest = config, folder, longest
        self._endpoint = config.endpoint()
        self._tokenizer: Any = None
        self._log: RequestLog | None = None
        self._tried = False
        if config.tokenizer is not None:
            need("the tokenizer of a served model", "transformers")

    @property
    def log(self) -> "RequestLog":
        """The request log; made when it is first asked for."""
        from reweave.models import RequestLog  # noqa: PLC0415 - where a model is asked

        if self._log is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._log = RequestLog(self._folder / "requests.sqlite")
        return self._log

    def describe(self) -> Mapping[str, Any]:
        """Give the model's name; where it is served does not matter."""
        tokenizer = self._config.tokenizer
        return {"served": self._config.model, "tokenizer": tokenizer and Path(tokenizer).name}

    def score(self, rows: Sequence[Asked]) -> list[Outcome]:
        """Give an outcome for each row."""
        sent = self._prompts(rows)
        questions = [
            Question(str(place), prompt=prompt.ids if isinstance(prompt, Ids) else prompt)
            for place, prompt in enumerate(sent)
            if not isinstance(prompt, RowError)
        ]
        if questions:
            self._try(questions[0])
        said = {int(outcome.question.id): outcome for outcome in self._ask(self._endpoint, questions)}
        return [
            prompt if isinstance(prompt, RowError) else self._outcome(row, prompt, said[place])
            for place, (row, prompt) in enumerate(zip(rows, sent, strict=True))
        ]

    def spent(self) -> Mapping[str, Any]:
        """Give what all starts have used."""
        return spent(self.log, self._endpoint)

    def close(self) -> None:
        """Close the log."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _prompts(self, rows: Sequence[Asked]) -> Sequence[str | Ids | RowError]:
        if self._config.tokenizer is None:
            return [row.prompt + row.completion for row in rows]
        from reweave.train.prepare import load_tokenizer  # noqa: PLC0415 - loads what training needs

        self._tokenizer = self._tokenizer or load_tokenizer(self._config.tokenizer)
        return encode(self._tokenizer, rows, self._longest)

    def _try(self, question: Question) -> None:
        """Ask one, once: a server that does not know how to answer is not asked a thousand times.

        Raises:
            ModelError: It does not.
        """
        if self._tried:
            return
        (said,) = self._ask(replace(self._endpoint, retries=0), [question])
        if isinstance(said, Failure) and _NOT_KNOWN.search(said.message):
            raise ModelError(
                f"{self._endpoint.base_url}, model {self._endpoint.model}: {_none(said.message)}"
            )
        self._tried = isinstance(said, Answer)

    def _ask(self, endpoint: Endpoint, questions: Sequence[Question]) -> list[Answer | Failure]:
        from reweave.models import ask_all  # noqa: PLC0415 - openai takes a second to import

        return ask_all(endpoint, questions, _PARAMETERS, self.log, unusable=_unusable)

    def _outcome(self, row: Asked, prompt: str | Ids, said: Answer | Failure) -> Outcome:
        if isinstance(said, Failure):
            if said.kind == "refused" and _TOO_LONG.search(said.message):
                return RowError("too-long", said.message)
            return NoAnswer(said.kind, said.message)
        tokens = _sent(said)
        if isinstance(prompt, Ids):
            start, straddles = len(tokens) - prompt.counted, False
        else:
            found = completion_start([token.text for token in tokens], row.completion)
            if found is None:
                told = "the server's tokens do not spell the completion: name its model's tokenizer"
                return RowError("other-tokens", f"{told} (tokenizer = …), so that token ids are sent")
            start, straddles = found
            if self._longest is not None and len(tokens) > self._longest:
                return too_long(len(tokens), self._longest)
        costs = [token.logprob for token in tokens[max(start, 0) :] if token.logprob is not None]
        if len(costs) != len(tokens) - start:
            return RowError("no-logprob", "a token of the completion has no log-probability")
        return Scored(start, len(costs), rounded(-math.fsum(costs)), straddles)


def _sent(said: Completion) -> Sequence[Token]:
    """Give the tokens that were sent. What was generated stands behind them: one token, or none at all."""
    tokens = said.logprobs or ()
    generated = 1 if said.completion_tokens is None else min(1, said.completion_tokens)
    return tokens[: len(tokens) - generated]


def _unusable(said: Completion) -> str | None:
    """Say so where a server gives no log-probabilities of what it is sent: the first token never has one."""
    sent = _sent(said)
    if sent and (len(sent) == 1 or any(token.logprob is not None for token in sent)):
        return None
    return _none("it gives those of what it writes alone" if said.logprobs else "its answer has none")


def _none(why: str) -> str:
    return (
        f"no log-probabilities of a prompt (echo with logprobs): {why}. vLLM gives them, llama-server and"
        " `transformers serve` do not: serve the model with vLLM, or measure it in this process,"
        " --model NAME=FOLDER"
    )
