"""A whole run of ``reweave ground variants``: grounded rows in, one training file a form out.

First every row is read and judged, into ``DIR/rows.jsonl`` and the run directory beside it: read = kept +
rejected + failed. Then the files are written from that, and last the manifest. Killed at any moment and
started again, it ends with the same bytes.
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.errors import InputError, MissingExtraError, RowError, RunError
from reweave.ground.counts import Counts
from reweave.ground.reading import read_row
from reweave.ground.variants import files
from reweave.ground.variants.config import VariantsConfig
from reweave.ground.variants.lengths import Lengths
from reweave.ground.variants.replay import Replay, draw_replay
from reweave.ground.variants.rows import prepared
from reweave.ground.variants.template import Template, load_template
from reweave.records import Reject
from reweave.storage import Run, Source, open_source
from reweave.storage.manifest import read_json

_CHECKPOINT_SECONDS = 1.0
_LINE = orjson.OPT_APPEND_NEWLINE
_SHOWN: Sequence[str] = ("context", "intent", "code", "raw")


@dataclass(frozen=True, slots=True)
class Variants:
    """What a run made.

    Attributes:
        folder: DIR.
        manifest: As it is written.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
    """

    folder: Path
    manifest: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    was_complete: bool = False

    @property
    def counts(self) -> Counts:
        """What became of the rows."""
        return Counts.from_json(self.manifest["rows"])

    @property
    def rejects(self) -> Path:
        """The file of rows that are not kept, with the reasons."""
        return self.folder / f"{files.ROWS}.run" / "rejects.jsonl"


def make_variants(
    sources: Sequence[str],
    out: Path,
    config: VariantsConfig,
    *,
    report: Callable[[int], None] | None = None,
) -> Variants:
    """Make training files of grounded rows, or go on with a run that was stopped.

    Args:
        sources: What `reweave.storage.open_source` takes, one after the other.
        out: The folder.
        config: How.
        report: Called now and then with the rows read.

    Raises:
        InputError: A source, the template or the tokenizer cannot be read.
        RunError: The folder belongs to another run, or cannot be written.
        MissingExtraError: Values hold arrays or frames and the extra ``data`` is not installed, or tokens
            are to be counted without ``train``.
    """
    if not sources:
        raise InputError("no grounded rows: name the output of reweave ground trace")
    template = load_template(config.template)
    lengths = Lengths(config.model, config.max_tokens) if config.model is not None else None
    opened = [open_source(source) for source in sources]
    _refuse_strangers(out, config)
    told: dict[str, Any] = {
        "settings": config.identity(),
        "template_sha256": template.sha256,
        "tokenizer": None if lengths is None else lengths.identity(),
        "replay": _fingerprints(open_source(str(file)) for file in config.replay),
    }
    with Run.open(
        out / files.ROWS,
        config=told,
        source=_fingerprints(opened),
        context={"input": list(sources)},
        versions={"reweave": __version__, "python": platform.python_version()},
    ) as run:
        notes = tuple(note for each in opened for note in each.notes) + run.notes
        if run.manifest is None:
            writer = _Writer(run, config, template, lengths)
            rows = islice((raw for each in opened for raw in each.rows()), config.limit or None)
            for raw in islice(rows, run.next, None):
                writer.add(raw)
                if writer.checkpoint() and report is not None:
                    report(run.next)
            run.finish(writer.counts.to_json())
        elif (done := _done(out)) is not None:
            return Variants(out, done, notes, was_complete=True)
        assert run.manifest is not None
        counts = run.manifest.statistics
        replay = Replay()
        if config.replay:
            replay = draw_replay(config.replay, counts["kept"], config.replay_share, config.seed, lengths)
        forms = files.write_forms(out, config.forms, config.leakage, replay, config.seed, counts["kept"])
        manifest = {
            "format": 1,
            **told,
            "sources": _fingerprints(opened),
            "rows": counts,
            "forms": forms,
            "replay": {"sources": told["replay"], **replay.told(counts["kept"])} if config.replay else None,
        }
        files.write_manifest(out, manifest, replay)
    if len(replay.rows) < replay.wanted:
        notes = (*notes, f"replay has {len(replay.rows):,} usable rows, and {replay.wanted:,} are asked for")
    return Variants(out, manifest, notes)


def _fingerprints(sources: Iterable[Source]) -> dict[str, Any]:
    """Tell inputs from others, by their numbers."""
    return {str(number): source.fingerprint() for number, source in enumerate(sources)}


def _refuse_strangers(out: Path, config: VariantsConfig) -> None:
    """Leave alone what lies where a new run's files would go."""
    if (out / f"{files.ROWS}.run").exists():
        return
    for name in (*(f"{form}.jsonl" for form in config.forms), files.MANIFEST):
        if (out / name).exists():
            raise RunError(f"{out / name} exists and no run made it: choose another folder, or move it away")


def _done(out: Path) -> dict[str, Any] | None:
    """Give the manifest where all is there that it describes."""
    if not (out / files.MANIFEST).exists():
        return None
    manifest = read_json(out / files.MANIFEST)
    return manifest if files.is_whole(out, manifest) else None


class _Writer:
    """Judges rows, and gathers what came of them into checkpoints."""

    def __init__(self, run: Run, config: VariantsConfig, template: Template, lengths: Lengths | None) -> None:
        self._run = run
        self._judging = (config, template, lengths)
        self.counts = Counts.from_json(run.state["counts"]) if run.state else Counts()
        self._last = time.monotonic()

    def add(self, raw: bytes | RowError) -> None:
        """Write what came of a row."""
        number = self._run.next
        name, row, error = read_row(raw, number)
        kept = line = b""
        outcome = "rejected"
        if error is None:
            try:
                kept = orjson.dumps(prepared(name, row, *self._judging), option=_LINE)
            except RowError as wrong:
                error = wrong
            except MissingExtraError:
                raise
            except Exception as wrong:  # noqa: BLE001 - one row must not lose the others
                error, outcome = RowError("defect", f"a defect in reweave: {wrong!r}"), "failed"
        if error is not None:
            shown = {key: row[key] for key in _SHOWN if key in row}
            reject = Reject(name, outcome, error.reason, error.detail, shown)
            line = orjson.dumps({"index": number, **asdict(reject)}, option=_LINE)
            self.counts.rejects[outcome, error.reason] += 1
        self.counts.kept += bool(kept)
        self.counts.read += 1
        self._run.append(kept, line, 1)

    def checkpoint(self) -> bool:
        """Make what was written lasting, where that is due; say whether it was."""
        if time.monotonic() - self._last < _CHECKPOINT_SECONDS:
            return False
        self._run.checkpoint({"counts": self.counts.to_json()})
        self._last = time.monotonic()
        return True
