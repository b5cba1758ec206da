"""The rule for variety: a program whose calls have been seen often enough adds nothing.

The sequence of a program's calls is, in the order of its text and a chain's last call first, the names it
calls, methods with a dot (``.sum``, ``.groupby``), without the functions that it defines itself. Rows of
one sequence are kept up to a number, the first ones of the input; a program that calls nothing has the empty
sequence, like all its kind. (Published is that programs must add variety of calls, not how that was told.)
"""

import ast
from collections import Counter

from reweave.curate.diversity import calls
from reweave.parsing import parse_quietly

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def sequence(program: str) -> tuple[str, ...]:
    """Give what a program calls.

    >>> sequence("def top(df):\\n    return df.nlargest(3, 'v')\\nbest = top(df.dropna())")
    ('.nlargest', '.dropna')

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It does not parse.
    """
    tree = parse_quietly(program)
    own = {node.name for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)}
    return tuple(name for name in calls(tree) if name not in own)


class Variety:
    """How often each sequence was kept.

    Args:
        most: Rows of one sequence; 0 for any number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: Counter[tuple[str, ...]] = Counter()

    def admits(self, program: str) -> bool:
        """Say whether a program still adds something; it then counts as kept."""
        if not self._most:
            return True
        found = sequence(program)
        if self._kept[found] >= self._most:
            return False
        self._kept[found] += 1
        return True
