"""The union of two checkers."""

import pytest

from reweave.edits.checkers.cascade import UnionChecker
from reweave.errors import CheckerError
from reweave.records import Diagnostic


class Scripted:
    """A checker that answers from a table."""

    def __init__(self, name, answers, *, on_close=None):
        self.name = name
        self.version = f"{name} 1.0"
        self.answers = answers
        self.closed = 0
        self.on_close = on_close

    def check(self, texts):
        """Answer."""
        return [self.answers.get(text, []) for text in texts]

    def close(self):
        """Count."""
        self.closed += 1
        if self.on_close:
            raise self.on_close


NAME = Diagnostic(1, "F821", "name")
ATTRIBUTE = Diagnostic(2, "missing-attribute", "attribute")


def test_findings_are_united_in_order():
    """Each text gets what both found, the first checker's first; clean only if both are silent."""
    first = Scripted("ruff", {"a": [NAME], "b": [NAME]})
    second = Scripted("ty", {"b": [ATTRIBUTE], "c": [ATTRIBUTE]})
    union = UnionChecker("ruff+ty", first, second)
    assert union.check(["a", "b", "c", "d"]) == [[NAME], [NAME, ATTRIBUTE], [ATTRIBUTE], []]
    assert (union.name, union.version) == ("ruff+ty", "ruff 1.0 + ty 1.0")


def test_an_error_of_either_wins():
    """What one checker did not look at is not judged by the other, not even as unclean."""
    lost, late = CheckerError("ruff", "crashed", "x"), CheckerError("ty", "timeout", "y")
    union = UnionChecker(
        "ruff+ty", Scripted("ruff", {"a": lost, "c": lost}), Scripted("ty", {"b": late, "c": late})
    )
    assert union.check(["a", "b", "c"]) == [lost, late, lost]


def test_a_checker_that_loses_a_text_is_found_out():
    """Verdicts that do not pair up raise; they are never zipped short."""
    second = Scripted("ty", {})
    second.check = lambda texts: [[] for _ in texts[1:]]
    with pytest.raises(ValueError, match="shorter"):
        UnionChecker("x", Scripted("ruff", {}), second).check(["a", "b"])


def test_closing_closes_both():
    """The second is closed also when closing the first fails."""
    first, second = Scripted("ruff", {}, on_close=OSError("no")), Scripted("ty", {})
    with pytest.raises(OSError, match="no"):
        UnionChecker("x", first, second).close()
    assert (first.closed, second.closed) == (1, 1)
