"""``reweave resolve``: whole data sets come back exactly; whatever a model wrote, nothing crashes."""

import gzip
import os
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import reweave
from reweave import edit_sequences
from reweave.edits.rows import to_row

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "NO_COLOR": "1", "COLUMNS": "200"}
FORMS = ["unified", "short", "search-replace", "states"]
TEXTS = [
    "def f(x):\n    y = x\n\n    return y\n\n\nprint(f(1))\n",
    "x = '<|diff|>'\n@@ = 1\n".replace("@@", "y"),
    "s = '''\n@@ -0,0 +1 @@\n<|diff|>\n+a\n'''\nprint(s)",
    "a = 1\r\nb = a\r\n\x0c\r\nprint(b)\r\n",
]


def reweave_(*arguments, stdin=None):
    return subprocess.run(
        [sys.executable, "-m", "reweave", *map(str, arguments)], env=ENV, capture_output=True, input=stdin
    )


def rows_of(data):
    return [orjson.loads(line) for line in data.splitlines()]


def write(path, rows):
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def sequences():
    return list(edit_sequences(TEXTS, paths=3))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fmt", ["edits", "prompt-completion", "messages"])
def test_everything_comes_back(tmp_path, sequences, fmt, form):
    """Each row of each format and form resolves to its program, exactly; other columns stay."""
    file = write(tmp_path / "in.jsonl", [to_row(s, fmt, form, "<|diff|>") | {"mine": 1} for s in sequences])
    done = reweave_("resolve", file, "-o", tmp_path / "out.jsonl", "--form", form)
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode() == f"read {len(sequences)}: {len(sequences)} exact (100.0%)\n"
    rows = rows_of((tmp_path / "out.jsonl").read_bytes())
    assert [row["program"] for row in rows] == [s.program for s in sequences]
    assert {(row["status"], *row["skipped"], row["mine"]) for row in rows} == {("exact", 1)}


@pytest.mark.skipif("REWEAVE_DATA" not in os.environ, reason="REWEAVE_DATA is not set")
@pytest.mark.slow
def test_a_whole_data_set(tmp_path):
    """All instruction pairs through edits and resolve: every program exact, none missing."""
    source = Path(os.environ["REWEAVE_DATA"]) / "instruct-python-pairs" / "pairs.jsonl.gz"
    out = tmp_path / "e.jsonl.zst"
    made = reweave_("edits", source, "-o", out, "--format", "prompt-completion", "--paths", 1)
    assert made.returncode == 0, made.stderr
    done = reweave_("resolve", out, "-o", tmp_path / "out.jsonl")
    assert done.stderr.decode() == "read 2,335: 2,335 exact (100.0%)\n"
    programs = {row["id"]: row["program"] for row in rows_of(gzip.decompress(source.read_bytes()))}
    assert {row["id"]: row["program"] for row in rows_of((tmp_path / "out.jsonl").read_bytes())} == programs


def damaged(texts, seed):
    """Texts cut off, with characters changed, lines dropped, doubled and swapped."""
    chance = random.Random(seed)
    for text in texts:
        at = chance.randrange(len(text) + 1)
        lines = text.split("\n")
        line = chance.randrange(len(lines))
        yield text[:at]
        yield text[:at] + chance.choice("+-@ \n9<\\\r\u2028é") + text[at + 1 :]
        yield "\n".join(lines[:line] + lines[line + 1 :])
        yield "\n".join([*lines[: line + 1], *lines[line:]])
        yield "Sure! Here it is:\n" + text + "\nI hope it helps"


# A conversation of whole states cannot be malformed: any text is a state.
DAMAGED = [("messages", form) for form in FORMS[:3]] + [("prompt-completion", form) for form in FORMS]


