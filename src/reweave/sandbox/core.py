"""What the sandbox that blocks and the one for an event loop share: the settings, and a job's way through."""

import os
from collections.abc import Callable, Sequence

from reweave.sandbox.inside.plain import NotPlain
from reweave.sandbox.interpreter import interpreter
from reweave.sandbox.jobs import Job, Limits
from reweave.sandbox.plans import ZYGOTES, plan
from reweave.sandbox.pool import Pool, Ticket
from reweave.sandbox.results import Run, Tier
from reweave.sandbox.ring import Raw
from reweave.sandbox.tasks import Tasks
from reweave.sandbox.tiers import choose

LIFETIME = 5000
WINDOW = 64  # jobs a worker that may be under way or wait for an earlier one


class Core:
    """What both kinds of sandbox share: see :class:`reweave.sandbox.Sandbox` for the settings."""

    def __init__(
        self,
        *,
        tier: Tier | None = None,
        zygote: str = "stdlib",
        preload: Sequence[str] = (),
        python: str | None = None,
        workers: int | None = None,
        limits: Limits | None = None,
        lifetime: int = LIFETIME,
        unsafe_no_isolation: bool = False,
    ) -> None:
        if zygote not in ZYGOTES:
            raise ValueError(f"no zygote {zygote!r}; there are {', '.join(ZYGOTES)}")
        runs = interpreter(python)
        self.tier: Tier = choose(tier, runs, unsafe=unsafe_no_isolation)
        """What holds the samples."""
        self.workers = workers or len(os.sched_getaffinity(0))
        """Samples at once."""
        wanted = dict.fromkeys((*ZYGOTES["stdlib"], *ZYGOTES[zygote], *preload))
        self._pool = Pool(plan(self.tier, runs, tuple(wanted)), self.workers, lifetime)
        self._tasks = Tasks(self.tier, limits or Limits())
        self._prepare()

    def _prepare(self) -> None:
        raise NotImplementedError

    def _start(self, job: Job, done: Callable[[Run], None]) -> Ticket:
        try:
            request, finish = self._tasks.start(job)
        except (NotPlain, UnicodeEncodeError) as error:
            raise ValueError(f"this job cannot be handed to a sample: {error}") from error

        def take(raw: Raw) -> None:
            nonlocal finish
            try:
                answer = finish(raw)
            except Exception as error:  # noqa: BLE001 - one unreadable answer must not lose the others
                answer = self._tasks.broken(job, error)
            if isinstance(answer, tuple):
                request, finish = answer
                self._pool.submit(request, take)
            else:
                done(answer)

        return self._pool.submit(request, take)
