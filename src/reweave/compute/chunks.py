"""A function over chunks of work in several processes, its results in the order of the chunks.

For work whose parts leave files behind and give back next to nothing. Workers are spawned, so that the same
code runs wherever Python does.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from reweave.errors import ReweaveError

Given = TypeVar("Given")


def in_order(
    function: Callable[..., Given], chunks: Iterable[tuple[Any, ...]], workers: int
) -> Iterator[Given]:
    """Call a function with each chunk's arguments; yield what it gives, in order.

    Args:
        function: Of a module, so that a process can find it.
        chunks: Arguments of each call; taken as there is room, two a worker ahead.
        workers: Number of processes; 1 works in this one.

    Raises:
        ReweaveError: A worker process died, of too little memory as a rule.
    """
    if workers <= 1:
        for chunk in chunks:
            yield function(*chunk)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Given]] = deque()
        try:
            for chunk in chunks:
                waiting.append(pool.submit(function, *chunk))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ReweaveError(
                "a worker process died, of too little memory as a rule: give fewer --workers"
            ) from error
