"""One program on its way to edit sequences: its paths, how far each has come, what it waits for.

A path runs ahead of the checker: it deletes down to nothing by look-ahead alone, offers all states it
passed through, and steps back to the first that the checker complains about. What comes out is what a
checker asked after every deletion would give (LintSeq, section 3.1), in a fraction of the rounds.
"""

from dataclasses import dataclass, field

from reweave.edits.checkers.base import Verdict
from reweave.edits.plan import Plan, Table
from reweave.edits.stream import Stream
from reweave.errors import CheckerError, ProgramError


@dataclass(slots=True)
class Step:
    """A deletion proposed: the state after it, the unit picked, and where the choice of the next begins."""

    state: int
    picked: int
    table: Table
    draw: int


@dataclass(slots=True)
class Path:
    """One edit sequence in the making. ``states`` are those the checker has passed."""

    stream: Stream
    states: list[int] = field(default_factory=list)
    ahead: list[Step] = field(default_factory=list)
    last: Step | None = None
    done: bool = False


class Task:
    """A program with its paths in flight.

    Args:
        plan: The program made ready.
        streams: One random stream a path.
        tolerate: Whether errors of the whole program are tolerated in its states.
        look_ahead: Whether a path may run ahead of the checker. Without clauses it would run astray.
    """

    def __init__(self, plan: Plan, streams: list[Stream], *, tolerate: bool, look_ahead: bool) -> None:
        self.plan = plan
        self.paths = [Path(stream) for stream in streams]
        self.verdicts: dict[int, Verdict] = {}
        self.look_ahead = look_ahead
        self.baseline: set[tuple[int, str, str]] | None = None if tolerate else set()
        self.checks = 0
        self._blank_rest = not (plan.head + plan.tail).strip()
        if self._blank_rest:
            self.verdicts[0] = []

    def propose(self, budget: int) -> list[int]:
        """Let the paths run ahead; return the states that wait for a verdict.

        Args:
            budget: How many characters of program text one path may add to the batch; one state is
                always allowed.
        """
        wanted: dict[int, None] = {}
        if self.baseline is None and self.plan.full not in self.verdicts:
            wanted[self.plan.full] = None
        for path in self.paths:
            if not path.done:
                self._run_ahead(path, budget // (self.plan.size + 1))
                for step in path.ahead:
                    if step.state not in self.verdicts:
                        wanted[step.state] = None
        self.checks += len(wanted)
        return list(wanted)

    def _run_ahead(self, path: Path, states: int) -> None:
        plan = self.plan
        ahead = path.ahead
        last = ahead[-1] if ahead else path.last or Step(plan.full, -1, plan.table, 0)
        limit = max(states, 1) if self.look_ahead else 1
        while len(ahead) < limit and last.state & plan.pickable:
            unit, table, draw = plan.pick(last.state, last.table, path.stream, last.draw)
            last = Step(plan.fall(last.state, (unit,)), unit, table, draw)
            ahead.append(last)

    def judge(self) -> bool:
        """Take each path as far as the verdicts allow; return whether all are done.

        Raises:
            CheckerError: The checker gave no verdict on a state that a path needs.
            ProgramError: No sequence of deletions is clean (reason ``never-clean``).
        """
        finished = True
        for path in self.paths:
            if not path.done:
                self._advance(path)
                finished = finished and path.done
        return finished

    def _advance(self, path: Path) -> None:
        verdicts = self.verdicts
        passed = 0
        for step in path.ahead:
            verdict = verdicts.get(step.state)
            if verdict is None:
                break
            if verdict:
                marked, clean = self._blame(step.state, verdict)
                if not clean:
                    del path.ahead[: passed + 1]
                    path.ahead = [self._widen(step, marked)]
                    return
            path.states.append(step.state)
            path.last = step
            passed += 1
        del path.ahead[:passed]
        last = path.last
        if not path.ahead and last is not None:
            path.done = not last.state & self.plan.pickable

    def _blame(self, state: int, verdict: Verdict) -> tuple[list[int], bool]:
        """Return the units that a verdict blames beyond the baseline, and whether there is no blame."""
        if isinstance(verdict, CheckerError):
            raise verdict
        if self.baseline is None:
            whole = self.verdicts[self.plan.full]
            if isinstance(whole, CheckerError):
                raise whole
            self.baseline = {key for _, key in self.plan.located(whole, self.plan.full)}
        blamed = [unit for unit, key in self.plan.located(verdict, state) if key not in self.baseline]
        return [unit for unit in blamed if unit >= 0], not blamed

    def _widen(self, step: Step, marked: list[int]) -> Step:
        """Delete the blamed units as well; when that deletes nothing, the enclosing block, then all."""
        plan = self.plan
        if step.state == 0:
            raise ProgramError("never-clean", "what is left beside the code is not clean by itself")
        state = plan.fall(step.state, marked)
        picked = step.picked
        while state == step.state and picked >= 0:
            picked = plan.parents[picked]
            state = plan.fall(state, [picked] if picked >= 0 else range(len(plan.texts)))
        return Step(state, picked, step.table, step.draw)
