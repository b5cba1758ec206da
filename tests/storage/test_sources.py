"""What goes in: every kind of input, also damaged ones."""

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reweave
from reweave.errors import InputError, RowError
from reweave.storage import open_source, streams

ROWS = [{"id": str(i), "program": f"x = {i}\n", "näme": "ü\u2028\u0000"} for i in range(300)]
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
LINES = [orjson.dumps(row) for row in ROWS]


def zst(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


PACK = {"": bytes, ".gz": gzip.compress, ".zst": zst}


def reasons(rows):
    return [row.reason if isinstance(row, RowError) else "ok" for row in rows]


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".jsonlines", ".json"])
def test_jsonl_round_trip(tmp_path, suffix, packed):
    """Lines come through byte for byte, from any record on, in every packing."""
    path = tmp_path / f"a{suffix}{packed}"
    path.write_bytes(PACK[packed](b"\n".join(LINES)))
    source = open_source(str(path))
    assert list(source.rows()) == LINES
    assert list(source.rows(297)) == LINES[297:]
    assert list(source.rows(300)) == []


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_several_members_are_one_input(tmp_path, packed):
    """Files made by concatenation are read to their end."""
    path = tmp_path / f"a.jsonl{packed}"
    path.write_bytes(PACK[packed](b'{"a":1}\n') + PACK[packed](b'{"a":2}\n'))
    assert list(open_source(str(path)).rows()) == [b'{"a":1}', b'{"a":2}']


@pytest.mark.parametrize("packed", [".gz", ".zst"])
@pytest.mark.parametrize("keep", [0.5, 0.95, -1])
def test_truncated_stream(tmp_path, packed, keep):
    """A broken stream gives what was readable, then one truncated-input, then ends."""
    lines = [orjson.dumps({"i": i, "x": i * 2654435761 % 4294967296}) for i in range(60_000)]
    data = PACK[packed](b"\n".join(lines) + b"\n")
    path = tmp_path / f"a.jsonl{packed}"
    path.write_bytes(data[: int(len(data) * keep) if keep > 0 else keep])
    rows = list(open_source(str(path)).rows())
    assert isinstance(rows[-1], RowError)
    assert rows[-1].reason == "truncated-input"
    readable = rows[:-1]
    assert readable == lines[: len(readable)]
    assert len(readable) > len(lines) * abs(keep) * 0.7


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_garbage_instead_of_packed(tmp_path, packed):
    """A file that is not packed as its name says is one damaged record, not a crash."""
    path = tmp_path / f"a.jsonl{packed}"
    path.write_bytes(b'{"not": "packed"}\n')
    assert reasons(open_source(str(path)).rows()) == ["truncated-input"]


def test_blank_lines_are_no_records(tmp_path):
    """Blank lines, CRLF and a byte order mark change neither records nor their numbers."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n{"a":2}\n\n')
    assert list(open_source(str(path)).rows()) == [b'{"a":1}', b'{"a":2}']


def test_invalid_utf8_keeps_its_place(tmp_path):
    """A line that is not UTF-8 is a RowError in its place; its neighbours are untouched."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":"\xc3\xa4"}\n{"a":"\xff"}\n{"a":"\xc3\xb6"}\n')
    rows = list(open_source(str(path)).rows())
    assert reasons(rows) == ["ok", "invalid-utf8", "ok"]
    assert rows[2] == b'{"a":"\xc3\xb6"}'


def test_hostile_lines_pass_unparsed(tmp_path):
    """What is inside a line is not the source's business: NUL, lone surrogates, arrays, nonsense pass."""
    lines = [b'{"a":"\x00"}', rb'{"a":"\ud800"}', b"[1]", b"nonsense", b'"' + b"x" * 3_000_000 + b'"']
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    assert list(open_source(str(path)).rows()) == lines


def test_line_too_long(tmp_path, monkeypatch):
    """A line beyond the limit is skipped in constant memory and counted as one record."""
    monkeypatch.setattr(streams, "LONGEST_LINE", 100)
    monkeypatch.setattr(streams, "BLOCK", 16)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"x" * 1000 + b'\n{"a":2}\n' + b"y" * 500)
    rows = list(open_source(str(path)).rows())
    assert reasons(rows) == ["ok", "too-long", "ok", "too-long"]
    assert "1,000 bytes" in rows[1].detail


@given(st.lists(st.binary(min_size=0, max_size=40).filter(lambda b: b"\n" not in b)), st.integers(1, 50))
def test_lines_do_not_depend_on_blocks(parts, size):
    """Where the blocks are cut makes no difference."""
    data = b"\n".join(parts)

    def read(step):
        stream = io.BytesIO(data)
        return [
            row if isinstance(row, bytes) else row.reason for row in streams.lines(lambda: stream.read(step))
        ]

    whole = read(1 << 20)
    stripped = [part.strip() for part in data.removeprefix(streams.BYTE_ORDER_MARK).split(b"\n")]
    assert len(whole) == len([part for part in stripped if part])
    if size >= len(streams.BYTE_ORDER_MARK):
        assert read(size) == whole


