"""Several readers beside each other, their answers in the order of the files."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.reader import Answer, Reader
from reweave.ground.contexts.sources import TableFile

_AHEAD = 8  # files a reader, that may wait for an earlier one


def read_all(
    files: Iterable[TableFile], config: ContextsConfig, workers: int
) -> Generator[Answer, None, None]:
    """Read files; yield the answers in order. Closing ends the readers.

    Args:
        files: Taken as there is room.
        config: The settings.
        workers: Processes. They change no byte.
    """
    readers = [Reader(config) for _ in range(workers)]
    idle: SimpleQueue[Reader] = SimpleQueue()
    for reader in readers:
        idle.put(reader)

    def read(file: TableFile) -> Answer:
        reader = idle.get()
        try:
            return reader.read(file)
        finally:
            idle.put(reader)

    waiting: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for file in files:
                waiting.append(pool.submit(read, file))
                if len(waiting) > _AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for reader in readers:
                reader.close()
            pool.shutdown(cancel_futures=True)
