"""A program made ready for sampling: its units as bits, and what falls when a unit is deleted.

A *state* is an integer whose bit i says that unit i is still there. Deleting is `Plan.fall`, choosing is
`Plan.pick`, and both are pure: the sampler may run ahead of the checker and step back.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress
from typing import NamedTuple

from reweave.edits.stream import Stream
from reweave.edits.structure import Structure
from reweave.records import Diagnostic

_LINE_NUMBER = re.compile(r"\bline (\d+)")
_BITS = bytes(int(byte == ord("1")) for byte in range(256))

# A pick draws from a table that may hold units deleted since it was made. After this many misses in a row
# it is made anew, which keeps the work a pick at a few draws and the making linear over a whole path.
_MISSES = 4


class Table(NamedTuple):
    """Units to pick from, with the running sums of their weights."""

    units: Sequence[int]
    sums: Sequence[int]


class Plan:
    """One program, its units, and the clauses between them.

    Args:
        structure: Units and blocks.
        clauses: Pairs (unit, mask): the unit falls when no unit of the mask is left.
    """

    __slots__ = (
        "block_end", "blocks", "full", "head", "parents", "pickable", "size", "structure", "table", "tail",
        "texts", "watch",
    )  # fmt: skip

    def __init__(self, structure: Structure, clauses: Iterable[tuple[int, int]]) -> None:
        lines, starts = structure.lines, structure.starts
        count = len(structure)
        self.structure = structure
        self.texts = ["".join(lines[starts[unit] : starts[unit + 1]]) for unit in range(count)]
        self.head = "".join(lines[: starts[0]])
        self.tail = "".join(lines[starts[-1] :])
        self.size = sum(map(len, lines))
        self.full = (1 << count) - 1
        self.pickable = self.full
        for unit, weight in enumerate(structure.weights):
            if not weight:
                self.pickable ^= 1 << unit
        self.parents = structure.parents
        self.block_end = structure.block_end
        self.blocks = [(1 << end) - (1 << unit) for unit, end in enumerate(structure.block_end)]
        self.watch: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for clause in clauses:
            owner, mask = clause
            if not mask >> owner & 1:
                for unit in _units(mask):
                    self.watch[unit].append(clause)
        self.table = self.make_table(self.full)

    def make_table(self, state: int) -> Table:
        """Return the units of a state that may be picked, with their weights summed up."""
        weights = self.structure.weights
        units = [unit for unit in _units(state) if weights[unit]]
        return Table(units, list(accumulate(weights[unit] for unit in units)))

    def text(self, state: int) -> str:
        """Return the program text of a state."""
        kept = compress(self.texts, bin(state)[:1:-1].encode().translate(_BITS))
        return f"{self.head}{''.join(kept)}{self.tail}"

    def pick(self, state: int, table: Table, stream: Stream, draw: int) -> tuple[int, Table, int]:
        """Pick a unit by weight, of a state that has one to pick.

        Returns:
            The unit, the table to use from now on, and the number of the next draw.
        """
        draws = stream.draws
        misses = 0
        while True:
            units, sums = table
            if draw >= len(draws):
                stream.grow()
            unit = units[bisect_right(sums, draws[draw] * sums[-1] >> 64)]
            draw += 1
            if state >> unit & 1:
                return unit, table, draw
            misses += 1
            if misses % _MISSES == 0:
                table = self.make_table(state)

    def fall(self, state: int, units: Iterable[int]) -> int:
        """Delete the blocks of units, and all that cannot stand without them; return the new state."""
        blocks, block_end, watch = self.blocks, self.block_end, self.watch
        stack = list(units)
        while stack:
            unit = stack.pop()
            dead = blocks[unit] & state
            if not dead:
                continue
            state ^= dead
            for lost in range(unit, block_end[unit]):
                if dead >> lost & 1:
                    for owner, mask in watch[lost]:
                        if not mask & state and state >> owner & 1:
                            stack.append(owner)
        return state

    def located(
        self, diagnostics: Iterable[Diagnostic], state: int
    ) -> list[tuple[int, tuple[int, str, str]]]:
        """Return each diagnostic's unit (-1: none) and its key: source line, code, message.

        Line numbers inside messages are carried over to the program's, so that the same complaint about
        two states has the same key.
        """
        starts = self.structure.starts
        kept = _units(state)
        # Where each unit that is left begins in the state's text, and where the last one ends.
        begins = list(accumulate((starts[unit + 1] - starts[unit] for unit in kept), initial=starts[0]))
        kept.append(len(self.texts))

        def place(line: int) -> tuple[int, int]:
            index = bisect_right(begins, line - 1) - 1
            if index < 0:
                return -1, max(line, 0)
            unit = kept[index]
            source = starts[unit] + line - begins[index]
            if unit == len(self.texts):
                return -1, source if source <= len(self.structure.lines) else 0
            return unit, source

        found = []
        for diagnostic in diagnostics:
            message = diagnostic.message
            if "line " in message:
                message = _LINE_NUMBER.sub(lambda match: f"line {place(int(match[1]))[1]}", message)
            unit, line = place(diagnostic.line)
            found.append((unit, (line, diagnostic.code, message)))
        return found

    def inserted_at(self, states: Sequence[int]) -> tuple[int, ...]:
        """Turn a path's states, first deletion first, into the edit that inserts each line."""
        starts = self.structure.starts
        count = len(self.structure.lines)
        rest = starts[0] > 0 or starts[-1] < count or states[-1] != 0
        edit = len(states) - (not rest)
        at = [0] * count
        before = self.full
        for state in states:
            for unit in _units(before ^ state):
                for line in range(starts[unit], starts[unit + 1]):
                    at[line] = edit
            before = state
            edit -= 1
        return tuple(at)


def _units(mask: int) -> list[int]:
    """Return the positions of a mask's bits."""
    return list(compress(range(mask.bit_length()), bin(mask)[:1:-1].encode().translate(_BITS)))
