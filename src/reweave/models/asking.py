"""Some samples of one question, through all the attempts it takes: to answers in the log, or to failures."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from reweave.errors import ModelError
from reweave.models.answers import FINAL, Answer, Completion, Failure
from reweave.models.endpoint import Endpoint
from reweave.models.log import Attempt, RequestLog
from reweave.models.questions import Question, request_body
from reweave.models.reading import AttemptError, Reply
from reweave.models.transport import Transport
from reweave.models.usage import Counts
from reweave.models.waiting import delay

_UNUSABLE = -1  # in the place of a status
_HOPELESS = {
    401: "the key is refused",
    404: "there is no such model or path",
    _UNUSABLE: "its answers cannot be used",
}
Unusable = Callable[[Completion], str | None]
"""Says why an answer is of no use; None where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Samples of a question.

    Args:
        question: The caller's.
        content: Of the request.
        encoded: The same, as it is hashed and kept.
        key: The hash.
        samples: Their indices, to be asked for in one request.
    """

    question: Question
    content: Mapping[str, Any]
    encoded: bytes
    key: bytes
    samples: Sequence[int]


class Asking:
    """Asks one endpoint, writes to one log, counts.

    Args:
        endpoint: How hard to try.
        transport: How to reach it.
        log: Where it is written before it is given.
        counts: Where it is counted.
        unusable: What no other answer of this server would mend; such an answer is a failed attempt.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        transport: Transport,
        log: RequestLog,
        counts: Counts,
        unusable: Unusable | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._log = log
        self._counts = counts
        self._unusable = unusable

    async def settle(self, unit: Wanted | Failure) -> AsyncGenerator[Answer | Failure, None]:
        """Give each sample's answer or failure, from the log where it is there.

        Raises:
            ModelError: The server refuses the key, the model or the path, or its answers cannot be used.
            RunError: The log cannot be read or written.
        """
        if isinstance(unit, Failure):
            yield self._failed(unit)
            return
        known = self._log.answers(unit.key, unit.samples)
        for sample, said in sorted(known.items()):
            self._counts.cached += 1
            yield self._answer(unit, sample, said, cached=True)
        # Where a request brings fewer than it asked for, the rest is asked for again.
        missing, attempts = [sample for sample in unit.samples if sample not in known], 0
        while missing:
            attempts += 1
            came = await self._attempt(unit, missing)
            if isinstance(came, Reply):
                answered, missing = missing[: len(came.completions)], missing[len(came.completions) :]
                attempts = 0
                for sample, said in zip(answered, came.completions, strict=True):
                    self._counts.answers += 1
                    yield self._answer(unit, sample, said, cached=False)
            elif (message := self._last_word(came, attempts)) is not None:
                for sample in missing:
                    yield self._failed(
                        Failure(
                            question=unit.question,
                            sample=sample,
                            kind=came.kind,
                            message=message,
                            attempts=attempts,
                        )
                    )
                return
            else:
                self._counts.tell()
                await asyncio.sleep(delay(unit.key, missing[0], attempts, came.retry_after))

    async def _attempt(self, unit: Wanted, missing: list[int]) -> Reply | AttemptError:
        """Ask once. Returns when the outcome is written: what the caller has seen is never asked again."""
        began, clock = time.time(), time.monotonic()
        body = request_body(unit.content, missing, stream=self._endpoint.stream)
        self._counts.requests += 1
        came: Reply | AttemptError
        try:
            came = await self._transport.attempt(body, len(missing))
            self._see(came)
        except AttemptError as error:
            came = error
            self._counts.failed_attempts[error.kind] += 1
            result: dict[str, Any] = {"outcome": error.kind, "message": error.message}
        else:
            self._counts.prompt_tokens += came.prompt_tokens or 0
            self._counts.completion_tokens += came.completion_tokens or 0
            result = {
                "outcome": "answer",
                "prompt_tokens": came.prompt_tokens,
                "completion_tokens": came.completion_tokens,
                "completions": came.completions,
            }
        attempt = Attempt(
            key=unit.key,
            request=unit.encoded,
            samples=missing,
            began=began,
            seconds=time.monotonic() - clock,
            **result,
        )
        await asyncio.wrap_future(self._log.write(attempt))
        return came

    def _see(self, came: Reply) -> None:
        for said in came.completions if self._unusable else ():
            assert self._unusable is not None
            if (why := self._unusable(said)) is not None:
                raise AttemptError("refused", why, status=_UNUSABLE)

    def _last_word(self, error: AttemptError, attempts: int) -> str | None:
        """Why there is no further attempt; None where there is one."""
        if error.status in _HOPELESS:
            place = f"{self._endpoint.base_url}, model {self._endpoint.model}"
            raise ModelError(f"{place}: {_HOPELESS[error.status]}: {error.message}")
        if error.kind in FINAL or attempts > self._endpoint.retries:
            return error.message
        longest = self._endpoint.longest_wait
        if error.retry_after is not None and error.retry_after > longest:
            return (
                f"{error.message} (asks to wait {error.retry_after:,.0f} s; longest_wait is {longest:,.0f})"
            )
        return None

    def _answer(self, unit: Wanted, sample: int, said: Completion, *, cached: bool) -> Answer:
        self._counts.tell()
        values = {f.name: getattr(said, f.name) for f in fields(Completion)}
        return Answer(question=unit.question, sample=sample, cached=cached, **values)

    def _failed(self, failure: Failure) -> Failure:
        self._counts.failures[failure.kind] += 1
        self._counts.tell()
        return failure
