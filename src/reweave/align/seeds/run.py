"""A whole run of ``reweave align seeds``: from files, through the rules, into a run directory.

One thread reads and asks the rules; the type checker is a process of its own, and ``workers`` of them run
beside each other. Batches are taken in order, and a verdict does not depend on its batch: workers change no
byte.
"""

import platform
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import orjson

from reweave import __version__
from reweave.align.seeds.checking import batches, checked
from reweave.align.seeds.config import SeedsConfig
from reweave.align.seeds.funnel import Funnel
from reweave.align.seeds.rules import UNCLEAR
from reweave.align.seeds.seed_row import seed
from reweave.align.seeds.sifting import SiftedFile, asked, sift, split_order
from reweave.align.seeds.types import BATCH, PyrightChecker
from reweave.storage import Run, atomic_write, open_source
from reweave.storage.manifest import PRETTY
from reweave.storage.provenance import provenance

_CHECKPOINT_SECONDS = 1.0
FUNNEL = "funnel.json"


class Judge(Protocol):
    """Says of seeds whether their docstrings tell what they do: a model, say. The last rule.

    Attributes:
        name: Goes into the run's configuration: it decides bytes.
    """

    name: str

    def judge(self, seeds: Sequence[dict[str, Any]]) -> Sequence[str | None]:
        """Say for each seed why it is refused, or None. Asked again for the same seeds after a restart."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made.

    Attributes:
        folder: The run directory; ``funnel.json`` lies in it.
        funnel: Of the whole run, earlier starts included.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
        new_files: How many files this start read.
    """

    folder: Path
    funnel: Funnel
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0
    new_files: int = 0


def make_seeds(
    source: str,
    out: Path,
    config: SeedsConfig,
    *,
    workers: int = 1,
    report: Callable[[int, int, int | None], None] | None = None,
    judge: Judge | None = None,
    batch: int = BATCH,
) -> Made:
    """Write the seeds of a source, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: What to look for.
        workers: How many type checkers run beside each other. It does not change a byte of the output.
        report: Called now and then with the files read, the seeds that this start has found, and the number
            of files if that is known.
        judge: Asked of what passed all else.
        batch: Programs a call of the type checker, about. It does not change a byte either.

    Raises:
        InputError: The source cannot be read.
        RunError: The output belongs to another run, or cannot be written.
        MissingExtraError: The type checker is not installed.
        CheckerError: The type checker does not run at all.
    """
    opened, known = open_source(source), provenance(source).to_json()
    began = time.monotonic()
    with ExitStack() as stack:
        checkers = [PyrightChecker(unresolved=config.unresolved_imports)] if config.types != "none" else []
        checkers += [PyrightChecker(unresolved=config.unresolved_imports) for _ in checkers * (workers - 1)]
        for checker in checkers:
            stack.callback(checker.close)
        run = stack.enter_context(
            Run.open(
                out,
                config=config.model_dump() | {"judge": None if judge is None else judge.name},
                source=opened.fingerprint() | known,
                context={"input": source, "workers": workers, "batch": batch},
                versions=_versions(checkers),
                shard_records=config.shard_records,
            )
        )
        notes = (*opened.notes, *run.notes)
        if run.manifest is not None:
            funnel = Funnel.from_json(run.manifest.statistics)
            _write_funnel(run, funnel)
            return Made(run.folder, funnel, notes, was_complete=True)
        rules = asked(config, judge=judge is not None)
        funnel = Funnel.from_json(run.state["funnel"]) if run.state else Funnel(config.preset, rules)
        start, before = run.next, funnel.kept
        total = opened.count_hint()
        if config.limit:
            total = min(total, config.limit) if total is not None else None
        left = max(config.limit - start, 0) if config.limit else None
        files = (
            sift(index, raw, config, known)
            for index, raw in enumerate(islice(opened.rows(start), left), start)
        )
        last = time.monotonic()
        through = stack.enter_context(closing(checked(batches(files, batch), checkers)))
        for done in through:
            _finish(done, config, judge)
            for file in done:
                run.append(file.kept(), file.rejects(), 1)
                funnel.counts.update(file.counts())
            if time.monotonic() - last >= _CHECKPOINT_SECONDS:
                run.checkpoint({"funnel": funnel.to_json()})
                last = time.monotonic()
                if report is not None:
                    report(run.next, funnel.kept - before, total)
        run.finish(funnel.to_json())
        _write_funnel(run, funnel)
        new = run.next - start
    return Made(run.folder, funnel, notes, seconds=time.monotonic() - began, new_files=new)


def _finish(batch: list[SiftedFile], config: SeedsConfig, judge: Judge | None) -> None:
    """Ask the rules behind the type checker, and the judge."""
    names = split_order(config)[1]
    for file in batch:
        for each in file.left():
            each.ask(names, config)
    if judge is None:
        return
    left = [(each, file.source) for file in batch for each in file.left()]
    answers = judge.judge([seed(each.id, each.candidate, source) for each, source in left])
    for (each, _), answer in zip(left, answers, strict=True):
        if answer is not None:
            each.refuse(UNCLEAR, answer)


def _write_funnel(run: Run, funnel: Funnel) -> None:
    atomic_write(run.folder / FUNNEL, orjson.dumps(funnel.document(), option=PRETTY))


def _versions(checkers: Sequence[PyrightChecker]) -> dict[str, str]:
    versions = {"reweave": __version__, "python": platform.python_version()}
    if checkers:
        versions["types"] = checkers[0].version
    return versions
