"""What flows through reweave: programs in, edit sequences out, and everything that did not make it.

Records know nothing of files, processes or text forms. They are frozen: a maker returns new ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """One finished program, as it came in.

    Attributes:
        id: Names the record in outputs, rejects and errors; with the seed it fixes the random stream.
        text: The source text, byte for byte what the edits will replay to.
        instruction: What the program was asked to do, if known.
        extra: The source row's other columns, carried through untouched.
    """

    id: str
    text: str
    instruction: str | None = None
    language: str = "python"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EditSequence:
    """One sampled path: a way to write a program, edit by edit (LintSeq, section 3).

    Attributes:
        id: The program's id.
        path: Which of the program's paths this is, counted from 0.
        instruction: What the program was asked to do, if known.
        program: The finished program.
        inserted_at: For each line of ``program`` (split on ``\\n`` only), the number of the edit that
            inserts it, counted from 0. This is the whole path; every text form is computed from it.
        checker: Name and version of the checker that passed every state, such as ``ruff 0.17.5``.
        preset: ``default`` or ``paper``.
        seed: The run's seed.
        extra: The source row's other columns.
    """

    id: str
    path: int
    instruction: str | None
    program: str
    inserted_at: Sequence[int]
    checker: str
    preset: str
    seed: int
    language: str = "python"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def edit_lines(self) -> list[int]:
        """How many lines each edit adds, in the order of the edits."""
        counts = [0] * (max(self.inserted_at, default=-1) + 1)
        for edit in self.inserted_at:
            counts[edit] += 1
        return counts

    def states(self) -> list[str]:
        """The intermediate programs, the first edit's result first, the finished program last."""
        lines = split_lines(self.program)
        return [
            "".join([line for line, at in zip(lines, self.inserted_at, strict=True) if at <= edit])
            for edit in range(len(self.edit_lines))
        ]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint of a checker about one text. ``line`` counts from 1."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that gives no edit sequence, and why.

    Attributes:
        outcome: ``rejected`` (the program is at fault) or ``failed`` (a tool is).
        reason: A short machine-readable word, such as ``syntax-error``.
        detail: What was wrong, for a person.
        row: The source row, as far as it could be read.
    """

    id: str
    outcome: str
    reason: str
    detail: str
    row: Mapping[str, Any] = field(default_factory=dict)


def split_lines(text: str) -> list[str]:
    r"""Split on ``\n`` only and keep the endings, so that joining gives the text back.

    ``str.splitlines`` also splits on form feeds, ``\r``, U+2028 and others, which are part of a line here.

    >>> split_lines("a\r\n\x0cb\nc")
    ['a\r\n', '\x0cb\n', 'c']
    """
    lines = text.split("\n")
    last = lines.pop()
    kept = [line + "\n" for line in lines]
    if last:
        kept.append(last)
    return kept
