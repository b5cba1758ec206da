"""Whether a hash table over untrusted keys is cheap to build.

Whoever writes the bytes chooses the keys' hashes: ints that are equal modulo 2**61 - 1 share theirs, and so
do tuples and frozensets of such ints. Every two keys of one hash are compared, frozensets by looking each
element up again; nested, that is exponential in the depth. Keys of different hashes are never compared. So
before a table is built, the comparisons that its equal hashes will cost are added up and charged to a budget.
Strings and bytes have secret hashes, and are not looked at.

Not bounded here: keys of different hashes that are chosen so that the table's probing meets the others'
places. Such a key costs at most a comparison of two words for each key there.
"""

from itertools import islice
from operator import eq

BUDGET = 4000000  # comparisons of small values in one decoding: a fraction of a second
_SMALL = 256
_FREE = frozenset((str, bytes, bool, type(None)))


class Costly(Exception):  # noqa: N818 - named for what the keys are
    """The keys would cost more comparisons than the budget has."""


class Budget:
    """What hash tables may still cost."""

    __slots__ = ("left",)

    def __init__(self):
        self.left = BUDGET

    def charge(self, keys):
        """Pay for a table over ``keys``, a list. Raises ``Costly``, or ``TypeError`` for what has no hash."""
        if _FREE.issuperset(map(type, keys)):
            return
        hashes = list(map(hash, keys))
        if len(keys) <= _SMALL:  # building this set costs at most _SMALL ** 2 / 2 probes
            if len(set(hashes)) == len(keys):
                return
        elif not any(map(eq, *_neighbours(sorted(hashes)))):
            return
        for run in _runs(hashes, keys):
            for key in run:
                self._pay((len(run) - 1) * self._cost(key))

    def _pay(self, cost):
        self.left -= cost
        if self.left < 0:
            raise Costly("too many keys of one hash")

    def _cost(self, key):
        """Bound what comparing ``key`` with one of its hash costs; looking is paid for as well."""
        self._pay(1)
        kind = type(key)
        if kind is tuple:
            return 1 + sum(map(self._cost, key))
        if kind is frozenset:
            elements = list(key)
            return 1 + sum(
                len(run) * sum(map(self._cost, run)) for run in _runs(list(map(hash, elements)), elements, 1)
            )
        if kind is int:
            return 1 + (key.bit_length() >> 10)
        if kind is str or kind is bytes:
            return 1 + (len(key) >> 6)
        if kind is float or kind is bool or key is None:
            return 1
        if kind is range or kind is slice:
            return 1 + sum(map(self._cost, (key.start, key.stop, key.step)))
        if hasattr(key, "payload"):  # Packed
            return 1 + self._cost(key.payload)
        return 5000  # Decimal, Fraction: comparing these with an int of many digits converts it


def _neighbours(ordered):
    return ordered, islice(ordered, 1, None)


def _runs(hashes, keys, least=2):
    """Give the groups of at least ``least`` keys that have one hash, without a hash table."""
    order = sorted(range(len(keys)), key=hashes.__getitem__)
    start = 0
    for stop in range(1, len(order) + 1):
        if stop == len(order) or hashes[order[stop]] != hashes[order[start]]:
            if stop - start >= least:
                yield [keys[i] for i in order[start:stop]]
            start = stop
