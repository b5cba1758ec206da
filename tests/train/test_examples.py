"""Rows become the same examples whatever format they came in."""

import orjson
import pytest

from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.train.examples import make_examples, read_data


def examples(paths, **settings):
    rows, decided = read_data(paths, **settings)
    rejects = []
    made = list(make_examples(rows, ModelFormat(**decided), rejects))
    return made, decided, rejects


@pytest.mark.parametrize("form", ["unified", "short", "search-replace"])
def test_every_format_gives_the_same(edits_file, form):
    """edits, prompt-completion and messages hold one content; the run says the form."""
    made = [
        examples([edits_file(f"{format_}.jsonl", format=format_, form=form)])
        for format_ in ("edits", "prompt-completion", "messages")
    ]
    assert made[0][0] == made[1][0] == made[2][0]
    assert made[0][1] == made[1][1] == {"writes": "edits", "form": form, "marker": "<|diff|>"}
    assert len(made[0][0]) > 40
    assert not made[0][2]


def test_states_are_written_in_the_form_asked_for(edits_file):
    states = examples([edits_file("states.jsonl", format="states")], form="short")[0]
    assert states == examples([edits_file("short.jsonl", form="short")])[0]


@pytest.mark.parametrize(
    "name", ["edits.jsonl.zst", "edits.jsonl.gz", "edits.parquet", "edits.jsonl.run", "shards"]
)
def test_every_kind_of_file(edits_file, name):
    made = edits_file(name.removesuffix(".run"))
    path = made.with_name(name)
    assert examples([path])[0] == examples([edits_file("plain.jsonl")])[0]


def test_the_wrong_form_is_refused_and_the_right_one_named(edits_file):
    file = edits_file(form="short")
    with pytest.raises(InputError, match=r"not one of the first .* form unified; they read as short"):
        read_data([file], form="unified")
    other = edits_file("other.jsonl", form="unified")
    with pytest.raises(InputError, match=r"several forms \(short, unified\)"):
        read_data([file, other])


def test_plain_pairs_and_programs_of_edit_rows(edits_file, pairs, tmp_path):
    """Pairs are programs; of edit rows each program is taken once, and the further paths are counted."""
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in pairs))
    made, decided, _ = examples([file])
    assert decided["writes"] == "program"
    assert (made[3].prompt, made[3].completion) == ("Write f3.", "\n" + pairs[3]["program"])
    again, _, rejects = examples([edits_file()], writes="program")
    assert again == made
    assert {each.reason for each in rejects} == {"further-path"}


def test_rows_without_an_example_are_counted(tmp_path):
    file = tmp_path / "rows.jsonl"
    rows = [
        {"id": "good", "prompt": "a", "completion": "\n<|diff|>@1\nx\n<|diff|>\n<|diff|>"},
        {"id": "no marker", "prompt": "a", "completion": "x"},
        {"id": "no prompt text", "prompt": 3, "completion": "\n<|diff|>@1\nx\n<|diff|>\n<|diff|>"},
        {"id": "nothing", "else": 1},
    ]
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    made, _, rejects = examples([file], form="short")
    assert [each.id for each in made] == ["good"]
    assert [each.id for each in rejects] == ["no marker", "no prompt text", "nothing"]
