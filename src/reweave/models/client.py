"""Asking many questions at once: as many requests under way as the endpoint allows, answers as they come.

Questions are taken from their iterator when there is room for them, and wait for whoever reads the answers: a
hundred thousand of them never pile up. What the log holds is given without asking.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from weakref import WeakValueDictionary

from reweave.errors import InputError
from reweave.models.answers import Answer, Failure
from reweave.models.asking import Asking, Unusable, Wanted
from reweave.models.endpoint import Endpoint
from reweave.models.log import RequestLog
from reweave.models.questions import Parameters, Question, content_key, encode_content, request_content
from reweave.models.transport import Transport
from reweave.models.usage import Counts, Progress

Outcome = Answer | Failure


async def ask(
    endpoint: Endpoint,
    questions: Iterable[Question],
    parameters: Parameters,
    log: RequestLog,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    unusable: Unusable | None = None,
) -> AsyncGenerator[Outcome, None]:
    """Ask, and give each sample's answer or failure as it comes, in no order.

    Args:
        endpoint: Where to ask, and how hard to try.
        questions: Taken one by one on the event loop, so that taking one should be quick.
        parameters: How to sample.
        log: What is in it is not asked again; what is given was written to it first.
        on_progress: Called on the event loop after each sample and each failed attempt; should be quick.
        unusable: Says of an answer why no answer of this server can be used, None where it can. Such an
            answer is not kept, and ends the asking.

    Raises:
        InputError: A question does not fit the endpoint's kind.
        ModelError: The server refuses the key, the model or the path, or its answers cannot be used; what was
            answered is in the log.
        RunError: The log cannot be read or written.
        MissingExtraError: The extra ``models`` is not installed.
    """
    total = sum(question.n for question in questions) if isinstance(questions, Sequence) else None
    outcomes: asyncio.Queue[Outcome | Exception | None] = asyncio.Queue(endpoint.concurrency)
    async with Transport(endpoint) as transport:
        asking = Asking(endpoint, transport, log, Counts(endpoint, total, on_progress), unusable)
        units = _units(endpoint, questions, parameters)
        runner = asyncio.create_task(_run(asking, units, outcomes, endpoint.concurrency))
        try:
            while (outcome := await outcomes.get()) is not None:
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)


def ask_all(
    endpoint: Endpoint,
    questions: Iterable[Question],
    parameters: Parameters,
    log: RequestLog,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    unusable: Unusable | None = None,
) -> list[Outcome]:
    """Ask, wait for everything, and give it in the order of the questions and their samples.

    For use outside an event loop. Arguments and errors are those of :func:`ask`.
    """
    questions = list(questions)
    place = {id(question): number for number, question in enumerate(questions)}

    async def collect() -> list[Outcome]:
        async with aclosing(
            ask(endpoint, questions, parameters, log, on_progress, unusable=unusable)
        ) as coming:
            return [outcome async for outcome in coming]

    return sorted(asyncio.run(collect()), key=lambda outcome: (place[id(outcome.question)], outcome.sample))


def _units(
    endpoint: Endpoint, questions: Iterable[Question], parameters: Parameters
) -> Iterator[Wanted | Failure]:
    """Cut questions into requests; what cannot be sent fails here."""
    for question in questions:
        content = request_content(endpoint, question, parameters)
        try:
            encoded = encode_content(content)
        except InputError as error:
            for sample in range(question.n):
                yield Failure(
                    question=question, sample=sample, kind="invalid-question", message=str(error), attempts=0
                )
            continue
        key = content_key(encoded)
        for first in range(0, question.n, endpoint.samples_per_request):
            samples = range(first, min(first + endpoint.samples_per_request, question.n))
            yield Wanted(question=question, content=content, encoded=encoded, key=key, samples=samples)


async def _run(
    asking: Asking,
    units: Iterator[Wanted | Failure],
    outcomes: asyncio.Queue[Outcome | Exception | None],
    concurrency: int,
) -> None:
    """Keep the workers at it; the last thing put is None, or the error that ended them."""
    # Two questions of the same content are one request: the second waits, and finds the answer in the log.
    under_way: WeakValueDictionary[tuple[bytes, int], asyncio.Lock] = WeakValueDictionary()

    async def work() -> None:
        for unit in units:  # shared: each worker takes the next
            async with AsyncExitStack() as stack:
                if isinstance(unit, Wanted):
                    for sample in unit.samples:  # in ascending order, so that no two wait for each other
                        lock = under_way.setdefault((unit.key, sample), asyncio.Lock())
                        await stack.enter_async_context(lock)
                coming = await stack.enter_async_context(aclosing(asking.settle(unit)))
                async for outcome in coming:
                    await outcomes.put(outcome)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())
    except ExceptionGroup as errors:
        await outcomes.put(errors.exceptions[0])
    else:
        await outcomes.put(None)
