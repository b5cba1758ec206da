"""Python's own compiler as a checker: syntax and nothing else, in this process.

It is stage one of any cascade and the floor of the comparison: half of the states it passes have an
undefined name (LintSeq needs a linter for a reason). Code is compiled, never run.
"""

import platform
import re
import warnings
from collections.abc import Sequence

from reweave.edits.checkers.base import Verdict
from reweave.edits.checkers.lines import line_of_row, not_utf8
from reweave.errors import CheckerError
from reweave.records import Diagnostic

_NAME = "compile"
_BLAMED = re.compile(r"\bon line (\d+)")


class CompileChecker:
    """Reports the first syntax error of each text, as code ``invalid-syntax``.

    An error that names a line ("expected an indented block after 'if' statement on line 3") is reported
    at that line: deleting it mends the program, deleting the line after it need not.
    """

    name = _NAME
    version = f"{_NAME} {platform.python_version()}"

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Compile each text; see `Checker.check`.

        Text nested too deeply for the compiler is no syntax error of the language, and how deep is too
        deep depends on the interpreter: it gives `CheckerError`.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" is the program's own affair
            return [_check(text) for text in texts]

    def close(self) -> None:
        """Nothing to end."""


def _check(text: str) -> Verdict:
    if fault := not_utf8(text, "invalid-syntax"):
        return [fault]
    text = text.removeprefix("\ufeff")  # a file may begin with it, a string to compile may not
    if "\0" in text:  # ValueError or SyntaxError, by Python version, and both without a line
        line = text.count("\n", 0, text.index("\0")) + 1
        return [Diagnostic(line, "invalid-syntax", "source code contains a null byte")]
    try:
        compile(text + "\n", "<state>", "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        blamed = _BLAMED.search(error.msg)
        row = int(blamed[1]) if blamed else error.lineno or 1
        return [Diagnostic(line_of_row(text, row), "invalid-syntax", error.msg)]
    except (RecursionError, MemoryError, OverflowError) as error:
        return CheckerError(_NAME, "crashed", f"{type(error).__name__}: {error}")
    except ValueError as error:  # kept apart from the crashes: the compiler read the text and refused it
        return [Diagnostic(1, "invalid-syntax", str(error))]
    return []
