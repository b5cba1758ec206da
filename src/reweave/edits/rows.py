"""From an edit sequence to the row that is written, in each of the formats, and back.

    edits               the program and its edits, with everything known of them
    prompt-completion   ``prompt`` and ``completion``, as TRL's trainers take them
    messages            a conversation, one assistant turn an edit
    states              the program after each edit

Which columns a row holds is said in docs/formats.md. Text forms are the codec's business.
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from reweave.edits import codec
from reweave.errors import DecodeError, InputError
from reweave.records import EditSequence, split_lines

FORMS = (*codec.FORMS, "published")


def encode(sequence: EditSequence, form: str = "unified") -> list[str]:
    """Return an edit sequence as one text an edit.

    Args:
        sequence: What to encode.
        form: ``unified``, ``short``, ``search-replace`` or ``states``, all lossless; or ``published``, the
            diff text of the published code, which strips states and loses some white space.

    Raises:
        InputError: There is no such form.

    >>> from reweave import EditSequence
    >>> program = "x = 1\\nprint(x)\\n"
    >>> encode(EditSequence("a", 0, None, program, (0, 1), "ruff", "default", 1))
    ['@@ -0,0 +1 @@\\n+x = 1', '@@ -1,0 +2 @@\\n+print(x)']
    """
    if form == "published":
        return _published(sequence.states())
    if form not in codec.FORMS:
        raise InputError(f"no form {form!r}; there are {', '.join(FORMS)}")
    return codec.encode(sequence.program, sequence.inserted_at, form)


def to_row(sequence: EditSequence, fmt: str, form: str, marker: str) -> dict[str, Any]:
    """Return the row to write.

    Args:
        sequence: The edit sequence.
        fmt: ``edits``, ``prompt-completion``, ``messages`` or ``states``.
        form: The text form of an edit; not used by ``states``.
        marker: What stands before each edit in a completion.
    """
    row: dict[str, Any] = {
        "id": sequence.id,
        "path": sequence.path,
        **_BODIES[fmt](sequence, form, marker),
        "checker": sequence.checker,
        "preset": sequence.preset,
        "seed": sequence.seed,
    }
    extra = sequence.extra
    if extra.keys().isdisjoint(row):
        return {**row, **extra}
    # A format's own columns win; the input's of the same name go beside them.
    return row | {f"source_{name}" if name in row else name: value for name, value in extra.items()}


def _edits(sequence: EditSequence, form: str, marker: str) -> dict[str, Any]:  # noqa: ARG001
    edits = encode(sequence, form)
    return {
        "instruction": sequence.instruction,
        "program": sequence.program,
        "language": sequence.language,
        "edits": edits,
        "edit_lines": sequence.edit_lines if form != "published" else [_added(edit) for edit in edits],
    }


def _prompt_completion(sequence: EditSequence, form: str, marker: str) -> dict[str, Any]:
    completion = codec.completion(encode(sequence, form), marker=marker)
    return {"prompt": sequence.instruction or "", "completion": completion}


def _messages(sequence: EditSequence, form: str, marker: str) -> dict[str, Any]:  # noqa: ARG001
    return {"messages": codec.messages(sequence.instruction or "", encode(sequence, form))}


def _states(sequence: EditSequence, form: str, marker: str) -> dict[str, Any]:  # noqa: ARG001
    return {
        "instruction": sequence.instruction,
        "language": sequence.language,
        "states": sequence.states(),
        "edit_lines": sequence.edit_lines,
    }


_BODIES: dict[str, Callable[[EditSequence, str, str], dict[str, Any]]] = {
    "edits": _edits,
    "prompt-completion": _prompt_completion,
    "messages": _messages,
    "states": _states,
}

FORMATS = tuple(_BODIES)
"""What ``--format`` takes."""


def from_row(row: Mapping[str, Any], form: str = "unified", marker: str = codec.MARKER) -> EditSequence:
    """Read a row back, whatever its format.

    Where the row does not say which line an edit inserted (two equal lines next to each other), the first
    that fits is taken; the states are exact.

    Raises:
        InputError: The row is of no format that ``reweave edits`` writes.
        DecodeError: Its edits do not decode.
    """
    if isinstance(row.get("states"), list):
        states = _texts(row["states"], "states")
    elif isinstance(row.get("edits"), list):
        states = _decode(_texts(row["edits"], "edits"), form)
    elif isinstance(row.get("completion"), str):
        states = _decode(codec.split_completion(row["completion"], marker=marker), form)
    elif isinstance(row.get("messages"), list):
        if not all(isinstance(turn, dict) for turn in row["messages"]):
            raise InputError("column messages holds something that is no message")
        states = _decode(codec.edits_of(row["messages"]), form)
    else:
        raise InputError(
            f"not a row of edit sequences: none of edits, completion, messages, states in {list(row)}"
        )
    instruction = row.get("instruction", row.get("prompt"))
    return EditSequence(
        str(row.get("id", "")),
        _number(row, "path"),
        instruction if isinstance(instruction, str) else None,
        states[-1] if states else "",
        _inserted_at(states),
        str(row.get("checker", "")),
        str(row.get("preset", "")),
        _number(row, "seed"),
    )


def _texts(values: list[Any], column: str) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise InputError(f"column {column} holds something that is no text")
    return values


def _number(row: Mapping[str, Any], column: str) -> int:
    value = row.get(column)
    if value is None:
        return 0
    if not isinstance(value, int):
        raise InputError(f"column {column} holds no whole number: {value!r}")
    return value


def _decode(edits: Sequence[str], form: str) -> list[str]:
    # The published text is unified too, of states whose ends were stripped.
    return codec.decode_states(edits, "unified" if form == "published" else form)


def _inserted_at(states: Sequence[str]) -> tuple[int, ...]:
    """Align each state with the next; states only ever gain lines."""
    at: list[int] = []
    before: list[str] = []
    for edit, state in enumerate(states):
        lines = split_lines(state)
        new: list[int] = []
        place = 0
        for line in lines:
            if place < len(before) and before[place] == line:
                new.append(at[place])
                place += 1
            else:
                new.append(edit)
        if place < len(before):
            raise DecodeError(edit, "takes lines away; only insertions make an edit sequence")
        at, before = new, lines
    return tuple(at)


def _published(states: Sequence[str]) -> list[str]:
    """Diff texts as the published code makes them: of stripped states, by difflib, empty ones dropped."""
    edits = []
    before: list[str] = []
    for state in states:
        after = state.strip().splitlines()
        diff = list(unified_diff(before, after, n=0, lineterm=""))[2:]
        if diff:
            edits.append("\n".join(diff))
        before = after
    return edits


def _added(edit: str) -> int:
    return sum(line.startswith("+") for line in edit.split("\n"))
