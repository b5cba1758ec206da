"""Python's own parser, without what it prints."""

import ast
import warnings


def parse_quietly(text: str) -> ast.Module:
    r"""Parse a program, without the warnings that Python has for ``"\d"``; a byte order mark is set aside.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It does not parse.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text.removeprefix("\ufeff"))
