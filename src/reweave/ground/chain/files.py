"""The stages that read and write files themselves: tables to contexts, candidates to grounded rows.

Both go on where they were stopped by their own run directories, ``rows.jsonl.run``.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from reweave.cores import cores
from reweave.ground.chain.config import GroundConfig
from reweave.ground.contexts import make_contexts
from reweave.ground.run import ground
from reweave.storage import atomic_write
from reweave.storage.manifest import PRETTY

Report = Callable[[int, int, int | None], None]


class ContextsStage:
    """Reads tables and notebooks.

    Args:
        config: Of the chain.
    """

    name = "contexts"

    def __init__(self, config: GroundConfig) -> None:
        self._sources, self._workers = config.input, config.workers
        self._config = config.contexts.model_copy(update={"limit": config.limit or config.contexts.limit})

    def run_files(self, source: str, out: Path, report: Report | None) -> None:  # noqa: ARG002 - there may be several
        """Write the contexts of the chain's input, or go on with them.

        Raises:
            ReweaveError: As ``make_contexts``.
        """
        made = make_contexts(
            self._sources, out, self._config, workers=self._workers or cores(), report=report
        )
        steps = ((*key, n) for key, n in sorted(made.rejects.items()))
        _write_funnel(out, self.name, "files", made.read, sum(made.kept.values()), steps)


class GroundedStage:
    """Runs candidates, and keeps those that can be grounded.

    Args:
        config: Of the chain.
    """

    name = "grounded"

    def __init__(self, config: GroundConfig) -> None:
        self._workers = config.workers
        known = {"tables": config.input} if wants_tables(config) else {}
        self._config = config.trace.model_copy(update=known)

    def run_files(self, source: str, out: Path, report: Report | None) -> None:
        """Write the grounded rows of a source, or go on with it.

        Raises:
            ReweaveError: As ``reweave.ground.run.ground``.
        """
        made = ground(source, out, self._config, workers=self._workers, report=report)
        counts = made.statistics
        steps = ((*key, n) for key, n in sorted(counts.rejects.items()))
        _write_funnel(out, self.name, "candidates", counts.read, counts.kept, steps)


def wants_tables(config: GroundConfig) -> bool:
    """Say whether the input is what contexts were made of, so that programs find their tables there."""
    return bool(config.input) and (config.stages is None or ContextsStage.name in config.stages)


def _write_funnel(
    out: Path, name: str, unit: str, read: int, kept: int, steps: Iterable[tuple[str, str, int]]
) -> None:
    told = [{"outcome": outcome, "rule": rule, "n": n} for outcome, rule, n in steps]
    counts = {"stage": name, "unit": unit, "read": read, "kept": kept, "steps": told}
    atomic_write(out.with_name(f"{out.name}.run") / "funnel.json", orjson.dumps(counts, option=PRETTY))
