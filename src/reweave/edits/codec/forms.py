r"""The text forms of an edit sequence by name, and what can be done with any of them.

A path is a program and, for each of its lines, the number of the edit that inserts it; a text form
writes it as one string per edit (LintSeq, arXiv 2410.02749, section 3.2). The law, for every form and
any program: ``decode(encode(program, inserted_at, form), form) == program``, byte for byte. How edits
are joined for training is left to `training` and `messages`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from reweave.edits.codec import (
    search_replace,
    search_replace_lenient,
    short,
    states,
    unified,
    unified_lenient,
)
from reweave.edits.codec.draft import Decoded, Draft, Skipped
from reweave.errors import DecodeError
from reweave.records import split_lines


class _Form(NamedTuple):
    encode: Callable[[Sequence[str], Sequence[int]], list[str]]
    apply: Callable[[list[str], str, int], list[str]]
    mend: Callable[[Draft, str], None]


_FORMS = {
    "unified": _Form(unified.encode, unified.apply, unified_lenient.mend),
    "short": _Form(short.encode, short.apply, short.mend),
    "search-replace": _Form(search_replace.encode, search_replace.apply, search_replace_lenient.mend),
    "states": _Form(states.encode, states.apply, states.mend),
}

FORMS = tuple(_FORMS)
"""The names of the text forms."""


def encode(program: str, inserted_at: Sequence[int], form: str = "unified") -> list[str]:
    r"""Write a path as one text per edit. An edit that inserts no line is an empty text.

    Args:
        program: The finished program.
        inserted_at: For each of its lines (split on ``\n`` only), the number of the edit that inserts
            it, counted from 0.
        form: One of `FORMS`.

    Raises:
        ValueError: There is not one edit number, 0 or higher, for each line; or no such form.

    >>> encode("a\nb\n", [1, 0])
    ['@@ -0,0 +1 @@\n+b', '@@ -0,0 +1 @@\n+a']
    """
    lines = split_lines(program)
    if len(lines) != len(inserted_at) or (lines and min(inserted_at) < 0):
        raise ValueError(f"{len(lines)} lines need as many edit numbers from 0; got {len(inserted_at)}")
    return _form(form).encode(lines, inserted_at)


def decode(edits: Iterable[str], form: str = "unified") -> str:
    r"""Replay edits, strictly: they must be well formed and fit the text they change.

    Raises:
        DecodeError: An edit does not decode; says which and why.
        ValueError: No such form.

    >>> decode(["@@ -0,0 +1 @@\n+b", "@@ -0,0 +1 @@\n+a"])
    'a\nb\n'
    """
    apply = _form(form).apply
    lines: list[str] = []
    for number, edit in enumerate(edits):
        lines = apply(lines, edit, number)
    return "".join(lines)


def apply(program: str, edit: str, form: str = "unified") -> str:
    r"""Apply one edit to a program, read as `decode` does and with its errors.

    >>> apply("a\nc\n", "@2\nb", "short")
    'a\nb\nc\n'
    """
    return "".join(_form(form).apply(split_lines(program), edit, 0))


def decode_states(edits: Iterable[str], form: str = "unified") -> list[str]:
    r"""The program after each edit, read as `decode` does and with its errors.

    >>> decode_states(["@1\nb", "@1\na"], "short")
    ['b\n', 'a\nb\n']
    """
    apply = _form(form).apply
    lines: list[str] = []
    programs = []
    for number, edit in enumerate(edits):
        lines = apply(lines, edit, number)
        programs.append("".join(lines))
    return programs


def decode_lenient(edits: Iterable[str], form: str = "unified") -> Decoded:
    r"""Replay edits as far as possible: leaves out or repairs what is malformed, and says so.

    Any texts will do. Where `decode` succeeds, the program is the same and nothing is skipped.

    Raises:
        ValueError: No such form.

    >>> decode_lenient(["@@ -0,0 +1,2 @@\n+a", "So:", "@@ -9,0 +9 @@\n+b"]).program
    'a\nb\n'
    """
    read = _form(form)
    lines: list[str] = []
    applied = 0
    skipped: list[Skipped] = []
    for number, edit in enumerate(edits):
        try:
            lines = read.apply(lines, edit, number)
        except DecodeError as error:
            draft = Draft(lines, number)
            read.mend(draft, edit)
            if not draft.skipped:  # read by looser rules, with nothing else to say about it
                draft.repair(f"read leniently: {error.reason}")
            lines = draft.lines
            applied += draft.applied
            skipped += draft.skipped
        else:
            applied += edit != ""
    return Decoded("".join(lines), applied, tuple(skipped))


def _form(name: str) -> _Form:
    try:
        return _FORMS[name]
    except KeyError:
        raise ValueError(f"no text form {name!r}; there are {', '.join(FORMS)}") from None
