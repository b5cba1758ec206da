"""Rows: every format with every form is written and read back to the same states."""

import orjson
import pytest
from programs import HOSTILE

from reweave import DecodeError, EditSequence, InputError, decode, edit_sequences, encode
from reweave.edits.codec import FORMS, MARKER, completion, resolve_text
from reweave.edits.rows import FORMATS, from_row, to_row


@pytest.fixture(scope="module")
def sequences():
    return list(
        edit_sequences([{"program": text, "instruction": "Do."} for text in HOSTILE.values()], paths=2)
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fmt", FORMATS)
def test_there_and_back(sequences, fmt, form):
    """A row, through JSON, gives back program, states, and what is known of the sequence."""
    for sequence in sequences:
        row = orjson.loads(orjson.dumps(to_row(sequence, fmt, form, MARKER)))
        back = from_row(row, form)
        assert back.program == sequence.program
        assert back.states() == sequence.states()
        assert back.edit_lines == sequence.edit_lines
        for name in ("id", "path", "checker", "preset", "seed"):
            assert getattr(back, name) == getattr(sequence, name)
        if fmt != "messages":
            assert back.instruction == "Do."


@pytest.mark.parametrize("form", FORMS)
def test_completions_resolve(sequences, form):
    """A completion resolves to its program, exactly; so do the edits by themselves."""
    for sequence in sequences:
        edits = encode(sequence, form)
        assert decode(edits, form) == sequence.program
        resolved = resolve_text(completion(edits), form=form)
        assert (resolved.program, resolved.status) == (sequence.program, "exact")


def test_what_an_edits_row_holds():
    """The columns of the specification, in their order, then the input's own."""
    sequence = EditSequence(
        "a", 2, "Do.", "x\ny\n", (1, 0), "ruff 1", "default", 3, extra={"k": [1], "m": None}
    )
    assert list(to_row(sequence, "edits", "unified", MARKER).items()) == [
        ("id", "a"),
        ("path", 2),
        ("instruction", "Do."),
        ("program", "x\ny\n"),
        ("language", "python"),
        ("edits", ["@@ -0,0 +1 @@\n+y", "@@ -0,0 +1 @@\n+x"]),
        ("edit_lines", [1, 1]),
        ("checker", "ruff 1"),
        ("preset", "default"),
        ("seed", 3),
        ("k", [1]),
        ("m", None),
    ]


@pytest.mark.parametrize("fmt", FORMATS)
def test_columns_of_the_input_are_never_lost(fmt):
    """A column of the input with a name of ours goes beside it as source_NAME."""
    extra = dict.fromkeys(("edits", "states", "messages", "completion", "seed", "mine"), "theirs")
    row = to_row(
        EditSequence("a", 0, None, "x\n", (0,), "r", "default", 1, extra=extra), fmt, "unified", MARKER
    )
    assert row["seed"] == 1
    assert row["source_seed"] == "theirs"
    assert row["mine"] == "theirs"
    assert sum(value == "theirs" for value in row.values()) == len(extra)


def test_published_edits_lose_only_white_space():
    """The published form strips each state; edit_lines are those of the texts as written."""
    sequence = EditSequence("a", 0, None, "\nx = 1\n\ny = 2\n\n", (2, 0, 1, 1, 2), "pylint", "paper", 1)
    row = to_row(sequence, "edits", "published", MARKER)
    assert row["edits"] == ["@@ -0,0 +1 @@\n+x = 1", "@@ -1,0 +2,2 @@\n+\n+y = 2"]
    assert row["edit_lines"] == [1, 2]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"id": "a", "program": "x"}, InputError),
        ({"edits": "text"}, InputError),
        ({"edits": ["@@ what"]}, DecodeError),
        ({"states": ["a\nb\n", "a\n"]}, DecodeError),
        ({"completion": "no marker"}, DecodeError),
    ],
)
def test_rows_that_are_none(row, error):
    """A row that holds no edit sequence is refused with a typed error."""
    with pytest.raises(error):
        from_row(row)


def test_an_unknown_form_is_named():
    """A form that does not exist is an InputError which lists those that do."""
    with pytest.raises(InputError, match="unified, short"):
        encode(EditSequence("a", 0, None, "x\n", (0,), "r", "default", 1), "nope")
