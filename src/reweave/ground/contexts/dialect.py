"""What separates the fields of a text: tried on its first records, with what is quoted kept whole.

The header counts: the right separator gives most records as many fields as it, or one more, as where rows
have names or end with a separator.
"""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice

SEPARATORS = (",", "\t", ";", "|")
_RECORDS = 200
_CHARACTERS = 4 << 20  # enough for a header of many thousand names
_LEAST = 0.5  # of the records must fit, for another separator than the usual one


@dataclass(frozen=True, slots=True)
class Dialect:
    """The first records of a text, taken apart.

    Attributes:
        separator: Between fields.
        header: The first record.
        widths: How many fields the records after it have: how often each number.
        first: Fields of the first record after the header; 0 where there is none.
    """

    separator: str
    header: tuple[str, ...]
    widths: Counter[int]
    first: int

    @property
    def usual(self) -> int:
        """How many fields most records have; as many as the header where there is none."""
        if not self.widths:
            return len(self.header)
        return max(self.widths, key=lambda width: (self.widths[width], -width))

    @property
    def fit(self) -> float:
        """The share of records with as many fields as the header, or with one more; 0 for a single field."""
        if len(self.header) < 2:
            return 0.0
        if not self.widths:
            return 1.0
        width = len(self.header)
        return max(self.widths[width], self.widths[width + 1]) / self.widths.total()


def sniff(data: bytes, encoding: str, usual: str) -> Dialect:
    """Find the separator.

    Args:
        data: A whole file that decodes.
        encoding: Its encoding.
        usual: The separator that its name promises.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(data[: 4 * _CHARACTERS])[:_CHARACTERS]
    cut = len(text) == _CHARACTERS
    tried = [_take_apart(text, separator, cut=cut) for separator in SEPARATORS]
    best = max(tried, key=lambda each: (each.fit, each.separator == usual))
    promised = next(each for each in tried if each.separator == usual)
    return best if best.fit >= _LEAST else promised


def _take_apart(text: str, separator: str, *, cut: bool) -> Dialect:
    records: list[list[str]] = []
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        records += islice((record for record in lines if record), _RECORDS)
    except csv.Error:  # a field of more than 128 KiB: what came before it will do
        cut = False
    if cut and 1 < len(records) < _RECORDS:
        records.pop()  # the text ends within it
    if not records:
        return Dialect(separator, (), Counter(), 0)
    rows = records[1:]
    return Dialect(separator, tuple(records[0]), Counter(map(len, rows)), len(rows[0]) if rows else 0)
