r"""Tells code from structure in forms without counts: a backslash in front of lines that look like marks.

A line that is a mark behind any number of backslashes gets one more, and gives it back on reading, so
that escaping is lossless, needs no second rule for itself, and touches almost no real code.
"""

import re
from collections.abc import Callable


def escaper(mark: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    r"""The functions that escape and unescape every line of a text that begins with a pattern.

    Args:
        mark: A regular expression; end it with ``$`` to mean whole lines.

    >>> escape, unescape = escaper("END$")
    >>> print(escape("END\n\\END\nENDED"))
    \END
    \\END
    ENDED
    """
    # In MULTILINE mode ^ and $ stand at \n only, as our lines do.
    add = re.compile(rf"^(?=\\*(?:{mark}))", re.MULTILINE)
    drop = re.compile(rf"^\\(?=\\*(?:{mark}))", re.MULTILINE)
    return (lambda text: add.sub(r"\\", text)), (lambda text: drop.sub("", text))
