"""What all cells of a benchmark share: references, and texts that somebody wrote; read, or made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reweave.evaluate.config import EvalConfig
from reweave.evaluate.run import Source, load_tasks
from reweave.ground.evaluation.config import WRITTEN, Cell
from reweave.ground.evaluation.own import left_out, read_given, write_own
from reweave.ground.evaluation.places import place_of
from reweave.ground.evaluation.references import References, Specified
from reweave.ground.evaluation.traced import trace_references
from reweave.records import Reject
from reweave.tasks import Task


@dataclass(frozen=True, slots=True)
class Ready:
    """What all cells of a benchmark share.

    Args:
        benchmark: As ``reweave.tasks.load`` takes it.
        references: What the references took and left.
        noise_seed: Of what ``noisy`` draws.
        texts: Specifications that somebody wrote, by level and task.
    """

    benchmark: str
    references: References
    noise_seed: int = 1
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def specify(self, tasks: list[Task], rejects: list[Reject]) -> list[Specified]:
        """Give the tasks that can be asked in every cell."""
        given = self.texts.get("given")
        return self.references.specify_all(tasks, rejects, None if given is None else left_out(given))

    def text(self, each: Specified, cell: Cell) -> str:
        """Give what a task's prompt is to say in a cell."""
        if cell.leakage in WRITTEN:
            return self.texts[cell.leakage].get(each.task.id, "")
        return each.text(cell, self.noise_seed)


def make_ready(benchmark: str, config: EvalConfig, specs: Any, workers: int | None) -> Ready:
    """Read, or make, what all cells need.

    Args:
        benchmark: As for ``evaluate_grounded``.
        config: Likewise.
        specs: A ``SpecConfig`` or an ``AblationConfig``.
        workers: Programs at once.
    """
    path = Path(specs.specs)
    _, tasks = load_tasks(benchmark, config, [])
    place_of(tasks[0])  # a benchmark without a place is to be refused now
    if tasks[0].benchmark == "arcade" and not path.exists():
        trace_references(tasks, path, config, workers)
    texts: dict[str, Mapping[str, str]] = {}
    if specs.given is not None:
        texts["given"] = read_given(specs.given)
    return Ready(benchmark, References(path), specs.noise_seed, texts)


def with_own(ready: Ready, config: EvalConfig, source: Source, folder: Path) -> Ready:
    """Have a model specify the tasks itself; give what cells need, with its texts.

    Args:
        ready: What they need besides.
        config: As for ``evaluate_grounded``.
        source: Has the model.
        folder: For its requests and texts.
    """
    rejects: list[Reject] = []
    _, tasks = load_tasks(ready.benchmark, config, rejects)
    asked = [each.task for each in ready.specify(tasks, rejects)]
    texts = write_own(asked, config, source.endpoint, folder, source.on_progress) if asked else {}
    return replace(ready, texts={**ready.texts, "self": texts})
