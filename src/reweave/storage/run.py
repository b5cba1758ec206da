"""The run directory: where a run keeps its work, and how it goes on after any kind of end.

Beside the output ``OUT`` lies ``OUT.run/``::

    config.json     the configuration that matters, the input's fingerprint, and the context (workers …)
    versions.json   which versions took part, and from which record on
    journal.jsonl   checkpoints (see `journal`)
    part*.jsonl     rows kept so far, plain; only until they take their final form
    rejects.jsonl   rejected and failed records, with reasons
    statistics.json, manifest.json   at the end; the manifest's existence means that the run is complete
    lock            see `lock`

Rows are appended to plain files; a checkpoint is a line that says how long they were. Killed at any moment
and started again, a run cuts the files back to the last checkpoint and goes on at its record, so the final
bytes are those of an undisturbed run. The output takes its name whole, at the end; shards do one by one.
Nothing here knows what a row holds.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reweave.errors import RunError
from reweave.storage.identity import identify, note_versions, refuse_occupied, through_json
from reweave.storage.journal import Checkpoint, Journal
from reweave.storage.layout import Layout, file_size, make_layout
from reweave.storage.lock import RunLock
from reweave.storage.manifest import Manifest, read_manifest, write_manifest
from reweave.storage.outputs import describe, make_target
from reweave.storage.parts import PartFile, WriteFailedError

_NEWLINE = 10


class Run:
    """A run that is being written, held by a lock. Made by `Run.open`, used in a ``with`` block.

    Attributes:
        out: The output: a file, or a folder of shards.
        folder: The run directory.
        notes: What a person should know, such as versions that changed.
    """

    def __init__(self, layout: Layout) -> None:
        self.out = layout.out
        self.folder = layout.folder
        self.notes: tuple[str, ...] = ()
        self._layout = layout
        self._lock = RunLock(self.folder / "lock")
        self._journal = Journal(self.folder / "journal.jsonl")
        self._at = Checkpoint()
        self._parts: dict[int, PartFile] = {}
        self._rejects: PartFile | None = None
        self._next = self._rows = self._reject_count = 0
        self._manifest: Manifest | None = None
        self._broken = ""

    @classmethod
    def open(
        cls,
        out: Path,
        *,
        config: Mapping[str, Any],
        source: Mapping[str, Any],
        context: Mapping[str, Any] | None = None,
        versions: Mapping[str, Any] | None = None,
        shard_records: int = 50_000,
        shard_suffix: str = ".jsonl.zst",
    ) -> Self:
        """Begin a run, or go on with it.

        Args:
            out: The output. ``.jsonl``, ``.jsonl.gz``, ``.jsonl.zst`` and ``.parquet`` are one file; a name
                without a suffix is a folder of shards.
            config: What decides the output's bytes. A restart with another is refused.
            source: The input's fingerprint. A restart over another is refused.
            context: What does not matter (workers, batch sizes); stored, not compared.
            versions: Of what takes part; stored, and a change is noted.
            shard_records: How many input records each shard covers.
            shard_suffix: The form of shards: ``.jsonl.zst``, ``.jsonl.gz`` or ``.jsonl``.

        Raises:
            RunError: Another configuration or input, an output that this run did not make, another process
                that writes it, damaged files.
            InputError: The output's name or a shard setting makes no sense.
        """
        layout = make_layout(out, shard_records, shard_suffix)
        identity: dict[str, Any] = {"config": config, "source": source}
        if layout.shard_records is not None:
            identity["shards"] = {"records": shard_records, "suffix": shard_suffix}
        run = cls(layout)
        try:
            if not run.folder.exists():
                refuse_occupied(layout)  # before anything is made
            with run._writing():
                run.folder.mkdir(parents=True, exist_ok=True)
            run._lock.acquire()
            with run._writing():
                identify(layout, identity, context or {})
                run._take_up()
                if not run.complete:
                    run.notes = tuple(filter(None, [note_versions(layout, versions or {}, run.next)]))
        except BaseException:
            run.close()
            raise
        return run

    @property
    def next(self) -> int:
        """The number of the record to go on with."""
        return self._next

    @property
    def state(self) -> dict[str, Any]:
        """What the caller gave at the last checkpoint, as JSON gives it back; empty at the beginning."""
        return self._at.state

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self._manifest is not None

    @property
    def manifest(self) -> Manifest | None:
        """What the run made, once it is complete."""
        return self._manifest

    @property
    def room(self) -> int:
        """How many records the next `append` may cover at most: an append does not cross shards."""
        size = self._layout.shard_records
        return sys.maxsize if size is None else size - self._next % size

    def append(self, kept: bytes, rejects: bytes, records: int) -> None:
        """Add what the next records gave, in their order.

        Args:
            kept: Lines of JSON, each with its newline; possibly none.
            rejects: The same for records that gave none.
            records: How many records this covers; at most `room`.

        Raises:
            RunError: Writing failed; the message says what, and where a restart goes on.
            ValueError: The bytes are no whole lines, or the records cross a shard's end.
        """
        if self.complete:
            raise RunError(f"{self.out} is complete: nothing can be added")
        if (kept and kept[-1] != _NEWLINE) or (rejects and rejects[-1] != _NEWLINE):
            raise ValueError("append takes whole lines, each with its newline")
        if not 0 < records <= self.room:
            raise ValueError(f"{records} records: there is room for 1 to {self.room} before the shard's end")
        with self._writing():
            self._part(self._layout.shard(self._next)).write(kept)
            self._reject_file().write(rejects)
            self._next += records
            self._rows += kept.count(b"\n")
            self._reject_count += rejects.count(b"\n")

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Make what was appended lasting; shards that are full take their final form.

        This waits for the disk: every few seconds is often enough.

        Args:
            state: The caller's own, of what JSON can hold; `state` when the run is taken up from here.

        Raises:
            RunError: Writing failed; the message says what, and where a restart goes on.
        """
        if self.complete:
            raise RunError(f"{self.out} is complete: there is nothing to checkpoint")
        with self._writing():
            self._write_checkpoint(state, None)
            self._seal_full()

    def finish(self, statistics: Mapping[str, Any]) -> Manifest:
        """Bring the output into its final form and write the manifest, last.

        Needs no checkpoint before. A run that is killed in here is finished by the next `open`.

        Raises:
            RunError: Writing failed, or something else has appeared where the output goes.
        """
        if self._manifest is not None:
            return self._manifest
        if self._layout.shard_records is None and self.out.exists():
            raise RunError(
                f"{self.out} has appeared since the run began and is not of its making: move it away"
            )
        with self._writing():
            self._write_checkpoint(self._at.state, through_json(statistics))
            return self._finalise()

    def close(self) -> None:
        """Give up the lock. What came after the last checkpoint is done again by the next start."""
        for part in self._parts.values():
            part.close()
        if self._rejects is not None:
            self._rejects.close()
        self._broken = self._broken or "the run is closed"
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_up(self) -> None:
        """Go back to the last checkpoint that fits the files."""
        self._manifest = read_manifest(self.folder)
        if self._manifest is not None:
            _check_outputs(self._manifest, self._layout)
            self._next = self._manifest.records
            self._layout.remove_parts()  # left by a kill just after the manifest was written
            return
        fitting = ((at, end) for at, end in reversed(self._journal.read()) if self._layout.fits(at))
        self._at, end = next(fitting, (self._at, 0))
        made_some = self._at.statistics is not None or (self._layout.shard_records is not None and end > 0)
        if not made_some and self._layout.occupied():
            raise RunError(
                f"{self.out} exists, but {self.folder} has no record of making it: move one of them away"
            )
        self._journal.cut(end)
        self._next, self._rows, self._reject_count = self._at.next, self._at.rows, self._at.rejects
        sizes = {number: size for number, size in self._at.parts if self._layout.part(number).exists()}
        self._layout.remove_parts(keep=sizes)
        self._parts = {number: PartFile(self._layout.part(number), size) for number, size in sizes.items()}
        self._rejects = PartFile(self.folder / "rejects.jsonl", self._at.reject_bytes)
        if self._at.statistics is not None:
            self._finalise()
        else:
            self._seal_full()

    def _part(self, number: int) -> PartFile:
        if number not in self._parts:
            self._parts[number] = PartFile(self._layout.part(number), 0)
        return self._parts[number]

    def _reject_file(self) -> PartFile:
        if self._rejects is None:
            self._rejects = PartFile(self.folder / "rejects.jsonl", 0)
        return self._rejects

    def _write_checkpoint(self, state: Mapping[str, Any], statistics: dict[str, Any] | None) -> None:
        if self._layout.shard_records is None:
            self._part(0)  # an output without rows is still a file
        for part in (*self._parts.values(), self._reject_file()):
            part.sync()
        checkpoint = Checkpoint(
            next=self._next,
            parts=[[number, part.size] for number, part in sorted(self._parts.items())],
            reject_bytes=self._reject_file().size,
            rows=self._rows,
            rejects=self._reject_count,
            state=dict(state),
            statistics=statistics,
        )
        # Once a part is sealed, older lines do not fit any more: then this one must be on the disk.
        full = any(number < self._layout.shard(self._next) for number in self._parts)
        self._journal.append(checkpoint, sync=full or statistics is not None)
        self._at = checkpoint

    def _seal_full(self) -> None:
        for number in sorted(self._parts):
            if number < self._layout.shard(self._next):
                self._seal(number)
                self._layout.part(number).unlink(missing_ok=True)

    def _seal(self, number: int) -> list[str]:
        part, target = self._parts.pop(number), self._layout.target(number)
        part.close()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            return make_target(part.path, target, self._layout.suffix)
        except OSError as error:
            raise WriteFailedError(target, part.size, error) from error

    def _finalise(self) -> Manifest:
        if self._layout.shard_records is not None:
            self.out.mkdir(parents=True, exist_ok=True)
        json_columns = [column for number in sorted(self._parts) for column in self._seal(number)]
        self._manifest = Manifest(
            records=self._next,
            rows=self._rows,
            rejects=self._reject_count,
            outputs=tuple(describe(path, self.out.parent) for path in self._layout.targets(self._next)),
            json_columns=tuple(json_columns),
            statistics=self._at.statistics or {},
        )
        write_manifest(self.folder, self._manifest)
        self._layout.remove_parts()
        return self._manifest

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn a failed write into one sentence, and let nothing be written after it."""
        if self._broken:
            raise RunError(self._broken)
        try:
            yield
        except (WriteFailedError, OSError) as error:
            self._broken = f"{error}. Started again, the run goes on from record {self._at.next}"
            raise RunError(self._broken) from error
        except BaseException:  # an interrupt may have come between two writes that belong together
            self._broken = (
                f"a write was interrupted. Started again, the run goes on from record {self._at.next}"
            )
            raise


def _check_outputs(manifest: Manifest, layout: Layout) -> None:
    for output in manifest.outputs:
        size = file_size(layout.out.parent / output.name)
        if size != output.bytes:
            found = f"has {size:,} bytes instead of {output.bytes:,}" if size >= 0 else "is gone"
            raise RunError(
                f"the run is complete but {output.name} {found}: delete {layout.folder} to begin anew"
            )
