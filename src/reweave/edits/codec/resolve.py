"""From what a model wrote to the program it meant, and how far to trust it.

Strictly if possible, leniently otherwise; nothing is raised for any text, and what was left out or
mended is in the result. Reading is left to `training` and `forms`.
"""

from dataclasses import dataclass

from reweave.edits.codec.draft import Skipped
from reweave.edits.codec.forms import decode, decode_lenient
from reweave.edits.codec.training import EOS, MARKER, split_completion, split_lenient
from reweave.errors import DecodeError


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a completion resolves to.

    Attributes:
        program: The program at the end.
        status: ``exact`` when it was read strictly, ``repaired`` when parts were left out or mended,
            ``empty`` when there is not one edit to apply.
        applied: How many edits were applied, in whole or in part.
        skipped: What was left out or mended, in order.
    """

    program: str
    status: str
    applied: int
    skipped: tuple[Skipped, ...]


def resolve_text(text: str, *, form: str = "unified", marker: str = MARKER, eos: str = EOS) -> Resolved:
    r"""Resolve a completion (without its instruction) to its program.

    Raises:
        ValueError: No such form, or a marker that cannot be one.

    >>> resolve_text("\n<|diff|>@@ -0,0 +1,9 @@\n+a\n<|diff|>\n<|diff|>").status
    'repaired'
    """
    try:
        edits = split_completion(text, marker=marker, eos=eos)
        program = decode(edits, form)
    except DecodeError:
        edits, before = split_lenient(text, marker=marker, eos=eos)
        decoded = decode_lenient(edits, form)
        status = "repaired" if decoded.applied else "empty"
        return Resolved(decoded.program, status, decoded.applied, (*before, *decoded.skipped))
    applied = sum(edit != "" for edit in edits)
    return Resolved(program, "exact" if applied else "empty", applied, ())
