"""What a stage of self-alignment is, and which there are.

A `Stage` takes rows and gives, for each, a row that is kept or a `Reject`; it knows nothing of files of rows,
of other stages, or of how far it is shown. A package plugs its stage in by a function
``make_stage(config)`` at the place that `PLACES` names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reweave.errors import RowError
from reweave.records import Reject

if TYPE_CHECKING:
    from reweave.align.config import AlignConfig
    from reweave.models.usage import Progress

Row = Mapping[str, Any]
Outcome = Row | Reject

PLACES = {
    "seeds": "reweave.align.seeds",
    "distinct_seeds": "reweave.align.cleaning:make_distinct_seeds",
    "clean_seeds": "reweave.align.cleaning:make_clean_seeds",
    "concepts": "reweave.align.chain.concepts",
    "instructions": "reweave.align.chain.instructions",
    "responses": "reweave.align.chain.responses",
    "validated": "reweave.align.validate",
    "distinct": "reweave.align.cleaning:make_distinct",
    "clean": "reweave.align.cleaning:make_clean",
    "pairs": "reweave.align.chain.pairs",
}
"""The stages in the order of the chain, and what makes them: a module's ``make_stage``, or the named one."""


@dataclass(slots=True)
class Work:
    """What a stage is given for one start.

    Attributes:
        folder: Its own, for a request log and whatever it keeps to go on after a kill.
        on_progress: Called with how far the asking is.
        total: How many rows there are, if that is known.
        units: What was taken up and must be accounted for: one a row, and what `more` has added.
        spent: What each role has used, in all starts: see ``reweave.align.costs``.
    """

    folder: Path
    on_progress: "Callable[[Progress], None] | None" = None
    total: int | None = None
    units: int = 0
    spent: dict[str, dict[str, Any]] = field(default_factory=dict)

    def more(self, units: int) -> None:
        """Take up more than one unit for a row: ten responses to an instruction are ``more(9)``."""
        self.units += units


class Stage(Protocol):
    """A stage.

    Attributes:
        name: As in `PLACES`.
        unit: What it counts, in the plural: ``seeds``, ``responses``.
        rules: The reasons for which it may reject, in the order in which they are tried.
    """

    name: str
    unit: str
    rules: Sequence[str]

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides its rows but for its input, as JSON can hold it."""

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each unit, in the rows' order; the same for the same rows.

        A `Reject` has the outcome ``rejected``, with one of `rules` as its reason, or ``failed``, with any.
        """


class FileStage(Protocol):
    """A stage that reads and writes files itself, such as one that runs programs in many processes.

    Beside its output lies its run directory (``reweave.storage.Run``), which `reweave.align.funnel` reads.

    Attributes:
        name: As in `PLACES`.
    """

    name: str

    def run_files(
        self, source: str, out: Path, report: Callable[[int, int, int | None], None] | None
    ) -> Mapping[str, Mapping[str, Any]] | None:
        """Write the rows made of a source, as ``reweave.storage.open_source`` takes it, to a JSONL file.

        Returns:
            What each role has used, in all starts, as `Work.spent` has it; None where no model is asked.
        """


class MakeStage(Protocol):
    """What a package offers at its place."""

    def __call__(self, config: "AlignConfig") -> Stage | FileStage:
        """Make the stage; its own table of the configuration is ``config.table(NAME)``."""


def make_stage(name: str, config: "AlignConfig") -> Stage | FileStage:
    """Make a stage by its name, one of `PLACES`."""
    module, _, function = PLACES[name].partition(":")
    make: MakeStage = getattr(import_module(module), function or "make_stage")
    return make(config)


def text_of(row: Row, column: str) -> str:
    """Give a column that must hold text.

    Raises:
        RowError: ``missing-column``.
    """
    value = row.get(column)
    if not isinstance(value, str) or not value.strip():
        raise RowError("missing-column", f"column {column!r} holds no text; there are {', '.join(row)}")
    return value


def rejected(row: Row, reason: str, detail: str, *, id: str | None = None, **more: Any) -> Reject:  # noqa: A002
    """Say that a row is rejected, and keep it with whatever else shows why."""
    return Reject(str(row.get("id") if id is None else id), "rejected", reason, detail, {**row, **more})


def failed(row: Row, reason: str, detail: str, *, id: str | None = None) -> Reject:  # noqa: A002
    """Say that a row's request failed; started again, it is asked again."""
    return Reject(str(row.get("id") if id is None else id), "failed", reason, detail, dict(row))
