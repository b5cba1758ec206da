"""Documents: mixed by weight, refused with a reason, taken up at any place."""

from itertools import islice

import pytest

from reweave.errors import InputError
from reweave.train.pretrain.documents import Position, advance, open_sources, read


def sources(*paths):
    return open_sources([str(path) for path in paths])


def test_columns_and_rejects(write_rows):
    """Code, content and text are found; what is none has its reason and its row."""
    path = write_rows(
        [
            {"content": "a = 1"},
            {"text": "words"},
            b"{not json\n",
            {"other": 1},
            {"text": 3},
            {"text": " "},
            b'{"text": "\xff"}\n',
        ]
    )
    found = list(read(sources(path)))
    assert [document.text for document in found[:2]] == ["a = 1", "words"]
    assert [document.reason for document in found[2:]] == [
        "invalid-json", "missing-column", "not-text", "empty-program", "invalid-utf8",
    ]  # fmt: skip
    assert [document.row for document in found] == list(range(7))


def test_markdown_is_text(write_rows):
    """Nothing is taken out of a text, whatever it looks like."""
    text = "Look:\n```python\nx = 1\n```\n"
    [document] = read(sources(write_rows([{"text": text}])))
    assert document.text == text


def test_mixture_holds_at_every_point(write_rows):
    """Three parts of code to one of text, by bytes, from the beginning on; a source that ends drops out."""
    code = write_rows([{"id": f"c{i}", "text": "c" * 100} for i in range(40)], "code.jsonl")
    text = write_rows([{"id": f"t{i}", "text": "t" * 50} for i in range(100)], "text.jsonl")
    found = list(read(sources(code, text), weights=[3, 1]))
    for length in (8, 16, 40):
        some = found[:length]
        shares = [sum(d.size for d in some if d.source == which) for which in (0, 1)]
        assert shares[0] / sum(shares) == pytest.approx(0.75, abs=0.12)
    assert len(found) == 140
    assert {document.source for document in found[-50:]} == {1}


def test_taken_up_anywhere(write_rows):
    """From any position on, the stream is the rest of the whole one."""
    one = write_rows([{"text": "c" * (i % 7 + 1)} for i in range(20)], "one.jsonl")
    two = write_rows([{"text": "t" * (i % 5 + 1)} for i in range(20)] + [b"broken\n"], "two.jsonl")
    whole = list(read(sources(one, two), weights=[1, 2]))
    for cut in range(0, 42, 5):
        position = Position([0, 0], [0, 0])
        for document in islice(whole, cut):
            advance(position, document)
        assert list(read(sources(one, two), weights=[1, 2], start=position)) == whole[cut:]


def test_held_out_by_text_alone(write_rows):
    """The same text is held out wherever it comes from, and about that share of all are."""
    rows = [{"text": f"x = {number}\n"} for number in range(2000)]
    forward, backward = (
        {d.text: d.split(0.2) for d in read(sources(write_rows(some, name)))}
        for some, name in ((rows, "a.jsonl"), (rows[::-1], "b.jsonl"))
    )
    assert forward == backward
    assert 330 < sum(split == "held-out" for split in forward.values()) < 470  # 400 are expected, sd 18
    assert {d.split(0) for d in read(sources(write_rows(rows, "c.jsonl")))} == {"train"}


def test_standard_input_is_refused():
    """It could not be read a second time."""
    with pytest.raises(InputError, match="standard input"):
        open_sources(["-"])
