"""The inventory: which concepts there are, how often they were named, and how often they are used.

A concept that everybody names is used in no more rows than the cap says: the first ones, in the rows' order.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson

from reweave.align.chain.naming import normalise
from reweave.storage.atomic import atomic_file


class Inventory:
    """Counts concepts as rows go by.

    Args:
        cap: In how many rows a concept is used at most; 0: in any number.
    """

    def __init__(self, cap: int = 0) -> None:
        self._cap = cap
        self._named: Counter[str] = Counter()
        self._used: Counter[str] = Counter()

    def take(self, concepts: Iterable[str], most: int) -> tuple[list[str], int]:
        """Give those of a row's concepts that it may use, each once, under their one names.

        Args:
            concepts: As they were named.
            most: How many it may use.

        Returns:
            The concepts, and how many the cap has left out.
        """
        names = [name for name in dict.fromkeys(map(normalise, concepts)) if name]
        self._named.update(names)
        free = [name for name in names if not self._cap or self._used[name] < self._cap]
        return free[:most], len(names) - len(free)

    def use(self, concepts: Iterable[str]) -> None:
        """Count the concepts of a row that is kept."""
        self._used.update(concepts)

    def write(self, path: Path) -> None:
        """Write the inventory as JSON lines, the most named first, whole or not at all."""
        with atomic_file(path) as file:
            for name, named in sorted(self._named.items(), key=lambda item: (-item[1], item[0])):
                row = {"concept": name, "named": named, "used": self._used[name]}
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
