"""A conversation is an edit sequence, or a question and its answer: told apart by what its turns hold."""

import orjson
import pytest

from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.train.conversations import answer_of, holds_edits
from reweave.train.examples import make_examples, read_data

MARKER = "<|diff|>"
ANSWER = "It sorts:\n\n```python\ndef f(xs):\n    return sorted(xs)\n```"
EDIT = "@1\nx = 1"


def turns(*said, first="user"):
    roles = [first, "assistant"] * len(said)
    return [{"role": role, "content": text} for role, text in zip(roles, said, strict=False)]


@pytest.mark.parametrize(
    ("messages", "edits"),
    [
        (turns("Sort.", ANSWER), False),
        (turns("Sort.", "@app.route('/')\ndef f(): ..."), False),
        (turns("Sort.", ""), False),
        (turns("Sort.", ANSWER, "And now?", ANSWER), False),
        (turns("Write x.", EDIT, "Next edit.", "Done."), True),
        (turns("Write x.", "broken", "Next edit.", "Done."), True),
        (turns("Write x.", EDIT), True),
        (turns("Write x.", "@@ -0,0 +1 @@\n+x = 1"), True),
        (turns("Write x.", f"\n{MARKER}{EDIT}\n{MARKER}\n{MARKER}"), True),
        (turns("Write x.", "x = 1\n", "Next edit.", "Done."), True),
        ([{"role": "assistant", "content": None}], False),
        (["no message"], False),
        ([], False),
    ],
)
def test_told_apart(messages, edits):
    """Edits end with the turn that says so, hold the marker, or read as edits; all else is an answer."""
    assert holds_edits(messages, MARKER) is edits


def test_answers():
    """One turn of the user's and one of the assistant's; others are refused with what they are."""
    assert answer_of(turns("Sort.", ANSWER)) == ANSWER
    with pytest.raises(InputError, match="its turns are system, assistant"):
        answer_of(turns("Be kind.", ANSWER, first="system"))
    with pytest.raises(InputError, match="user, assistant, user, assistant"):
        answer_of(turns("Sort.", ANSWER, "Again.", ANSWER))
    with pytest.raises(InputError, match="has no text"):
        answer_of(turns("Sort.", ""))


def written(path, rows):
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def read(path, **settings):
    rows, decided = read_data([path], **settings)
    rejects = []
    return list(make_examples(rows, ModelFormat(**decided), rejects)), decided, rejects


@pytest.mark.parametrize("writes", ["auto", "program"])
def test_pairs_in_both_forms_are_the_same_examples(tmp_path, writes):
    """`align pairs` with messages trains on the answer, as with prompt and completion, not on the program."""
    carried = {"program": "def f(xs):\n    return sorted(xs)\n", "tests": "assert f([2, 1]) == [1, 2]\n"}
    rows = [{"id": f"r{n}", **carried, "messages": turns(f"Sort {n}.", ANSWER)} for n in range(3)]
    plain = [{"id": f"r{n}", **carried, "prompt": f"Sort {n}.", "completion": ANSWER} for n in range(3)]
    made, decided, rejects = read(written(tmp_path / "messages.jsonl", rows), writes=writes)
    again, _, _ = read(written(tmp_path / "plain.jsonl", plain), writes=writes)
    assert decided["writes"] == "program"
    assert not rejects
    assert [each.prompt for each in made] == [each.prompt for each in again]
    # The newline is the one that stands before whatever is no completion yet
    assert [each.completion for each in made] == [f"\n{each.completion}" for each in again]


def test_an_answer_among_edits_is_a_reject(tmp_path):
    """Where edits are learnt, a conversation without them gives nothing, and says so."""
    rows = [
        {"id": "edits", "messages": turns("Write x.", EDIT, "Next edit.", "Done.")},
        {"id": "answer", "messages": turns("Sort.", ANSWER), "program": "x = 1\n"},
    ]
    made, decided, rejects = read(written(tmp_path / "rows.jsonl", rows), form="short")
    assert decided["writes"] == "edits"
    assert [each.id for each in made] == ["edits"]
    assert [(each.id, each.reason) for each in rejects] == [("answer", "no-example")]
    assert "writes no edits" in rejects[0].detail


def test_other_turns_are_rejects(tmp_path):
    """A conversation of more turns is not cut to what fits."""
    rows = [
        {"id": "good", "messages": turns("Sort.", ANSWER)},
        {"id": "long", "messages": turns("Sort.", ANSWER, "Again.", ANSWER), "program": "x = 1\n"},
    ]
    made, _, rejects = read(written(tmp_path / "rows.jsonl", rows))
    assert [each.id for each in made] == ["good"]
    assert [each.id for each in rejects] == ["long"]
