"""Replay: rows of original code between the grounded ones, so that a model does not forget how to write it.

Read as ``reweave train sft`` reads plain rows: a completion, or a newline and a program. Which are taken and
where they stand is drawn by the seed, the same for every form; they are the same bytes in each. The share is
one of rows; where there are too few, all are taken, once.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reweave.errors import RowError
from reweave.ground.variants.lengths import Lengths
from reweave.model_folder import ModelFormat
from reweave.records import Reject
from reweave.storage import read_rows
from reweave.train.examples import Example, make_examples


@dataclass(frozen=True, slots=True)
class Replay:
    """What was drawn.

    Attributes:
        rows: In the order in which they stand, as they are written.
        tokens: Of each: of the prompt, and of the completion; empty where nobody counts.
        read: How many rows there were.
        usable: How many of them could be taken.
        wanted: How many the share asks for.
        rejects: The others, with the reason.
    """

    rows: Sequence[dict[str, Any]] = ()
    tokens: Sequence[tuple[int, int]] = ()
    read: int = 0
    usable: int = 0
    wanted: int = 0
    rejects: Sequence[Reject] = ()

    def told(self, grounded: int) -> dict[str, Any]:
        """Give what the manifest says."""
        total = grounded + len(self.rows)
        return {
            "read": self.read,
            "usable": self.usable,
            "reasons": dict(sorted(Counter(each.reason for each in self.rejects).items())),
            "wanted": self.wanted,
            "taken": len(self.rows),
            "share_of_rows": round(len(self.rows) / total, 4) if total else None,
            "tokens": {
                "prompt": sum(prompt for prompt, _ in self.tokens),
                "completion": sum(trained for _, trained in self.tokens),
            }
            if self.tokens
            else None,
        }


@dataclass(slots=True)
class _Found:
    """Counts what goes by."""

    usable: int = 0
    rejects: list[Reject] = field(default_factory=list)


def draw_replay(
    files: Sequence[Path], grounded: int, share: float, seed: int, lengths: Lengths | None
) -> Replay:
    """Draw rows of replay.

    Args:
        files: Where from.
        grounded: How many rows they join.
        share: Theirs of all rows.
        seed: Of the draw.
        lengths: Counts tokens, and refuses what is too long; None where nobody asks.

    Raises:
        InputError: A file cannot be read.
    """
    wanted = round(grounded * share / (1 - share))
    found = _Found()
    drawn = heapq.nsmallest(wanted, _usable(files, found, seed, lengths), key=lambda each: each[0])
    return Replay(
        rows=[_row(example) for _, example, _ in drawn],
        tokens=[counts for _, _, counts in drawn if counts is not None],
        read=found.usable + len(found.rejects),
        usable=found.usable,
        wanted=wanted,
        rejects=found.rejects,
    )


def places(grounded: int, replayed: int, seed: int) -> list[bool]:
    """Give for each row of a file whether it is one of replay; the same for every form.

    >>> sum(places(3, 5, 1))
    5
    """
    drawn = [
        (_draw("place", seed, f"{of}{number}"), of)
        for of, count in ((False, grounded), (True, replayed))
        for number in range(count)
    ]
    return [of for _, of in sorted(drawn)]


def _usable(
    files: Sequence[Path], found: _Found, seed: int, lengths: Lengths | None
) -> Iterator[tuple[tuple[bytes, int], Example, tuple[int, int] | None]]:
    what = ModelFormat(writes="program")
    for file in files:
        for number, example in enumerate(make_examples(read_rows(file), what, found.rejects)):
            counts = None
            try:
                if not example.completion.strip():
                    raise RowError("no-code", "there is nothing to write")  # noqa: TRY301 - they end alike
                if what.marker in example.completion:
                    raise RowError("holds-marker", f"its completion holds {what.marker}")  # noqa: TRY301
                if lengths is not None:
                    prompts, trained = lengths.of({"replay": example.prompt}, example.completion)
                    counts = (prompts["replay"], trained)
            except RowError as error:
                found.rejects.append(Reject(example.id, "rejected", error.reason, error.detail))
                continue
            found.usable += 1
            text = f"{example.id}\0{example.prompt}\0{example.completion}"
            yield (_draw("take", seed, text), number), example, counts


def _row(example: Example) -> dict[str, Any]:
    return {
        "id": f"replay:{example.id}",
        "prompt": example.prompt,
        "completion": example.completion,
        "form": "none",
        "leakage": "none",
        "replay": True,
    }


def _draw(what: str, seed: int, text: str) -> bytes:
    return hashlib.blake2b(f"{what}\0{seed}\0{text}".encode(errors="surrogatepass"), digest_size=16).digest()
