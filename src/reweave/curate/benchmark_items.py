"""From benchmarks to the items that training rows must not hold."""

from collections.abc import Iterator, Sequence

from reweave.curate.contamination import Item
from reweave.errors import InputError
from reweave.records import Reject
from reweave.tasks import Task, load
from reweave.tasks.benchmarks import BENCHMARKS
from reweave.tasks.sources import data_folder


def benchmark_items(names: Sequence[str], rejects: list[Reject]) -> Iterator[Item]:
    """Read benchmarks.

    Args:
        names: What `reweave.tasks.load` takes.
        rejects: Takes rows that cannot be read.

    Raises:
        InputError: No such benchmark or file.
    """
    for name in names:
        for task in load(name, rejects=rejects):
            yield _item(task)


def known_benchmarks() -> list[str]:
    """Give the names of the benchmarks whose files lie in the folder that ``REWEAVE_DATA`` names.

    Raises:
        InputError: There are none.
    """
    folder = data_folder()
    found = [
        name
        for name, benchmark in BENCHMARKS.items()
        if folder is not None and all((folder / file).exists() for file in benchmark.files[None])
    ]
    if not found:
        raise InputError(
            "no benchmark is at hand to compare with: set REWEAVE_DATA to the folder that holds them, or say"
            " which (against = [...] under [clean]; an empty list compares with none)"
        )
    return found


def _item(task: Task) -> Item:
    texts = {"prompt": task.prompt or task.chat}
    if task.reference:
        texts["solution"] = task.reference
    programs = [task.reference] if task.reference and task.language == "python" else []
    return Item(benchmark=task.benchmark, id=task.id, texts=texts, programs=programs)
