"""A whole run of ``reweave align seeds``: from files, through the rules, into a run directory.

One thread reads and asks the rules; the type checker is a process of its own, and ``workers`` of them run
beside each other. Batches are taken in order, and a verdict does not depend on its batch: workers change no
byte.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.seeds.again import Types, begin_again
from reweave.align.seeds.checking import batches, checked
from reweave.align.seeds.config import SeedsConfig
from reweave.align.seeds.funnel import Funnel
from reweave.align.seeds.judge import Judge, judge_files
from reweave.align.seeds.sifting import SiftedFile, asked, sift, split_order
from reweave.align.seeds.types import BATCH, PyrightChecker
from reweave.errors import InputError
from reweave.storage import Run, atomic_write, open_source
from reweave.storage.manifest import PRETTY
from reweave.storage.provenance import provenance

_CHECKPOINT_SECONDS = 1.0
FUNNEL = "funnel.json"


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
        spent: What the judge has used, by role, in all starts.
    """

    folder: Path
    funnel: Funnel
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0
    new_files: int = 0
    spent: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def make_seeds(
    source: str,
    out: Path,
    config: SeedsConfig,
    *,
    workers: int = 1,
    report: Callable[[int, int, int | None], None] | None = None,
    judge: Judge | None = None,
    answers: Path | None = None,
    batch: int = BATCH,
) -> Made:
    """Write the seeds of a source, or go on with a run that was stopped.

    A run that came to its end, but could not ask its judge about some seeds, is made again from its first
    file: it asks about those, and checks no type twice.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: What to look for.
        workers: How many type checkers run beside each other. It does not change a byte of the output.
        report: Called now and then with the files read, the seeds that this start has found, and the number
            of files if that is known.
        judge: Asked of what passed all else.
        answers: Where the judge keeps what it was told; None: in the run directory.
        batch: Programs a call of the type checker, about. It does not change a byte either.

    Raises:
        InputError: The source cannot be read; or the configuration wants a judge, and there is none.
        RunError: The output belongs to another run, or cannot be written.
        MissingExtraError: The type checker is not installed.
        CheckerError: The type checker does not run at all.
        ModelError: The judge's server cannot be asked at all.
    """
    if config.judge is not None and judge is None:
        raise InputError("the configuration wants a judge: give one, ModelJudge(config.judge, endpoint)")
    opened, known = open_source(source), provenance(source).to_json()
    began = time.monotonic()
    with ExitStack() as stack:
        checkers = [PyrightChecker(unresolved=config.unresolved_imports)] if config.types != "none" else []
        checkers += [PyrightChecker(unresolved=config.unresolved_imports) for _ in checkers * (workers - 1)]
        for checker in checkers:
            stack.callback(checker.close)
        run = _open(
            out,
            config=config.model_dump() | {"judge": None if judge is None else judge.describe()},
            source=opened.fingerprint() | known,
            context={"input": source, "workers": workers, "batch": batch},
            versions=_versions(checkers),
            shard_records=config.shard_records,
        )
        stack.enter_context(run)
        if judge is not None:
            stack.enter_context(judge.opened(answers or run.folder))
        funnel, types = _funnel(run, config, judge), Types(run.folder)
        made = Made(run.folder, funnel, (*opened.notes, *run.notes), was_complete=run.complete)
        if not run.complete:
            start, before = run.next, funnel.kept
            total, left = opened.count_hint(), None
            if config.limit:
                total = min(total, config.limit) if total is not None else None
                left = max(config.limit - start, 0)
            rows = enumerate(islice(opened.rows(start), left), start)
            files = (types.tell(sift(index, raw, config, known)) for index, raw in rows)
            through = stack.enter_context(closing(checked(batches(files, batch), checkers)))
            for _ in _written(run, through, funnel, config, judge):
                if report is not None:
                    report(run.next, funnel.kept - before, total)
            run.finish(funnel.to_json())
            made = replace(made, seconds=time.monotonic() - began, new_files=run.next - start)
        types.done()
        atomic_write(run.folder / FUNNEL, orjson.dumps(funnel.document(), option=PRETTY))
    return made if judge is None else replace(made, spent=judge.spent)


def _open(out: Path, **identity: Any) -> Run:
    """Open the run; one whose judge could not be asked about some seeds begins again."""
    run = Run.open(out, **identity)
    if run.manifest is not None and Funnel.from_json(run.manifest.statistics).unjudged:
        run.close()
        begin_again(out, run.folder)
        run = Run.open(out, **identity)
    return run


def _funnel(run: Run, config: SeedsConfig, judge: Judge | None) -> Funnel:
    """Give the counts so far."""
    if run.manifest is not None:
        return Funnel.from_json(run.manifest.statistics)
    if run.state:
        return Funnel.from_json(run.state["funnel"])
    return Funnel(config.preset, asked(config, judge=judge is not None))


def _written(
    run: Run, through: Iterator[list[SiftedFile]], funnel: Funnel, config: SeedsConfig, judge: Judge | None
) -> Iterator[None]:
    """Write what comes through the type checker, after the rules behind it; yield at each checkpoint."""
    last = time.monotonic()
    for done in through:
        _finish(done, config, judge)
        for file in done:
            run.append(file.kept(), file.rejects(), 1)
            funnel.counts.update(file.counts())
        if time.monotonic() - last >= _CHECKPOINT_SECONDS:
            run.checkpoint({"funnel": funnel.to_json()})
            last = time.monotonic()
            yield


def _finish(batch: list[SiftedFile], config: SeedsConfig, judge: Judge | None) -> None:
    """Ask the rules behind the type checker, and the judge."""
    names = split_order(config)[1]
    for file in batch:
        for each in file.left():
            each.ask(names, config)
    if judge is not None:
        judge_files(batch, judge)


def _versions(checkers: Sequence[PyrightChecker]) -> dict[str, str]:
    versions = {"reweave": __version__, "python": platform.python_version()}
    if checkers:
        versions["types"] = checkers[0].version
    return versions
