"""Validation and selection as one stage of the chain, and the word on who agrees that ends a round of asking.

The settings are those of the two verbs, in the chain's table ``[validated]``; ``workers``, ``policy`` and
``preferences`` among them. In the stage's folder lie the rows that were chosen; in ``judged/`` all that were
judged, and where it was asked for, preference pairs in ``preferences.jsonl``.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.validate import stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import Response
from reweave.align.validate.run import open_box, validate
from reweave.align.validate.select_run import SelectConfig, select_rows
from reweave.settings import checked
from reweave.storage import atomic_write, open_source
from reweave.storage.manifest import PRETTY, read_json

PAPER = {"accept": "passed", "policy": "first"}
"""What was published: whatever passes, the first of it."""

Agreeing = Callable[[Sequence[Sequence[Mapping[str, Any]]]], list[int]]


class ValidatedStage:
    """Runs responses against their tests, and chooses.

    Args:
        table: The chain's table, and ``preset``.

    Raises:
        InputError: A setting that is not known, or not of its kind.
    """

    name = "validated"

    def __init__(self, table: Mapping[str, Any]) -> None:
        given = dict(table)
        if given.pop("preset", "default") == "paper":
            given = PAPER | given
        self.workers: int | None = given.pop("workers", None) or None
        self.preferences: bool = bool(given.pop("preferences", False))
        chosen: dict[str, Any] = {key: given.pop(key) for key in ("policy", "pairs_each") if key in given}
        self.selection = checked(SelectConfig, chosen)
        self.config = checked(ValidateConfig, given)

    def run_files(
        self, source: str, out: Path, report: Callable[[int, int, int | None], None] | None
    ) -> None:
        """Write the rows chosen of a source, or go on with it.

        Raises:
            ReweaveError: As ``validate`` and ``select_rows``.
        """
        judged = out.parent / "judged" / out.name
        _forget(judged, open_source(source).fingerprint())
        judged.parent.mkdir(parents=True, exist_ok=True)
        made = validate(source, judged, self.config, workers=self.workers, report=report)
        pairs = out.parent / "judged" / "preferences.jsonl" if self.preferences else None
        chosen = select_rows(str(judged), out, self.selection, pairs=pairs)
        steps = [*made.statistics.to_json()["rejects"]]
        if lost := made.statistics.kept - chosen.kept:
            steps.append(["rejected", "not-chosen", lost])
        funnel = {
            "stage": self.name,
            "read": made.statistics.read,
            "kept": chosen.kept,
            "steps": [{"outcome": outcome, "rule": rule, "n": n} for outcome, rule, n in steps],
        }
        atomic_write(out.with_name(f"{out.name}.run") / "funnel.json", orjson.dumps(funnel, option=PRETTY))


def agreeing(config: ValidateConfig, workers: int | None) -> Callable[[], AbstractContextManager[Agreeing]]:
    """Give what opens the word on who agrees.

    Args:
        config: The settings.
        workers: Programs at once.
    """

    @contextmanager
    def opened() -> Iterator[Agreeing]:
        with open_box(config, workers) as box:

            def count(groups: Sequence[Sequence[Mapping[str, Any]]]) -> list[int]:
                judgements = (judge(_responses(rows), config, wrong=False) for rows in groups)
                return [_agree(made) for made in stream.run(judgements, box)]

            yield count

    return opened


def describe(config: ValidateConfig) -> str:
    """Give what decides who agrees."""
    return f"reweave {__version__} {orjson.dumps(config.model_dump()).decode()}"


def _responses(rows: Sequence[Mapping[str, Any]]) -> list[Response]:
    return [Response(str(row["id"]), row["program"], row["tests"]) for row in rows]


def _agree(made: Sequence[Any]) -> int:
    """Give how many responses pass tests that assert something, and are of one cluster."""
    clusters = Counter(
        each.agreement.cluster
        for each in made
        if each.tried.shows and not each.tried.reached <= each.tried.weak
    )
    return max(clusters.values(), default=0)


def _forget(judged: Path, fingerprint: Mapping[str, Any]) -> None:
    """Remove what was judged of another input: the stage's folder is its own."""
    known = judged.with_name(f"{judged.name}.run") / "config.json"
    if known.exists() and read_json(known).get("source") != orjson.loads(orjson.dumps(fingerprint)):
        shutil.rmtree(judged.parent)
