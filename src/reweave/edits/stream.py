"""The random stream of one path: a counter-based generator keyed by seed, record and path.

Draws depend on nothing else, so a path comes out the same whatever the number of workers, the size of a
batch, or how often the run was killed, and any draw can be repeated from its number.
"""

from hashlib import blake2b
from struct import Struct

_EIGHT = Struct("<8Q")


class Stream:
    """A sequence of 64-bit draws: draw k is word k mod 8 of BLAKE2b-512 of the key and k div 8.

    >>> Stream(1, "a", 0).below(0, 10) == Stream(1, "a", 0).below(0, 10)
    True
    """

    __slots__ = ("_key", "draws")

    def __init__(self, seed: int, record: str, path: int) -> None:
        self._key = f"{seed}\0{record}\0{path}\0".encode("utf-8", "surrogatepass")
        self.draws: list[int] = []

    def grow(self) -> None:
        """Make the next eight draws available in ``draws``."""
        self.draws += _EIGHT.unpack(blake2b(b"%b%d" % (self._key, len(self.draws) >> 3)).digest())

    def below(self, k: int, bound: int) -> int:
        """Return draw k as an integer in [0, bound). The bias is below bound / 2**64."""
        while k >= len(self.draws):
            self.grow()
        return self.draws[k] * bound >> 64
