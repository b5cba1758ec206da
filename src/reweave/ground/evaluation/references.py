"""What the references of a benchmark took and left, by task: out of grounded rows.

A task without a row has no specification, so it is asked in no form: all forms are scored on the same tasks.
Why there is none says the run that made the rows.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.ground.evaluation.config import Cell
from reweave.ground.evaluation.places import HEADING, place_of
from reweave.ground.specs import LEVELS, Contract, spec_text
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.stored import decode
from reweave.records import Reject
from reweave.settings import checked
from reweave.storage import find_run, read_rows
from reweave.storage.manifest import read_json
from reweave.tasks import Task


@dataclass(frozen=True, slots=True)
class Specified:
    """What a task's reference took and left.

    Attributes:
        task: The task, as the benchmark has it.
        context: What stands before an answer.
        inputs: Variables that the reference took.
        outputs: Those that it left and that the task asks for.
        contract: What can be checked of these; it is the oracle's, whatever is shown.
        texts: By form: what was written of all outputs, where the task asks for all of them.
    """

    task: Task
    context: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    contract: Contract
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, cell: Cell, noise_seed: int) -> str:
        """Write the specification of a cell whose text nobody else has written."""
        if cell.leakage == "oracle" and cell.form in self.texts:
            return self.texts[cell.form]
        leakage: Any = cell.leakage
        return spec_text(
            cell.form, self.inputs, self.outputs, leakage=leakage, seed=noise_seed, record=self.task.id
        )


class References:
    """The grounded rows of a benchmark's references.

    Args:
        path: Their file, or folder of shards.

    Raises:
        InputError: It cannot be read, or an id is there twice.
    """

    def __init__(self, path: Path) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        digest = hashlib.sha256()
        for row in read_rows(path):
            if not row.keys() >= {"id", "context", "inputs", "outputs", "specs", "contract"}:
                raise InputError(f"{path}: row {len(self._rows)} is none of reweave ground trace's")
            if row["id"] in self._rows:
                raise InputError(f"{path}: two rows of {row['id']}")
            self._rows[row["id"]] = row
            digest.update(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.sha256 = digest.hexdigest()
        folder = find_run(path)[1]
        self._refused = _refused(folder)
        self.trace = _settings(folder)

    def specify(self, task: Task) -> Specified:
        """Give what a task's reference took and left.

        Raises:
            RowError: There is no trace of it (for the reason that the trace gives, or ``no-trace``); it is
                not one of this text (``another-text``), the prompt has no place for one (``no-place``), it
                does not hold what the task asks for
                (``not-traced``) or not all of it (``cut-values``).
        """
        row = self._rows.get(task.id)
        if row is None:
            reason, why = self._refused.get(task.id, ("no-trace", "no row of this id"))
            raise RowError(reason, why)
        place = place_of(task)
        pair = place.pair(task, task.reference or "")
        if (pair.context, pair.code) != (row["context"], row["code"]):
            raise RowError("another-text", "the row is of another context or reference than the task has")
        place.put(task, HEADING)  # a prompt without a place for one is refused in all forms
        asked = place.asked(task, tuple(row["outputs"]))
        if not asked:
            left = ", ".join([*row["outputs"], *row.get("apart", ())])
            raise RowError("not-traced", f"the task asks for none of what its trace holds: {left}")
        outputs = {name: row["outputs"][name] for name in asked}
        if cut := [name for name, each in {**row["inputs"], **outputs}.items() if each["cut"]]:
            raise RowError("cut-values", f"{', '.join(cut)}: trace again with more --row-bytes")
        return Specified(
            task,
            pair.context,
            {name: decode(each) for name, each in row["inputs"].items()},
            {name: decode(each) for name, each in outputs.items()},
            _narrowed(Contract.from_json(row["contract"]), asked),
            row["specs"] if len(asked) == len(row["outputs"]) else {},
        )

    def specify_all(
        self, tasks: list[Task], rejects: list[Reject], refuse: Callable[[Task], None] | None = None
    ) -> list[Specified]:
        """Give those of all tasks that have one; the others go to the rejects, with the reason.

        Args:
            tasks: The tasks.
            rejects: Takes what is left out.
            refuse: Raises a ``RowError`` for tasks that are to be left out beside.
        """
        found = []
        for task in tasks:
            try:
                each = self.specify(task)
                if refuse is not None:
                    refuse(task)
            except RowError as error:
                rejects.append(Reject(task.id, "rejected", error.reason, error.detail))
            else:
                found.append(each)
        return found


def _narrowed(contract: Contract, asked: tuple[str, ...]) -> Contract:
    clauses = tuple(clause for clause in contract.clauses if clause.output in asked)
    return Contract(clauses, tuple(name for name in contract.outputs if name in asked), LEVELS[-1])


def _refused(folder: Path | None) -> dict[str, tuple[str, str]]:
    """Give why the run that made the rows kept no others, by id."""
    path = None if folder is None else folder / "rejects.jsonl"
    if path is None or not path.exists():
        return {}
    rows = map(orjson.loads, path.read_bytes().splitlines())
    return {row["id"]: (row["reason"], row["detail"]) for row in rows}


def _settings(folder: Path | None) -> TraceConfig:
    """Give how the rows were made: answers are to run likewise."""
    if folder is None or not (folder / "config.json").exists():
        return checked(TraceConfig, {})
    return checked(TraceConfig, read_json(folder / "config.json")["config"])
