"""A stage's questions, put to the endpoint of a role: through a log of its own, some rows at a time.

Rows are taken in groups that fit into memory, and come out in their order. A group's last answers are
waited for, which costs about one request's time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from reweave.align.chain.prompts import Template
from reweave.align.config import Sampling
from reweave.align.costs import spent
from reweave.align.stage import Work
from reweave.models import Answer, Endpoint, Failure, Parameters, Progress, Question, Usage

if TYPE_CHECKING:
    from reweave.models import RequestLog

GROUP = 1024  # rows
Thing = TypeVar("Thing")


class Asker:
    """Asks one endpoint for a stage; a context manager.

    Args:
        endpoint: Where.
        parameters: How to sample.
        role: Whose endpoint it is; each role of a stage has its own log.
        work: The stage's.
    """

    def __init__(self, endpoint: Endpoint, parameters: Parameters, role: str, work: Work) -> None:
        self._endpoint, self._parameters, self._role, self._work = endpoint, parameters, role, work
        self._log: RequestLog | None = None
        self._meter = Meter(work.on_progress)

    def __enter__(self) -> Self:
        from reweave.models import RequestLog  # noqa: PLC0415 - where a model is asked

        self._log = RequestLog(self._work.folder / f"requests-{self._role}.sqlite")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._log is not None
        try:
            if error is None:
                self._work.spent[self._role] = spent(self._log, self._endpoint)
        finally:
            self._log.close()

    def ask(
        self, questions: Sequence[Question], *, wanted: int | None = None
    ) -> dict[str, list[Answer | Failure]]:
        """Ask, wait, and give each question's outcomes by its id, in the order of the samples.

        Args:
            questions: Their ids differ.
            wanted: How many samples the whole stage wants, if that is known.

        Raises:
            ModelError: The server cannot be asked at all.
        """
        from reweave.models import ask_all  # noqa: PLC0415 - openai takes a second to import

        assert self._log is not None
        found: dict[str, list[Answer | Failure]] = defaultdict(list)
        with self._meter.of(wanted) as show:
            for outcome in ask_all(self._endpoint, questions, self._parameters, self._log, show):
                found[outcome.question.id].append(outcome)
        return found


class Meter:
    """Adds up how far the groups are, so that one line shows the stage.

    Args:
        show: Where it is shown; None: nowhere.
    """

    def __init__(self, show: Callable[[Progress], None] | None) -> None:
        self._show = show
        self._before: Progress | None = None
        self._now: Progress | None = None
        self._total: int | None = None

    def of(self, total: int | None) -> Self:
        """Begin a group, of a stage that wants so many samples."""
        self._total = total
        return self

    def __enter__(self) -> Callable[[Progress], None]:
        return self._take

    def __exit__(self, *_: object) -> None:
        self._before, self._now = self._now, None

    def _take(self, progress: Progress) -> None:
        self._now = replace(added(self._before, progress), total=self._total)
        if self._show is not None:
            self._show(self._now)


def added(one: Progress | None, other: Progress) -> Progress:
    """Give two groups' progress together."""
    if one is None:
        return other
    usage = Usage(
        one.usage.requests + other.usage.requests,
        one.usage.prompt_tokens + other.usage.prompt_tokens,
        one.usage.completion_tokens + other.usage.completion_tokens,
    )
    return Progress(
        total=None,
        answers=one.answers + other.answers,
        cached=one.cached + other.cached,
        failures=dict(Counter(one.failures) + Counter(other.failures)),
        failed_attempts=dict(Counter(one.failed_attempts) + Counter(other.failed_attempts)),
        usage=usage,
        cost=None if one.cost is None or other.cost is None else one.cost + other.cost,
        seconds=one.seconds + other.seconds,
    )


def grouped(things: Iterable[Thing], size: int = GROUP) -> Iterator[list[Thing]]:
    """Give things some at a time.

    >>> list(grouped("abc", 2))
    [['a', 'b'], ['c']]
    """
    rest = iter(things)
    while group := list(islice(rest, size)):
        yield group


def asked_by(
    config: Sampling, endpoint: Endpoint, parameters: Parameters, template: Template
) -> dict[str, Any]:
    """Give all that decides a stage's rows: its settings, the model, how it samples, the template."""
    return {
        # Which role and which file it was does not matter: the model and the bytes do.
        **config.model_dump(by_alias=True, exclude={"role", "template"}),
        "template_sha256": template.sha256,
        "model": endpoint.model,
        "kind": endpoint.kind,
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_tokens": parameters.max_tokens,
        "seed": parameters.seed,
    }
