"""The filters of ``reweave curate`` as stages of the chain: near-duplicates, and what benchmarks ask for.

Both run twice. On seeds, before a token is spent: copies of a function would be asked about over and over,
and a benchmark's solution among the seeds becomes a benchmark's exercise (SelfCodeAlign, appendix). And at
the end, on the rows that are trained on. Of rows that are alike the one with the best test score is kept.

| stage | what is compared unless its table says otherwise |
|---|---|
| ``distinct_seeds`` | ``code``, at a Jaccard similarity of 0.5, as published |
| ``clean_seeds`` | every column, against the benchmarks of ``[clean]`` |
| ``distinct`` | ``instruction`` at 0.7, ``program`` at 0.9; in preset paper ``response`` too, all at 0.7 |
| ``clean`` | every column, against all benchmarks at hand |

A stage's table holds settings of the verb (``reweave.curate.config``), and ``workers``. With
``[clean] against = []`` nothing is compared with benchmarks.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from reweave.settings import checked
from reweave.storage import atomic_write
from reweave.storage.manifest import PRETTY

if TYPE_CHECKING:
    from reweave.align.config import AlignConfig

Filter = Callable[[str, Path, Any, int, Any], Mapping[str, Any]]
"""Runs a verb; gives its statistics."""

_SEEDS = {"on": ("code:code:0.5",)}
DISTINCT: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "default": {
        "distinct_seeds": _SEEDS,
        "distinct": {"on": ("instruction:text:0.7", "program:code:0.9"), "best": "validation.test_score"},
    },
    "paper": {
        "distinct_seeds": _SEEDS,
        "distinct": {"on": ("instruction", "response", "program:code"), "permutations": 250},
    },
}
"""By preset and stage. What was published takes a shared bucket for a duplicate; here it is measured."""

CLEAN = ("clean_seeds", "clean")
SEED_FILTERS = ("distinct_seeds", "clean_seeds")


class FilterStage:
    """A verb of ``reweave curate`` as a stage that writes its own files.

    Args:
        name: The stage's.
        settings: The verb's.
        workers: Processes; they change no byte.
        run: What runs it.
    """

    def __init__(self, name: str, settings: Any, workers: int, run: Filter) -> None:
        self.name = name
        self.settings = settings
        self._workers, self._run = workers, run

    def run_files(
        self, source: str, out: Path, report: Callable[[int, int, int | None], None] | None
    ) -> None:
        """Write the rows of a source that stay, or go on with it.

        Raises:
            ReweaveError: As the verb has it.
        """
        show = None if report is None else lambda _, done, total: report(done, 0, total)
        statistics = self._run(source, out, self.settings, self._workers, show)
        steps = [{"outcome": "rejected", "rule": rule, "n": n} for rule, n in statistics["rejects"].items()]
        counts = {"stage": self.name, "read": statistics["read"], "kept": statistics["kept"], "steps": steps}
        atomic_write(out.with_name(f"{out.name}.run") / "funnel.json", orjson.dumps(counts, option=PRETTY))


def wants_clean(config: "AlignConfig") -> bool:
    """Say whether rows are compared with benchmarks: not where the settings name none."""
    return config.table("clean").get("against") not in ([], ())


def make_distinct_seeds(config: "AlignConfig") -> FilterStage:
    """Make the stage that keeps one of each group of seeds that are alike."""
    return _distinct("distinct_seeds", config)


def make_distinct(config: "AlignConfig") -> FilterStage:
    """Make the stage that keeps one of each group of rows that are alike."""
    return _distinct("distinct", config)


def make_clean_seeds(config: "AlignConfig") -> FilterStage:
    """Make the stage that keeps the seeds in which no item of a benchmark is."""
    return _clean("clean_seeds", config)


def make_clean(config: "AlignConfig") -> FilterStage:
    """Make the stage that keeps the rows in which no item of a benchmark is."""
    return _clean("clean", config)


def _distinct(name: str, config: "AlignConfig") -> FilterStage:
    from reweave.compute.dedup_run import deduplicate  # noqa: PLC0415 - numpy
    from reweave.curate.config import DedupConfig  # noqa: PLC0415 - likewise

    def run(source: str, out: Path, settings: Any, workers: int, report: Any) -> Mapping[str, Any]:
        return deduplicate(source, out, settings, workers=workers, report=report).statistics

    given = {**DISTINCT[config.preset][name], **config.table(name)}
    workers = int(given.pop("workers", 1))
    return FilterStage(name, checked(DedupConfig, given), workers, run)


def _clean(name: str, config: "AlignConfig") -> FilterStage:
    from reweave.compute.decontaminate_run import decontaminate  # noqa: PLC0415 - likewise
    from reweave.curate.benchmark_items import known_benchmarks  # noqa: PLC0415 - likewise
    from reweave.curate.config import DecontaminateConfig  # noqa: PLC0415 - likewise

    def run(source: str, out: Path, settings: Any, workers: int, report: Any) -> Mapping[str, Any]:
        return decontaminate(source, out, settings, workers=workers, report=report).statistics

    given = {**config.table("clean"), **config.table(name)}
    workers = int(given.pop("workers", 1))
    if "against" not in given:
        given["against"] = known_benchmarks()
    return FilterStage(name, checked(DecontaminateConfig, given), workers, run)