def test_json_array(tmp_path):
    """A .json file with one array gives its elements."""
    path = tmp_path / "a.json"
    path.write_bytes(b' [\n {"a": 1},\n {"a": 2}]\n')
    assert list(open_source(str(path)).rows(1)) == [b'{"a":2}']
    path.write_bytes(b'[{"a": 1}, ')
    with pytest.raises(InputError, match="begins as a JSON array"):
        list(open_source(str(path)).rows())


def test_stdin():
    """A dash reads JSON lines from standard input."""
    code = "from reweave.storage import open_source; print(list(open_source('-').rows(1)))"
    done = subprocess.run([sys.executable, "-c", code], input=b'{"a":1}\n\n{"a":2}\n', capture_output=True)
    assert done.stdout.strip() == b"""[b'{"a":2}']""", done.stderr


def write_parquet(path, rows, **options):
    pq.write_table(pa.Table.from_pylist(rows), path, **options)


def test_parquet_round_trip(tmp_path):
    """Rows come through as JSON, over row groups, from any record on; nested columns too."""
    rows = [{**row, "meta": {"a": [1, None]}, "n": i, "f": 0.5} for i, row in enumerate(ROWS)]
    path = tmp_path / "a.parquet"
    write_parquet(path, rows, row_group_size=70)
    source = open_source(str(path))
    assert [orjson.loads(row) for row in source.rows()] == rows
    for start in (1, 69, 70, 71, 299, 300):
        assert [orjson.loads(row) for row in source.rows(start)] == rows[start:]
    assert source.count_hint() == 300


def test_parquet_bad_values(tmp_path):
    """A text that is not UTF-8 is a RowError in its place; bytes that are no text are marked as base64."""
    text = pa.array([b"ok", b"\xff\xfe", b"ok"]).cast(pa.binary()).view(pa.string())
    raw = pa.array([b"x = 1", b"", b"\xff"], pa.binary())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"t": text, "b": raw}), path)
    rows = list(open_source(str(path)).rows())
    assert reasons(rows) == ["ok", "invalid-utf8", "ok"]
    assert orjson.loads(rows[0]) == {"t": "ok", "b": "x = 1"}
    assert orjson.loads(rows[2])["b"] == {"base64": "/w=="}


def test_parquet_damaged_group(tmp_path):
    """A damaged row group loses its own rows only, one RowError each."""
    path = tmp_path / "a.parquet"
    write_parquet(
        path, [{"a": f"{i:05d}" * 20} for i in range(200)], row_group_size=100, use_dictionary=False
    )
    data = bytearray(path.read_bytes())
    data[4:200] = b"\xff" * 196
    path.write_bytes(data)
    rows = list(open_source(str(path)).rows())
    assert reasons(rows) == ["unreadable-row"] * 100 + ["ok"] * 100


def test_not_parquet(tmp_path):
    """A file that only is called Parquet is refused at once, as are two columns of one name."""
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="as Parquet"):
        open_source(str(path))
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    with pytest.raises(InputError, match="more than one column is called a"):
        open_source(str(path))


def test_folder_of_shards(tmp_path):
    """Shards are read in the order of their names, whatever their kind; a bad one is one record."""
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(LINES[100:200])))
    write_parquet(tmp_path / "a.parquet", ROWS[:100])
    (tmp_path / "c.parquet").write_bytes(b"bad")
    (tmp_path / "d.jsonl").write_bytes(b"\n".join(LINES[200:]))
    (tmp_path / "README.md").write_text("about")
    source = open_source(str(tmp_path))
    rows = list(source.rows())
    assert [orjson.loads(row) for row in rows[:200]] == ROWS[:200]
    assert reasons(rows[199:202]) == ["ok", "unreadable-file", "ok"]
    assert rows[201:] == LINES[200:]
    for start in (0, 50, 100, 150, 200, 201, 250):
        assert list(map(str, source.rows(start))) == list(map(str, rows[start:]))


