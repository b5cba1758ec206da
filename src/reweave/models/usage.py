"""What was used and how far it is: counts that can be added up, shown, and turned into money."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from reweave.models.endpoint import Endpoint

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests sent, and the tokens that servers say they used (those that do not say count as none).

    Args:
        requests: Attempts, failed ones included.
        prompt_tokens: A prompt counts once a request, however many samples it asked for.
        completion_tokens: Generated ones.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def cost(self, endpoint: Endpoint) -> float | None:
        """In the currency of the endpoint's prices; None where a price is not known.

        >>> endpoint = Endpoint("http://localhost/v1", "m", prompt_price=0.5, completion_price=2.0)
        >>> Usage(10, prompt_tokens=2_000_000, completion_tokens=500_000).cost(endpoint)
        2.0
        """
        if endpoint.prompt_price is None or endpoint.completion_price is None:
            return None
        return (
            self.prompt_tokens * endpoint.prompt_price + self.completion_tokens * endpoint.completion_price
        ) / _MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one start is.

    Args:
        total: Samples wanted; None where that is not known.
        answers: Samples answered by the server in this start.
        cached: Samples answered by the log.
        failures: Samples that failed, by kind.
        failed_attempts: Attempts that failed, by kind; most are tried again, and end as answers.
        usage: Of this start: what came from the log cost nothing.
        cost: Of ``usage``; None where the prices are not known.
        seconds: Since it began.
    """

    total: int | None
    answers: int
    cached: int
    failures: Mapping[str, int]
    failed_attempts: Mapping[str, int]
    usage: Usage
    cost: float | None
    seconds: float

    @property
    def done(self) -> int:
        """Samples that have ended, one way or the other."""
        return self.answers + self.cached + sum(self.failures.values())

    @property
    def tokens_per_second(self) -> float:
        """Completion tokens, all requests together."""
        return self.usage.completion_tokens / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate of this start; None while there is none."""
        asked = self.done - self.cached
        if self.total is None or not asked:
            return None
        return (self.total - self.done) * self.seconds / asked


@dataclass(slots=True)
class Counts:
    """What a start counts as it goes."""

    endpoint: Endpoint
    total: int | None
    on_progress: Callable[[Progress], None] | None = None
    answers: int = 0
    cached: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    failed_attempts: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    began: float = field(default_factory=monotonic)

    def tell(self) -> None:
        """Show the counts to whoever asked to see them."""
        if self.on_progress is not None:
            self.on_progress(self.snapshot())

    def snapshot(self) -> Progress:
        """The counts as they are now."""
        usage = Usage(self.requests, self.prompt_tokens, self.completion_tokens)
        return Progress(
            total=self.total,
            answers=self.answers,
            cached=self.cached,
            failures=dict(self.failures),
            failed_attempts=dict(self.failed_attempts),
            usage=usage,
            cost=usage.cost(self.endpoint),
            seconds=monotonic() - self.began,
        )
