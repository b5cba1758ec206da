"""What the published decoder makes of a completion, defects included. For comparison only.

The behaviour of ``resolve_edit_path`` in ``src/utils.py`` of github.com/upiterbarg/lintseq (the code
beside arXiv 2410.02749), so that published figures can be compared with. It loses code: it strips a set
of characters instead of the end token, drops hunks whose code contains ``@@``, takes every ``+`` off the
front of a line, the code's own too, and keeps no final newline. Use `resolve` for anything else.
"""

from reweave.edits.codec.training import EOS, MARKER


def resolve_published(text: str, malformed_penalty: bool = False) -> str:
    r"""The program as the published decoder puts it together.

    Args:
        text: A completion.
        malformed_penalty: Give up, with an empty program, at the first hunk that cannot be read,
            instead of leaving it out.

    >>> resolve_published("\n<|diff|>@@ -0,0 +1 @@\n+return node.text<|endoftext|>")
    'return node.'
    """
    program: list[str] = []
    for hunk in _hunks(text.rstrip(EOS)):
        try:
            at, added = _read(hunk)
        except ValueError:
            if malformed_penalty:
                return ""
            continue
        # Beyond the end means at the end; above the first line is a negative index, counted from the end.
        program[at:at] = added
    return "\n".join(program)


def _hunks(text: str) -> list[str]:
    """Every stretch of the text that contains the mark of a hunk."""
    pieces = []
    for edit in text.split(f"\n{MARKER}"):
        first, *others = edit.split("\n@@")
        pieces += [first, *(f"\n@@{other}" for other in others)]
    return [piece for piece in pieces if "@@" in piece]


def _read(hunk: str) -> tuple[int, list[str]]:
    """Where a hunk inserts, and what; ValueError where the published code fails."""
    _, header, body = hunk.split("@@")
    _, new = header.strip().split(" ")
    at = int(new.split(",")[0].lstrip("+")) - 1
    return at, [line.lstrip("-").lstrip("+") for line in body.lstrip().split("\n")]