def make_tree(root):
    files = {
        "b.py": b"def f():\r\n    return 1\r\n",
        "a/__init__.py": b"\xef\xbb\xbfx = 1\n",
        "a/latin.py": b"# -*- coding: latin-1 -*-\nx = '\xe4'\n",
        "a/__pycache__/x.py": b"no",
        ".git/x.py": b"no",
        "env/pyvenv.cfg": b"",
        "env/x.py": b"no",
        "lib/site-packages/x.py": b"no",
        "config.json": b"{}",
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_python_folder(tmp_path):
    """Programs come byte for byte, sorted, without environments and caches, and say what was left out."""
    make_tree(tmp_path)
    source = open_source(str(tmp_path))
    rows = list(source.rows())
    assert reasons(rows) == ["ok", "invalid-utf8", "ok"]
    first, last = orjson.loads(rows[0]), orjson.loads(rows[2])
    assert first == {"id": "a/__init__.py", "program": "\ufeffx = 1\n", "path": "a/__init__.py"}
    assert last["program"].encode() == b"def f():\r\n    return 1\r\n"
    assert source.notes == ("folders left out: .git, env, lib/site-packages",)
    assert source.count_hint() == 3
    assert list(source.rows(2)) == rows[2:]


def test_file_that_vanished(tmp_path):
    """A file that cannot be read when its turn comes is a RowError in its place."""
    make_tree(tmp_path)
    source = open_source(str(tmp_path))
    (tmp_path / "b.py").unlink()
    assert reasons(source.rows()) == ["ok", "invalid-utf8", "unreadable-file"]


def test_patterns_and_mixed_folders(tmp_path):
    """A folder of programs and data has to be asked for by pattern, and the message says how."""
    make_tree(tmp_path)
    (tmp_path / "data.jsonl").write_bytes(b'{"a":1}\n')
    with pytest.raises(InputError, match=r"3 Python files .* and 1 data files .*\*\*/\*\.py"):
        open_source(str(tmp_path))
    assert open_source(f"{tmp_path}/**/*.py").count_hint() == 3
    assert list(open_source(f"{tmp_path}/*.jsonl").rows()) == [b'{"a":1}']


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("missing.jsonl", "no such file or folder"),
        ("missing/**/*.py", "no such folder"),
        ("package:sys", "no Python source"),
        ("package:_struct", "no Python source"),
        ("package:no_such_package", "no module is called 'no_such_package'"),
        ("package:json.nothing", "no module is called 'json.nothing'"),
        ("package:", "cannot look for"),
    ],
)
def test_unknown_inputs(spec, message):
    """What cannot be found is said in one sentence."""
    with pytest.raises(InputError, match=message):
        open_source(spec)


def test_empty_folder_and_unknown_suffix(tmp_path):
    """A folder without readable files, or a file of another kind, is refused with what would do."""
    (tmp_path / "a.csv").write_text("a,b")
    with pytest.raises(InputError, match="holds no file that can be read"):
        open_source(str(tmp_path))
    with pytest.raises(InputError, match=r"Readable are \.jsonl"):
        open_source(str(tmp_path / "a.csv"))


def test_packages():
    """A package gives all its modules, a module itself, under dotted names."""
    rows = [orjson.loads(row) for row in open_source("package:json").rows()]
    assert [row["id"] for row in rows] == [
        "json",
        "json.decoder",
        "json.encoder",
        "json.scanner",
        "json.tool",
    ]
    assert rows[1]["path"] == "json/decoder.py"
    (row,) = open_source("package:email.mime.text").rows()
    assert orjson.loads(row)["id"] == "email.mime.text"


def test_packages_are_not_imported(tmp_path):
    """Neither a package nor its parents are run to find its source."""
    (tmp_path / "loud" / "sub").mkdir(parents=True)
    for name in ("loud/__init__.py", "loud/sub/__init__.py", "loud/sub/mod.py"):
        (tmp_path / name).write_text("raise SystemExit('was run')\n")
    code = (
        "import sys; from reweave.storage import open_source\n"
        "for name in ('loud.sub', 'loud.sub.mod'): print(open_source('package:' + name).count_hint())\n"
        "print('loud' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=ENV, capture_output=True, text=True)
    assert done.stdout.split() == ["2", "1", "False"], done.stderr


def test_fingerprints(tmp_path):
    """A fingerprint does not depend on place or date, and changes with name, length and either end."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.jsonl").write_bytes(b"\n".join(LINES))
    first = open_source(str(one / "a.jsonl")).fingerprint()
    assert open_source(str(two / "a.jsonl")).fingerprint() == first
    assert str(tmp_path) not in str(first)
    (two / "a.jsonl").write_bytes(b"\n".join([*LINES[:-1], LINES[-1].replace(b"299", b"298")]))
    assert open_source(str(two / "a.jsonl")).fingerprint() != first
    assert open_source(str(one)).fingerprint() == {
        **open_source(str(one)).fingerprint(),
        "kind": "shards",
        "files": 1,
    }
    whole = open_source(str(one / "a.jsonl"), split="definition").fingerprint()
    assert whole != first


@pytest.mark.parametrize("packed", PACK)
def test_count_hint_of_jsonl(tmp_path, packed):
    """The number of lines is estimated to within a fifth for even lines, and exact for short files."""
    path = tmp_path / f"a.jsonl{packed}"
    path.write_bytes(
        PACK[packed](b"".join(orjson.dumps({"i": i, "x": "abc" * 9}) + b"\n" for i in range(300_000)))
    )
    assert open_source(str(path)).count_hint() == pytest.approx(300_000, rel=0.2)
    path.write_bytes(PACK[packed](b"{}\n{}\n"))
    assert open_source(str(path)).count_hint() == 2


def test_import_stays_light():
    """Importing the room does not import pyarrow."""
    code = "import sys, reweave.storage; print('pyarrow' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    )


def test_split_is_checked():
    """An unknown split is refused."""
    with pytest.raises(InputError, match="split is"):
        open_source(str(Path(__file__)), split="line")
