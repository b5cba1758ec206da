r"""Edit sequences as text to train on, in the published layout, and back (arXiv 2410.02749, section 3.2).

The instruction comes first; then a newline, the marker and the text of each edit; then the same with an
empty edit, and once more with nothing; then end-of-sequence. The layout is the same for every form. A
line of an edit that begins with the marker gets a backslash in front, so that code cannot be mistaken
for structure; unified lines never do, and stay byte for byte as published.
Reading the edits themselves is left to `forms`.
"""

import re
from collections.abc import Iterable

from reweave.edits.codec.draft import Skipped
from reweave.edits.codec.escape import escaper
from reweave.errors import DecodeError

MARKER = "<|diff|>"
EOS = "<|endoftext|>"


def completion(edits: Iterable[str], *, marker: str = MARKER) -> str:
    r"""What a model is to write: everything but the instruction and the end-of-sequence token.

    Raises:
        ValueError: The marker is empty, has a newline, or begins as unified lines do.

    >>> completion(["@1\na", "@2\nb"])
    '\n<|diff|>@1\na\n<|diff|>@2\nb\n<|diff|>\n<|diff|>'
    """
    _check(marker)
    edits = list(edits)
    if any(marker in edit for edit in edits):
        escape, _ = escaper(re.escape(marker))
        edits = [escape(edit) for edit in edits]
    return f"\n{marker}".join(["", *edits, "", ""])


def training_text(instruction: str, edits: Iterable[str], *, marker: str = MARKER, eos: str = EOS) -> str:
    r"""A whole training example. The instruction's own last newline, if any, is kept.

    >>> training_text("Add.", ["@1\na"])
    'Add.\n<|diff|>@1\na\n<|diff|>\n<|diff|><|endoftext|>'
    """
    return instruction + completion(edits, marker=marker) + eos


def split_completion(text: str, *, marker: str = MARKER, eos: str = EOS) -> list[str]:
    r"""The edits of a completion, as `completion` was given them.

    The end-of-sequence token is taken off once and only as a whole, the empty edits at the end are
    dropped, at most two. The first newline may be missing: tokenizers and chat templates trim it.

    Args:
        text: The completion, without the instruction.
        marker: As given to `completion`.
        eos: The end-of-sequence token; empty for none.

    Raises:
        DecodeError: There is text before the first marker, or no marker.
        ValueError: The marker cannot be one, or the completion's own end looks like ``eos``.

    >>> split_completion("\n<|diff|>@1\nnode.text\n<|diff|>\n<|diff|><|endoftext|>")
    ['@1\nnode.text']
    """
    before, edits = _split(text, marker, eos)
    if before:
        raise DecodeError(0, f"text before the first marker: {before[:60]!r}")
    if marker not in text:
        raise DecodeError(0, f"there is no {marker}")
    return edits


def split_lenient(text: str, *, marker: str = MARKER, eos: str = EOS) -> tuple[list[str], list[Skipped]]:
    r"""The edits of any text, and what stood before the first of them: an echoed prompt, chatter.

    Raises:
        ValueError: As `split_completion`.

    >>> split_lenient("Sure!\n<|diff|>@1\na")
    (['@1\na'], [Skipped(edit=0, reason="text before the first marker: 'Sure!'", repaired=False)])
    """
    before, edits = _split(text, marker, eos)
    if not before:
        return edits, []
    shown = before if len(before) <= 60 else before[:57] + "..."
    return edits, [Skipped(0, f"text before the first marker: {shown!r}")]


def _split(text: str, marker: str, eos: str) -> tuple[str, list[str]]:
    """What stands before the first marker, and the edits."""
    _check(marker)
    end = f"\n{marker}\n{marker}"
    if eos and end.endswith(eos):
        raise ValueError(f"a completion ends in {end!r}, which ends in the end-of-sequence token {eos!r}")
    text = text.removesuffix(eos)
    if text.startswith(marker):
        text = "\n" + text
    before, *edits = text.split(f"\n{marker}")
    for _ in range(2):
        if edits and not edits[-1]:
            edits.pop()
    if f"\\{marker}" in text:
        _, unescape = escaper(re.escape(marker))
        edits = [unescape(edit) for edit in edits]
    return before, edits


def _check(marker: str) -> None:
    if not marker or "\n" in marker or marker[0] in "+-@ \\":
        raise ValueError(f"a marker has no newline, and begins with none of '+-@ \\': {marker!r}")
