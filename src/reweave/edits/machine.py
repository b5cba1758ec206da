"""The batch machine: many programs in flight, all their waiting states checked in one call a round.

Programs are admitted as long as the batch has room, so batches stay full to the end of the input; a long
program takes part with a few states a round and holds nobody up. What comes out depends on the programs
and the settings only, not on who shared a batch with whom.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reweave.edits.checkers.base import Checker, Verdict
from reweave.edits.lookahead import clauses
from reweave.edits.paths import Task
from reweave.edits.plan import Plan
from reweave.edits.random_chunks import random_chunks
from reweave.edits.settings import Settings
from reweave.edits.stream import Stream
from reweave.edits.structure import (
    Structure,
    logical_structure,
    parse,
    physical_structure,
    published_structure,
)
from reweave.errors import CheckerError, ProgramError
from reweave.records import EditSequence, Program, Reject

BATCH_STATES = 2_048
BATCH_CHARACTERS = 4_000_000
_MIN_BUDGET = 32_000  # characters that one path may always add to a batch


@dataclass(slots=True)
class Outcome:
    """What became of one program.

    Attributes:
        index: The program's place in the input.
        sequences: Its distinct paths; empty when ``reject`` says why.
        duplicates: How many paths came out equal to an earlier one of the program.
        checks: How many states were offered to the checker.
    """

    index: int
    sequences: list[EditSequence]
    reject: Reject | None = None
    duplicates: int = 0
    checks: int = 0


class _Batch:
    """The states that wait for a verdict in one round, and whose they are."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.owners: list[tuple[Task, int]] = []
        self.size = 0

    def take(self, task: Task, budget: int) -> None:
        for state in task.propose(budget):
            text = task.plan.text(state)
            self.size += len(text)
            self.texts.append(text)
            self.owners.append((task, state))

    def give(self, verdicts: list[Verdict]) -> None:
        for (task, state), verdict in zip(self.owners, verdicts, strict=True):
            task.verdicts[state] = verdict


class Machine:
    """Samples edit sequences of a stream of programs.

    Args:
        settings: What to sample.
        checker: What passes a state; not used by the sampler ``random``, where it may be None.
        batch_states: How many states one call of the checker gets, about.
    """

    def __init__(self, settings: Settings, checker: Checker | None, batch_states: int = BATCH_STATES) -> None:
        self._settings = settings
        self._checker = checker
        self._batch_states = batch_states
        self._version = checker.version if checker is not None else "none"

    def run(self, programs: Iterable[tuple[int, Program | Reject] | None]) -> Iterator[Outcome]:
        """Yield an outcome a program, as they are finished.

        Args:
            programs: Numbered programs; taken from as the machine has room for them. A reject in a
                program's place goes straight through. None says that there is no more for the moment,
                and to go on with those at hand.

        Raises:
            CheckerError: The checker cannot run at all.
        """
        source = iter(programs)
        flight: dict[int, tuple[Program, Task]] = {}
        exhausted = False
        while flight or not exhausted:
            batch = _Batch()
            # The fewer programs are left, the further each may run ahead.
            budget = max(_MIN_BUDGET, BATCH_CHARACTERS // (1 + 4 * len(flight) * self._settings.paths))
            for _, task in flight.values():
                batch.take(task, budget)
            while not exhausted and len(batch.texts) < self._batch_states and batch.size < BATCH_CHARACTERS:
                item = next(source, _END)
                exhausted = item is _END
                if exhausted or item is None:
                    break
                index, program = item
                if isinstance(program, Reject):
                    yield Outcome(index, [], program)
                    continue
                made = self._admit(index, program)
                if isinstance(made, Outcome):
                    yield made
                else:
                    flight[index] = (program, made)
                    batch.take(made, _MIN_BUDGET)
            if batch.texts:
                assert self._checker is not None
                batch.give(self._checker.check(batch.texts))
            yield from self._collect(flight)

    def _collect(self, flight: dict[int, tuple[Program, Task]]) -> Iterator[Outcome]:
        """Let every program go as far as its verdicts allow, and yield those that are finished."""
        for index, (program, task) in list(flight.items()):
            try:
                if not task.judge():
                    continue
                outcome = self._finish(index, program, task)
            except ProgramError as error:
                outcome = _rejected(index, program, error)
            except CheckerError as error:
                outcome = _given_up(index, program, "failed", f"checker-{error.reason}", str(error))
            except Exception as error:  # noqa: BLE001 - a defect of ours costs one record, and says so
                outcome = _internal_error(index, program, error)
            outcome.checks = task.checks
            del flight[index]
            yield outcome

    def _admit(self, index: int, program: Program) -> Task | Outcome:
        """Make a program ready, or say why it cannot be."""
        settings = self._settings
        try:
            _check_length(program.text, settings.max_lines)
            tree = parse(program.text)
            streams = [Stream(settings.seed, program.id, path) for path in range(settings.paths)]
            structure = STRUCTURES[settings.unit](program.text, tree)
            if settings.sampler == "random":
                paths = [random_chunks(len(structure.lines), stream) for stream in streams]
                return self._outcome(index, program, paths)
            plan = Plan(structure, _needs(settings, structure, tree))
            return Task(plan, streams, tolerate=settings.tolerate, look_ahead=settings.look_ahead)
        except ProgramError as error:
            return _rejected(index, program, error)
        except RecursionError:
            return _rejected(index, program, ProgramError("too-deep", "nested too deeply to be taken apart"))
        except Exception as error:  # noqa: BLE001 - as above
            return _internal_error(index, program, error)

    def _finish(self, index: int, program: Program, task: Task) -> Outcome:
        return self._outcome(index, program, [task.plan.inserted_at(path.states) for path in task.paths])

    def _outcome(self, index: int, program: Program, paths: list[tuple[int, ...]]) -> Outcome:
        distinct = dict.fromkeys(paths)
        settings = self._settings
        sequences = [
            EditSequence(
                program.id, number, program.instruction, program.text, inserted_at, self._version,
                settings.preset, settings.seed, program.language, program.extra,
            )
            for number, inserted_at in enumerate(distinct)
        ]  # fmt: skip
        return Outcome(index, sequences, duplicates=len(paths) - len(distinct))


_END: Any = object()

STRUCTURES: dict[str, Callable[..., Structure]] = {
    "logical": logical_structure,
    "physical": physical_structure,
    "published": published_structure,
}


def _needs(settings: Settings, structure: Structure, tree: ast.Module) -> list[tuple[int, int]]:
    """Return the clauses that the sampler works with: those the checker would insist on, and attributes."""
    if not settings.look_ahead:
        return []
    if settings.checker == "compile":  # asked for syntax, and nothing more
        return structure.needs
    return [*structure.needs, *clauses(tree, structure)]


def _check_length(text: str, limit: int) -> None:
    lines = text.count("\n") + (not text.endswith("\n"))
    if limit and lines > limit:
        raise ProgramError("too-long", f"{lines} lines, more than max_lines = {limit}")


def _rejected(index: int, program: Program, error: ProgramError) -> Outcome:
    return _given_up(index, program, "rejected", error.reason, error.detail)


def _internal_error(index: int, program: Program, error: Exception) -> Outcome:
    return _given_up(index, program, "failed", "internal-error", f"{type(error).__name__}: {error}")


def _given_up(index: int, program: Program, outcome: str, reason: str, detail: str) -> Outcome:
    row = {"instruction": program.instruction, "program": program.text, **program.extra}
    return Outcome(index, [], Reject(program.id, outcome, reason, detail, row))
