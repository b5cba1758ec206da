"""Whole states: each edit's text is the whole program after it, byte for byte.

Goes beyond the paper (arXiv 2410.02749): nothing to get wrong for a decoder, and the most to write for a
model. There is no structure to check, so any text decodes: that each state contains the one before is
not verified, and a state may rewrite it.
"""

from collections.abc import Sequence

from reweave.edits.codec.draft import Draft
from reweave.records import split_lines


def encode(lines: Sequence[str], inserted_at: Sequence[int]) -> list[str]:
    r"""One text per edit, the last of them the program.

    >>> encode(["a\n", "b\n"], [1, 0])
    ['b\n', 'a\nb\n']
    """
    rows = list(zip(lines, inserted_at, strict=True))
    last = max(inserted_at, default=-1)
    return ["".join([line for line, at in rows if at <= edit]) for edit in range(last + 1)]


def apply(lines: list[str], edit: str, number: int) -> list[str]:  # noqa: ARG001 (the forms' signature)
    """The lines of one state, whatever came before it."""
    return split_lines(edit)


def mend(draft: Draft, edit: str) -> None:
    """Take a state; there is none that `apply` refuses."""
    draft.replace(0, len(draft.lines), split_lines(edit))
