"""What a client gets of a completion: the decoded program, with what was said about decoding it."""

import re
from dataclasses import dataclass
from typing import Any

from reweave.edits.codec import decode, decode_lenient, resolve_text, split_completion
from reweave.errors import DecodeError
from reweave.model_folder import ModelFormat

_NOTES = 20
_ASKS_FOR_FENCE = re.compile(r"```|~~~|markdown|code block", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decoded completion.

    Args:
        program: Empty where there is none.
        status: ``exact``, ``repaired`` or ``malformed``.
        edits: How many were applied.
        notes: What was left out or mended, in order.
    """

    program: str
    status: str
    edits: int = 0
    notes: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Give the choice's field ``reweave``."""
        more = len(self.notes) - _NOTES
        notes = [*self.notes[:_NOTES], *([f"and {more} more"] if more > 0 else [])]
        return {"status": self.status, "edits": self.edits, "notes": notes}


def outcome(text: str, form: ModelFormat, decoding: str) -> Outcome:
    """Decode a completion.

    Args:
        text: As the model wrote it.
        form: What it writes.
        decoding: ``lenient``, or ``strict``: exact or malformed.
    """
    if form.writes == "program":
        return Outcome(text.removesuffix(form.eos).removeprefix("\n"), "exact")
    if decoding == "strict":
        try:
            edits = split_completion(text, marker=form.marker, eos=form.eos)
            program = decode(edits, form.form)
        except DecodeError as error:
            return Outcome("", "malformed", notes=(str(error),))
        applied = sum(edit != "" for edit in edits)
        if not applied:
            return Outcome("", "malformed", notes=("there is no edit",))
        return Outcome(program, "exact", applied)
    resolved = resolve_text(text, form=form.form, marker=form.marker, eos=form.eos)
    notes = tuple(f"edit {skipped.edit}: {skipped.reason}" for skipped in resolved.skipped)
    status = "malformed" if resolved.status == "empty" else resolved.status
    return Outcome(
        resolved.program, status, resolved.applied, notes or (("there is no edit",) * (not resolved.applied))
    )


def state_after(edits: list[str], form: ModelFormat) -> tuple[str, list[str]]:
    """Give the program after some edits, read leniently, and what was said of the last of them."""
    decoded = decode_lenient(edits, form.form)
    return decoded.program, [note.reason for note in decoded.skipped if note.edit == len(edits) - 1]


def wants_fence(setting: str, instruction: str) -> bool:
    """Say whether a chat answer stands in a fence: ``auto`` does as the request speaks."""
    return setting == "always" or (setting == "auto" and _ASKS_FOR_FENCE.search(instruction) is not None)


def fenced(program: str) -> str:
    r"""Put a program into a Markdown fence, longer than any inside of it.

    >>> fenced("a = 1")
    '```python\na = 1\n```'
    """
    longest = max((len(found[1]) for found in _FENCE.finditer(program)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{program}{'' if program.endswith(chr(10)) or not program else chr(10)}{fence}"


def continuation(prompt: str, program: str) -> str | None:
    r"""Give what of a program comes after a prompt; None where it does not begin with it.

    Empty lines at the prompt's end need not be the program's.

    >>> continuation("def f():\n    ", "def f():\n    return 1\n")
    'return 1\n'
    >>> continuation("def f():\n\n", "def f():\n    return 1\n")
    '    return 1\n'
    """
    if program.startswith(prompt):
        return program[len(prompt) :]
    bare = prompt.rstrip("\n")
    if bare and bare != prompt and program.startswith(f"{bare}\n"):
        return program[len(bare) :].lstrip("\n")
    return None
