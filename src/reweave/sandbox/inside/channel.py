"""Where a sample writes what it found: a file of its own that the trusted side reads when the sample is gone.

The file begins with a counter of assertions reached (eight bytes, little-endian), so that the count survives
whatever ends the process; frames of plain data follow.
"""

import mmap
import os
import struct

from . import frames, plain

HEADER = 8


class Channel:
    """The result file, from the sample's side.

    Args:
        descriptor: The result file, empty, opened for reading and writing; None for the code side of a pair.
        limit: Bytes of results allowed.
        ask, answer: For a proxy pair, the pipe to write to and the pipe to read from; else None.
    """

    def __init__(self, descriptor, limit, ask=None, answer=None):
        self.descriptor = descriptor
        self.limit = limit
        self.ask = ask
        self.answer = answer
        self.reached = 0
        self._marked = set()
        self._counter = None
        if descriptor is not None:
            os.lseek(descriptor, HEADER, os.SEEK_SET)

    def write(self, record):
        """Append one record of plain data. Raises ``plain.NotPlain``; nothing is then written."""
        frames.write_all(
            self.descriptor,
            frames.pack(plain.encode(record, limit=self.limit, items=plain.items_in(self.limit))),
        )

    def mark_assertion(self, line):
        """Note, once, that the assertion that stands in this line of the tests was reached."""
        if line not in self._marked:
            self._marked.add(line)
            self.write(("line", line))

    def count_assertion(self, line=None):
        """Note that one more assertion was reached; in which line of the tests, where that is known."""
        if line is not None:
            self.mark_assertion(line)
        self.reached += 1
        if self._counter is None:
            os.pwrite(self.descriptor, bytes(HEADER), 0)
            self._counter = mmap.mmap(self.descriptor, HEADER)
        struct.pack_into("<Q", self._counter, 0, self.reached)

    def end(self, reason, detail=""):
        """Write the record that says the work came to its end; what is covered follows it, or nothing."""
        self.write(("end", reason, detail[:2000]))


def read(data, most=None):
    """Give (assertions reached, at most ``most`` payloads) of a result file, for the trusted side."""
    if len(data) < HEADER:
        return 0, []
    (reached,) = struct.unpack_from("<Q", data, 0)
    return reached, frames.unpack(data, HEADER, most)
