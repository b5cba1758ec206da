"""Judging a notebook cell by what it computes: its outputs are held against the reference's, fuzzily.

This is ARCADE's protocol. The context is run, then the answer; what the reference's run left is compared with
what the answer's run left, on this side: a program under test never shares a process with what is expected of
it (the data form). What is an output is decided by the reference (Yin et al., arXiv 2212.09248, and the
published evaluator): the variables that the annotators named; else what its last statement shows or assigns,
which must be what the answer's last statement shows or assigns; else the variables of the context that it
changed. Named and changed variables may be matched by anything that the answer made, under any name.
``print(x)`` as a statement shows ``x``. A reference that plots is held against the answer as a picture, byte
by byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, cast

from reweave.errors import RowError
from reweave.sandbox import CellResult, CellsJob, CellsResult, Job, Limits, NotPlain, Returned, Run
from reweave.tasks.fuzzy import PUBLISHED, Match, Rules, fuzzy_match
from reweave.tasks.judges import statements
from reweave.tasks.judges.values import SLOWER
from reweave.tasks.task import Scored, scored

SHOWN = "the output"
"""How messages name what the last statement shows."""

_NO_FIGURES = "import matplotlib.pyplot as _reweave_pyplot\n_reweave_pyplot.close('all')"
_FIGURE = """
def _reweave_figure():
    import hashlib
    import io
    kept = io.BytesIO()
    _reweave_pyplot.savefig(kept, format="png", bbox_inches="tight", metadata={"Software": None})
    return hashlib.sha256(kept.getvalue()).hexdigest()
_reweave_figure()
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellsJudge:
    """Runs a context and a cell, and compares what the cell computed.

    Args:
        context: Python source text that runs before.
        named: Variables that are the outputs; none where the reference shows which.
        plots: Whether the output is a figure.
        folder: What lies in it lies in the working directory; None for nothing.
        rules: How much is forgiven: :class:`reweave.tasks.fuzzy.Rules`.
        expected: Outputs by name, ``SHOWN`` for what is shown; None before the reference was asked.
        limits: What one cell with its context may use; its wall seconds grow with the reference's.
        patient: What the reference may use.
    """

    context: str
    named: tuple[str, ...] = ()
    plots: bool = False
    folder: Path | None = None
    rules: Rules = PUBLISHED
    expected: Mapping[str, Any] | None = None
    limits: Limits
    patient: Limits

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job: the context, and the answer statement by statement."""
        if self.expected is None:
            raise ValueError("the outputs are not known yet: prepare([task], box) asks the reference")
        return (self._job(program, self.limits),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Match each expected output; the first that nothing matches is named."""
        [run] = cast("Sequence[CellsResult]", runs)
        assert self.expected is not None
        if run.reason != "passed":
            return scored("data", run.reason, run.detail, runs)
        shown, made = _left(run.cells[1:])
        for name, value in self.expected.items():
            offered = [shown] if name == SHOWN else made
            tried = [
                fuzzy_match(each, value, self.rules)
                for each in offered
                if each is not None and not isinstance(each, NotPlain)
            ]
            if not any(tried):
                return scored("data", "failed", f"{name}: {_told(tried, offered)}"[:1000], runs)
        return scored("data", "passed", "", runs)

    def describe(self) -> str:
        """Give the context and what is compared."""
        outputs = "the figure" if self.plots else ", ".join(self.named) or SHOWN
        return f"{self.context}\n\n# compared: {outputs}"

    def questions(self, reference: str) -> Sequence[Job]:
        """Give the reference in its context, where it was not asked yet."""
        return () if self.expected is not None else (self._job(reference, self.patient),)

    def learnt(self, runs: Sequence[Run]) -> Self:
        """Give the judge that knows the outputs.

        Raises:
            RowError: Context or reference does not run to its end, or leaves no output that crosses.
        """
        if self.expected is not None:
            return self
        [run] = cast("Sequence[CellsResult]", runs)
        if run.reason != "passed":
            ran = bool(run.cells) and isinstance(run.cells[0].outcome, (Returned, NotPlain))
            where = "the reference" if ran else "the context"
            raise RowError("reference-fails", f"{where}: {run.reason}: {run.detail}")
        expected = self._outputs(run)
        for name, value in expected.items():
            if isinstance(value, NotPlain):
                raise RowError("output-does-not-cross", f"{name}: {value.description}")
        if not expected:
            raise RowError("no-output", "the reference shows nothing and changes no variable of its context")
        wall = max(self.limits.wall, SLOWER * run.seconds)
        return replace(self, expected=expected, limits=replace(self.limits, wall=wall))

    def _outputs(self, run: CellsResult) -> dict[str, Any]:
        before, after = run.cells[0].variables, run.cells[1:]
        shown, _ = _left(after)
        if self.plots:
            return {SHOWN: shown}
        changed = _variables(after)
        if self.named:
            known = {**before, **changed}
            if missing := [name for name in self.named if name not in known]:
                raise RowError("no-output", f"the reference leaves no variable {', '.join(missing)}")
            return {name: known[name] for name in self.named}
        if shown is not None:
            return {SHOWN: shown}
        return {name: value for name, value in changed.items() if name in before}

    def _job(self, program: str, limits: Limits) -> CellsJob:
        cells = [self.context, *statements.cells(program)]
        if self.plots:
            cells = [self.context, _NO_FIGURES, *cells[1:], _FIGURE]
        return CellsJob(cells, files=folder_files(self.folder), limits=limits)


def _told(tried: Sequence[Match], offered: Sequence[Any]) -> str:
    """Say why nothing matched."""
    if len(tried) == 1:
        return tried[0].why
    if tried:
        return f"none of {len(tried)} values matches"
    refused = [each for each in offered if isinstance(each, NotPlain)]
    return f"what does not cross: {refused[0].description}" if refused else "there is nothing to compare"


def _left(cells: Sequence[CellResult]) -> tuple[Any, list[Any]]:
    """Give what the last statement showed, and all that cells made: what they showed, their variables."""
    shown = [each for cell in cells if (each := _value(cell)) is not None]
    return _value(cells[-1]) if cells else None, [*shown, *_variables(cells).values()]


def _value(cell: CellResult) -> Any:
    if isinstance(cell.outcome, Returned):
        return cell.outcome.value
    return cell.outcome if isinstance(cell.outcome, NotPlain) else None


def _variables(cells: Sequence[CellResult]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for cell in cells:
        left.update(cell.variables)
        for name in cell.removed:
            left.pop(name, None)
    return left


@lru_cache(maxsize=4)
def folder_files(folder: Path | None) -> Mapping[str, bytes]:
    """Give the files of a folder by their path in it."""
    if folder is None:
        return {}
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
