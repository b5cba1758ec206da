"""Files' programs to the type checker, in batches: several checkers beside each other, batches back in order.

A checker waits for a process of its own, so threads do. Which rules come before and behind is for ``rules``
to say.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from reweave.align.seeds.sifting import Sifted, SiftedFile
from reweave.align.seeds.types import PyrightChecker
from reweave.edits.checkers.base import Verdict

_FILES_A_BATCH = 500


def batches(files: Iterator[SiftedFile], size: int) -> Iterator[list[SiftedFile]]:
    """Gather files until there are about so many programs to check; the last batch is as large as it is."""
    batch: list[SiftedFile] = []
    programs = 0
    for file in files:
        batch.append(file)
        programs += len(file.untyped())
        if programs >= size or len(batch) >= _FILES_A_BATCH:
            yield batch
            batch, programs = [], 0
    if batch:
        yield batch


def checked(
    batches: Iterator[list[SiftedFile]], checkers: Sequence[PyrightChecker]
) -> Generator[list[SiftedFile], None, None]:
    """Ask the type checkers, each a batch at a time; yield the batches in order. Closing ends them."""
    if not checkers:
        yield from batches
        return
    idle: SimpleQueue[PyrightChecker] = SimpleQueue()
    for checker in checkers:
        idle.put(checker)

    def check(texts: list[str]) -> list[Verdict]:
        checker = idle.get()
        try:
            return checker.check(texts)
        finally:
            idle.put(checker)

    waiting: deque[tuple[list[SiftedFile], list[Sifted], Future[list[Verdict]]]] = deque()
    with ThreadPoolExecutor(len(checkers)) as pool:
        try:
            for batch in batches:
                asked = [each for file in batch for each in file.untyped()]
                texts = [each.candidate.recovered.program for each in asked]
                waiting.append((batch, asked, pool.submit(check, texts)))
                if len(waiting) > len(checkers):
                    yield _take(waiting)
            while waiting:
                yield _take(waiting)
        except BaseException:  # an interrupt, or a disk that is full: nobody waits for verdicts any more
            for checker in checkers:
                checker.stop()
            pool.shutdown(cancel_futures=True)
            raise


def _take(
    waiting: deque[tuple[list[SiftedFile], list[Sifted], Future[list[Verdict]]]],
) -> list[SiftedFile]:
    batch, left, verdicts = waiting.popleft()
    for each, verdict in zip(left, verdicts.result(), strict=True):
        each.judged(verdict)
    return batch