@pytest.mark.parametrize(("fmt", "form"), DAMAGED)
def test_damaged_output(tmp_path, sequences, fmt, form):
    """Each damaged row gets a status; every one that is not exact says what was skipped or mended."""
    rows = []
    for sequence in sequences:
        row = to_row(sequence, fmt, form, "<|diff|>")
        if fmt == "messages":
            turns = row["messages"]
            for turn, text in enumerate(damaged([turn["content"] for turn in turns if turn["content"]], 1)):
                chosen = min(turn // 5, len(turns) - 1)
                changed = [*turns[:chosen], turns[chosen] | {"content": text}, *turns[chosen + 1 :]]
                rows.append({"messages": changed})
        else:
            rows += [{"completion": text} for text in damaged([row["completion"]], len(rows))]
    file = write(tmp_path / "in.jsonl", rows)
    done = reweave_("resolve", file, "--form", form)
    assert done.returncode == 0, done.stderr
    resolved = rows_of(done.stdout)
    assert [row["id"] for row in resolved] == list(range(len(rows)))
    statuses = {row["status"] for row in resolved}
    assert statuses <= {"exact", "repaired", "empty"}
    assert "repaired" in statuses
    for row in resolved:
        assert isinstance(row["program"], str)
        assert row["skipped"] or row["status"] != "repaired"
    strict = rows_of(reweave_("resolve", file, "--form", form, "--mode", "strict").stdout)
    assert {row["status"] for row in strict} >= {"exact", "malformed"}
    for loose, hard in zip(resolved, strict, strict=True):
        if hard["status"] == "exact":
            assert (loose["status"], loose["program"]) == ("exact", hard["program"])
        elif hard["status"] == "malformed":
            assert hard["program"] is None
            assert hard["skipped"]
            assert loose["status"] != "exact"


def test_rows_that_cannot_be_read(tmp_path):
    """Broken JSON, other types, missing columns: one row out for each row in, with the reason."""
    file = tmp_path / "in.jsonl"
    good = b'{"completion":"\\n<|diff|>@@ -0,0 +1 @@\\n+x"}\n'
    bad = [
        b"{\n",
        b"[1]\n",
        b'{"other":1}\n',
        b'{"edits":[1]}\n',
        b'{"messages":[1]}\n',
        b'{"completion":null}\n',
    ]
    bad.append(b'{"messages":[{"role":"assistant","content":3}]}\n')
    file.write_bytes(good + b"".join(bad))
    done = reweave_("resolve", file)
    assert done.returncode == 0
    rows = rows_of(done.stdout)
    assert [row["status"] for row in rows] == ["exact"] + ["malformed"] * len(bad)
    assert all(row["skipped"] and row["program"] is None for row in rows[1:])
    assert done.stderr.startswith(b"read 8: 1 exact (12.5%), 7 malformed (87.5%)")


@pytest.mark.parametrize(
    "row", [{"edits": []}, {"completion": "\n<|diff|>\n<|diff|>"}, {"completion": ""}, {"messages": []}]
)
def test_no_edits_are_empty(row):
    """Output without one edit is empty, in whichever column it comes; not exact."""
    done = reweave_("resolve", "-", stdin=orjson.dumps(row) + b"\n")
    [resolved] = rows_of(done.stdout)
    assert (resolved["status"], resolved["program"]) == ("empty", "")


def test_messages_are_mended():
    """A conversation with one bad turn is repaired, not thrown away."""
    turns = [
        {"role": "assistant", "content": text}
        for text in ("@@ -0,0 +1 @@\n+x", "@@ what", "@@ -1,0 +2 @@\n+y")
    ]
    done = reweave_("resolve", "-", stdin=orjson.dumps({"messages": turns}) + b"\n")
    [resolved] = rows_of(done.stdout)
    assert resolved["status"] == "repaired"
    assert resolved["program"] in {"x\ny\n", "x\ny"}
    assert any("edit 1" in skipped for skipped in resolved["skipped"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.jsonl"], "no such file"),
        (["-", "--form", "nope"], "no form 'nope'"),
        (["-", "--mode", "nope"], "no mode 'nope'"),
        (["-", "-o", "out.txt"], "writes .jsonl"),
        (["-", "--marker", ""], "marker"),
        (["-", "--marker", "+x"], "marker"),
        (["-", "--eos", "<|diff|>"], "end-of-sequence"),
    ],
)
def test_mistakes_are_one_line(tmp_path, arguments, said):
    """A user's mistake is one line on stderr and exit code 1; nothing is written."""
    done = subprocess.run(
        [sys.executable, "-m", "reweave", "resolve", *arguments],
        env=ENV,
        cwd=tmp_path,
        capture_output=True,
        input=b"",
    )
    assert done.returncode == 1
    message = done.stderr.decode()
    assert message.startswith("reweave: ")
    assert message.count("\n") == 1
    assert said in message
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_is_not_there(tmp_path):
    """When not one row could be used the exit code says so."""
    file = write(tmp_path / "in.jsonl", [{"completion": "x"}] * 3)
    done = reweave_("resolve", file, "--field", "nope")
    assert done.returncode == 1
    assert b"3 malformed" in done.stderr
