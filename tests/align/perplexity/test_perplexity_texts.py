"""From rows to prompts and completions: as training lays them out, and what cannot be used."""

import json

import pytest

from reweave.align.perplexity.texts import Text, read_entry
from reweave.errors import RowError
from reweave.model_folder import ModelFormat
from reweave.train.examples import make_examples

USER, SAID = {"role": "user", "content": "Add."}, {"role": "assistant", "content": "a + b"}


def read(row):
    return read_entry(7, row if isinstance(row, bytes) else json.dumps(row).encode())


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"prompt": "Add.", "completion": "a + b"}, Text("Add.", "a + b")),
        ({"instruction": "Add.", "completion": "a + b"}, Text("Add.", "a + b")),
        ({"instruction": "Add.", "response": "a + b"}, Text("Add.", "\na + b")),
        ({"instruction": "Add.", "program": "a + b", "response": "So: a + b"}, Text("Add.", "\nSo: a + b")),
        ({"instruction": "Add.", "program": "a + b"}, Text("Add.", "\na + b")),
        ({"messages": [USER, SAID]}, Text("Add.", "\na + b")),
        ({"prompt": "Add.", "completion": "a + b", "messages": None}, Text("Add.", "a + b")),
        ({"messages": [USER, SAID], "completion": None, "prompt": None}, Text("Add.", "\na + b")),
    ],
)
def test_read(row, text):
    """What is asked, without a template, and what the model is to have written."""
    assert read(row).text == text


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "Add.", "completion": "a + b"},
        {"instruction": "Add.", "response": "a + b"},
        {"instruction": "Add.", "program": "a + b\n"},
    ],
)
def test_as_training_reads_it(row):
    """The texts are those of ``reweave train``, of the same row and template."""
    form = ModelFormat(writes="program", prompt="### {instruction}\n")
    (example,) = make_examples([row], form, [])
    text = read(row).text
    assert (form.ask(text.asked), text.completion) == (example.prompt, example.completion)


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        ({"prompt": "Add."}, "missing-column", "none of completion, messages, response"),
        ({"completion": "a + b"}, "missing-column", "no column instruction; there are completion"),
        ({"prompt": 3, "completion": "a"}, "not-text", "'prompt' holds a int"),
        ({"prompt": "Add.", "completion": ["a"]}, "not-text", "'completion' holds a list"),
        ({"prompt": " ", "completion": "a"}, "no-prompt", "empty"),
        ({"prompt": "Add.", "completion": "\n"}, "no-completion", "empty"),
        ({"messages": [USER, SAID, USER, SAID]}, "other-turns", "user, assistant, user, assistant"),
        ({"messages": [USER]}, "other-turns", "the turns are user"),
        ({"messages": "Add."}, "not-messages", "role and content"),
        ({"messages": [USER, SAID | {"content": None}]}, "not-text", "no text"),
        ([1], "not-an-object", "a list"),
        (b'{"prompt": ', "invalid-json", ""),
    ],
)
def test_refused(row, reason, detail):
    """A row that cannot be used says why; its number stands in for an id."""
    entry = read(row)
    assert entry.text is None
    assert entry.error.reason == reason
    assert detail in entry.error.detail
    assert entry.id == "7"


def test_a_source_s_own_error():
    """What a source cannot read is a row that says so."""
    entry = read_entry(2, RowError("unreadable-file", "gone"))
    assert (entry.error.reason, entry.row) == ("unreadable-file", {})


def test_bad_rows_of_a_source(tiny, measured):
    """Good rows are measured, bad ones are rejects with their reasons: read = kept + rejected + failed."""
    good = {"id": 5, "prompt": "Add.", "completion": "a + b"}
    found = measured(
        [good, "{not json", {"id": "bad", "prompt": "Add."}, good], {"tiny": {"model": str(tiny)}}
    )
    (cell,) = found.json["cells"]
    assert (cell["read"], cell["kept"], cell["failed"]) == (4, 2, {})
    assert cell["rejected"] == {"invalid-json": 1, "missing-column": 1}
    assert [(row["index"], row["id"]) for row in found.rows] == [(0, "5"), (3, "5")]
    assert [(row["source"], row["model"], row["index"], row["id"]) for row in found.rejects] == [
        ("own", "tiny", 1, "1"),
        ("own", "tiny", 2, "bad"),
    ]
    assert found.rejects[1]["row"] == {"id": "bad", "prompt": "Add."}
