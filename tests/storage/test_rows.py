"""From a raw row to a program."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.errors import RowError
from reweave.records import Program
from reweave.storage import OUTPUT_COLUMNS, Fields, make_reject, row_to_program

FIELDS = Fields()


def read(row, fields=FIELDS, index=5):
    return row_to_program(orjson.dumps(row), index, fields)


def test_plain_row():
    """The usual columns go to their places, all others are carried."""
    row = {"id": "a", "instruction": "do", "program": "x = 1\n", "score": 0.5, "meta": {"k": [1]}}
    assert read(row) == Program("a", "x = 1\n", "do", "python", {"score": 0.5, "meta": {"k": [1]}})


@pytest.mark.parametrize(("value", "name"), [("a", "a"), (17, "17"), (-1, "-1")])
def test_ids(value, name):
    """Text and integers are ids, and are not carried again."""
    assert read({"id": value, "program": "x"}) == Program(name, "x")


@pytest.mark.parametrize("value", [None, 1.5, True, ["a"], {}])
def test_other_ids(value):
    """Anything else is no id: the row's number is, and the column is carried aside."""
    assert read({"id": value, "program": "x"}) == Program("5", "x", extra={"source_id": value})


def test_named_columns():
    """Columns asked for by name are read, and not written twice; the usual ones then go aside."""
    row = {"task": "t/1", "prompt": "do", "code": "x", "id": "other", "instruction": "not this"}
    program = read(row, Fields("code", "prompt", "task"))
    assert (program.id, program.instruction, program.text) == ("t/1", "do", "x")
    assert program.extra == {
        "source_id": "other",
        "source_instruction": "not this",
    }


def test_collisions():
    """Columns that the output writes itself are carried aside, whatever else there is."""
    row = {"id": "a", "program": "x", "seed": 3, "source_seed": 4, "edits": [], "path": "a.py"}
    extra = read(row).extra
    assert extra == {"source_source_seed": 3, "source_seed": 4, "source_edits": [], "source_path": "a.py"}


def test_extraction_is_visible():
    """Code taken out of a fence says so, and the answer is carried."""
    text = "Sure!\n```python\nx = 1\n```\n"
    program = read({"program": text})
    assert program.text == "x = 1\n"
    assert program.extra == {"source_program": text, "extracted": "fence:python"}
    assert read({"response": text}, Fields("response")).extra == {
        "response": text,
        "extracted": "fence:python",
    }
    assert read({"program": text}, Fields(extract=False)) == Program("5", text)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "invalid-json"),
        (b'{"program": "a\x00b"}', "invalid-json"),
        (rb'{"program": "\ud800"}', "invalid-json"),
        (b'{"program": NaN}', "invalid-json"),
        (b"[" * 5000, "invalid-json"),
        (b'{"program": "\xff"}', "invalid-utf8"),
        (b"[]", "not-an-object"),
        (b"null", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"{}", "missing-column"),
        (b'{"program": null}', "not-text"),
        (b'{"program": ["x"]}', "not-text"),
        (b'{"program": "x", "instruction": 5}', "not-text"),
        (b'{"program": ""}', "empty-program"),
        (b'{"program": " \\n\\t"}', "empty-program"),
        (b'{"program": "<think>never ends"}', "empty-program"),
    ],
)
def test_bad_rows(raw, reason):
    """Each kind of bad row has its own word, and makes a reject that keeps what could be read."""
    with pytest.raises(RowError) as caught:
        row_to_program(raw, 3, FIELDS)
    assert caught.value.reason == reason
    reject = make_reject(caught.value, raw, 3, FIELDS)
    assert (reject.id, reject.outcome, reject.reason) == ("3", "rejected", reason)
    orjson.dumps(dict(reject.row))


@pytest.mark.parametrize(
    ("value", "reason"), [(1.5, "invalid-id"), (None, "invalid-id"), (..., "missing-column")]
)
def test_bad_named_id(value, reason):
    """An id column asked for by name must be there and be an id."""
    row = {"program": "x"} | ({} if value is ... else {"name": value})
    with pytest.raises(RowError) as caught:
        read(row, Fields(id="name"))
    assert caught.value.reason == reason


def test_reject_without_row():
    """A record that could not even be read is named by its number."""
    reject = make_reject(RowError("truncated-input", "broken"), None, 9, FIELDS, "failed")
    assert (reject.id, reject.outcome, dict(reject.row)) == ("9", "failed", {})


def test_nul_and_odd_text_survive():
    """Escaped NUL, CRLF, form feeds and a byte order mark come through as they are."""
    text = "\ufeffx = 1\r\n\x0c\x00\u2028y\r"
    assert read({"program": text}).text == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from([*OUTPUT_COLUMNS, "source_id", "source_path", "code"]) | st.text(max_size=5)


@given(st.dictionaries(names, json_values, max_size=8), st.text(min_size=1, max_size=20).filter(str.strip))
def test_nothing_is_lost(row, text):
    """Every column of a row is found again: in its place, carried, or carried aside; never twice one name."""
    row |= {"program": text, "instruction": None}
    program = read(row, Fields(extract=False))
    assert not set(program.extra) & set(OUTPUT_COLUMNS)
    assert program.text == text
    taken = {"program", "instruction"} | ({"id"} if type(row.get("id")) in {str, int} else set())
    left = sorted(orjson.dumps(value) for name, value in row.items() if name not in taken)
    assert sorted(orjson.dumps(value) for value in program.extra.values()) == left
