"""Where a run's files lie, and which of them a restart can trust."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from reweave.errors import InputError
from reweave.storage.journal import Checkpoint
from reweave.storage.outputs import SHARD_SUFFIXES, output_suffix


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a run's files.

    Attributes:
        out: The output: a file, or a folder of shards.
        suffix: The form of the file, or of each shard.
        shard_records: How many input records a shard covers; None where the output is one file.
    """

    out: Path
    suffix: str
    shard_records: int | None

    @property
    def folder(self) -> Path:
        """The run directory."""
        return run_folder(self.out)

    def shard(self, record: int) -> int:
        """The number of the part that a record belongs to."""
        return 0 if self.shard_records is None else record // self.shard_records

    def part(self, number: int) -> Path:
        """Where a part grows, as plain JSON lines."""
        return self.folder / ("part.jsonl" if self.shard_records is None else f"part-{number:05d}.jsonl")

    def target(self, number: int) -> Path:
        """Where a part goes in its final form."""
        return self.out if self.shard_records is None else self.out / f"part-{number:05d}{self.suffix}"

    def targets(self, records: int) -> list[Path]:
        """All finished files of a run over so many records."""
        count = 1 if self.shard_records is None else -(-records // self.shard_records)
        return [self.target(number) for number in range(count)]

    def fits(self, checkpoint: Checkpoint) -> bool:
        """Whether the files still hold what a checkpoint says."""
        if file_size(self.folder / "rejects.jsonl") < checkpoint.reject_bytes:
            return False
        for number, size in checkpoint.parts:
            # From this checkpoint on, the part may already have been brought into its final form.
            sealed = checkpoint.statistics is not None or number < self.shard(checkpoint.next)
            if file_size(self.part(number)) < size and not (sealed and self.target(number).exists()):
                return False
        return True

    def occupied(self) -> bool:
        """Whether something lies where the output goes."""
        if self.shard_records is not None and self.out.is_dir():
            return any(self.out.iterdir())
        return self.out.exists()

    def remove_parts(self, keep: Collection[int] = ()) -> None:
        """Remove part files, but for some."""
        kept = {self.part(number) for number in keep}
        for path in self.folder.glob("part*.jsonl"):
            if path not in kept:
                path.unlink()


def make_layout(out: Path, shard_records: int, shard_suffix: str) -> Layout:
    """Tell by the output's name whether it is one file or a folder of shards.

    Raises:
        InputError: The name or a shard setting makes no sense.
    """
    suffix = output_suffix(out)
    if suffix is not None:
        return Layout(out, suffix, None)
    if shard_suffix not in SHARD_SUFFIXES or shard_records < 1:
        raise InputError(f"shards are {', '.join(SHARD_SUFFIXES)}, of at least one record each")
    return Layout(out, shard_suffix, shard_records)


def run_folder(out: Path) -> Path:
    """The run directory that belongs to an output."""
    return out.with_name(out.name + ".run")


def file_size(path: Path) -> int:
    """The length of a file, -1 if it is missing."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
