"""How many responses are asked for: rounds that end once enough of them pass and agree.

What passes and agrees is for others to say: `Agreeing` is handed in by whoever runs programs. Its word is
kept in a file, so that a stage that was killed runs no program twice.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from reweave.align.stage import Row

Agreeing = Callable[[Sequence[Sequence[Row]]], Sequence[int]]
"""Takes the responses so far of some instructions; gives, for each, how many pass and agree with each other.

The same responses must get the same number, or a run would not come out the same.
"""


class Decisions:
    """What `Agreeing` has said, from a file that grows.

    Args:
        path: The file.
        agreeing: Who is asked; None: nobody, and nothing is ever decided.
    """

    def __init__(self, path: Path, agreeing: Agreeing | None) -> None:
        self._path, self._agreeing = path, agreeing
        self._known: dict[str, int] = {}
        if path.exists():
            whole = path.read_bytes()
            whole = whole[: whole.rfind(b"\n") + 1]  # a kill may have torn the last line
            path.write_bytes(whole)
            for line in whole.splitlines():
                key, count = orjson.loads(line)
                self._known[key] = count

    def counts(self, groups: Sequence[Sequence[Row]]) -> list[int]:
        """Give how many of each group's responses pass and agree."""
        if self._agreeing is None:
            return [0] * len(groups)
        keys = [_key(group) for group in groups]
        new = [place for place, key in enumerate(keys) if key not in self._known]
        if new:
            counts = list(self._agreeing([groups[place] for place in new]))
            with self._path.open("ab") as file:
                for place, count in zip(new, counts, strict=True):
                    self._known[keys[place]] = count
                    file.write(orjson.dumps([keys[place], count], option=orjson.OPT_APPEND_NEWLINE))
        return [self._known[key] for key in keys]


def _key(group: Sequence[Row]) -> str:
    shown = [[row["instruction_id"], row["sample"], row["program"], row["tests"]] for row in group]
    return hashlib.sha256(orjson.dumps(shown)).hexdigest()[:32]
