"""Work done once in the zygote so that no sample has to: what the interpreter builds when it is first needed.

A parser's tables, specialised bytecode, cached attributes: what is written after a fork is written to copied
pages, each of which costs more than the work itself.
"""

import os

from . import calls, channel, program

TIMES = 20  # the interpreter specialises a function after a few runs

_PROGRAM = '''
from typing import Dict, List, Optional, Tuple
import math

class Pair:
    def __init__(self, a: int, b: int) -> None:
        self.a, self.b = a, b

def solve(numbers: List[int], word: str = "a", *rest: float, **named: object) -> Optional[Tuple[int, ...]]:
    """Sort, count, slice, format.

    >>> solve([1])
    """
    seen: Dict[str, int] = {}
    for index, letter in enumerate(word.lower().split()):
        seen[letter] = seen.get(letter, 0) + index
    total = sum(number * 2 for number in sorted(numbers, key=lambda number: -number) if number % 2 == 0)
    while total > 10 and not rest:
        total -= len([letter for letter in word if letter in "aeiou"]) or 1
    try:
        return tuple(set(numbers)) + (max(total, 0), int(math.sqrt(abs(total))), f"{total:d}" != "")
    except (ValueError, IndexError) as error:
        raise KeyError(str(error)) from error
'''


def up():
    """Run a small program as a sample would, again and again, and leave nothing of it but the warmth."""
    body = {
        "program": _PROGRAM,
        "calls": [("solve", [[3, 1, 2], "a b a"], {}), ("solve", [None], {})],
    }
    file = os.memfd_create(
        "reweave-warm"
    )  # tempfile would bring four libraries along, to be forked each time
    for _ in range(TIMES):
        os.ftruncate(file, 0)
        calls.run(body, channel.Channel(file, 1 << 20))
    os.close(file)
    program.forget()
