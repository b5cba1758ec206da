"""The run directory: beginning, going on, refusing."""

import gzip
import subprocess
import sys

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.errors import InputError, RowError, RunError
from reweave.storage import Run, find_run, journal, open_source, read_rows
from reweave.storage.identity import differences
from reweave.storage.journal import Checkpoint, Journal
from reweave.storage.parquet_out import write_parquet

from .test_kill import ENV

ROW = {
    "id": "a",
    "path": 0,
    "instruction": None,
    "program": "x = 1\n",
    "edits": ["e1", "e2"],
    "edit_lines": [1, 0],
    "seed": 2**63 - 1,
    "meta": {"k": [1, {"z": None}]},
}
ROWS = [{**ROW, "id": str(i), "score": i / 2} for i in range(25)]


def dump(*rows):
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def start(out, **options):
    return Run.open(
        out, **({"config": {"seed": 0, "paths": 2}, "source": {"kind": "jsonl", "size": 5}} | options)
    )


def write(out, rows=ROWS, **options):
    with start(out, **options) as run:
        for row in rows[run.next :]:
            run.append(dump(row), b"", 1)
        return run.finish({"n": len(rows)})


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "folder"])
def test_round_trip(tmp_path, name):
    """Rows come back from every form, from the output and from its run directory, also as an input."""
    out = tmp_path / name
    manifest = write(out, shard_records=10)
    assert (manifest.records, manifest.rows, manifest.rejects) == (25, 25, 0)
    assert list(read_rows(out)) == ROWS
    assert list(read_rows(tmp_path / f"{name}.run")) == ROWS
    assert len(list(open_source(str(out)).rows())) == 25
    assert find_run(out) == find_run(tmp_path / f"{name}.run") == (out, tmp_path / f"{name}.run")
    leftovers = [path.name for path in tmp_path.rglob("*") if "part" in path.name and path.parent != out]
    assert leftovers == []


def test_others_can_read(tmp_path):
    """Python's gzip, zstd and Parquet readers find plain contents; Parquet has the types promised."""
    write(tmp_path / "a.jsonl.gz")
    data = (tmp_path / "a.jsonl.gz").read_bytes()
    assert gzip.decompress(data) == dump(*ROWS)
    assert data[3] == 0, "the header holds no name"
    assert data[4:8] == bytes(4), "nor a date"
    write(tmp_path / "a.jsonl.zst")
    with pa.CompressedInputStream(pa.OSFile(str(tmp_path / "a.jsonl.zst")), "zstd") as stream:
        assert stream.read() == dump(*ROWS)
    manifest = write(tmp_path / "a.parquet")
    schema = pq.read_schema(tmp_path / "a.parquet")
    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types == {
        "id": "string",
        "path": "int64",
        "instruction": "string",
        "program": "string",
        "edits": "list<element: string>",
        "edit_lines": "list<element: int32>",
        "seed": "int64",
        "meta": "string",
        "score": "double",
    }
    assert manifest.json_columns == ("meta",)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "path", "edit_lines", "a", "b", ""]), json_values), max_size=6
    )
)
def test_parquet_loses_nothing(tmp_path_factory, rows):
    """Whatever mixture of types the columns have, what is read is what was written; missing becomes null."""
    folder = tmp_path_factory.mktemp("parquet")
    (folder / "part").write_bytes(dump(*rows))
    write_parquet(folder / "part", folder / "a.parquet")
    back = list(read_rows(folder / "a.parquet"))
    columns = {name for row in rows for name in row}
    assert [{name: row[name] for name in columns} for row in back] == [
        {name: row.get(name) for name in columns} for row in rows
    ]
    # As an input of another verb it gives the same values: those kept as JSON text are values again
    assert [orjson.loads(raw) for raw in open_source(str(folder / "a.parquet")).rows()] == back


def test_empty_runs(tmp_path):
    """No records, or no kept rows, still give a readable output and a manifest."""
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "folder"):
        assert write(tmp_path / name, []).records == 0
        assert list(read_rows(tmp_path / name)) == []
    assert pq.read_schema(tmp_path / "a.parquet").names[:3] == ["id", "path", "instruction"]
    with start(tmp_path / "rejected", shard_records=2) as run:
        for _ in range(4):
            run.append(b"", b'{"id": "x"}\n', 1)
        assert [output.name for output in run.finish({}).outputs] == [
            "rejected/part-00000.jsonl.zst",
            "rejected/part-00001.jsonl.zst",
        ]
    assert list(read_rows(tmp_path / "rejected")) == []


def test_goes_on(tmp_path):
    """What came after the last checkpoint is done again; state and counts are those of the checkpoint."""
    out = tmp_path / "a.jsonl"
    with start(out) as run:
        assert (run.next, run.state) == (0, {})
        run.append(dump(*ROWS[:3]), b'{"r": 1}\n', 4)
        run.checkpoint({"seen": {"kept": 3}})
        run.append(dump(ROWS[3]), b"", 1)
    assert not out.exists()
    with start(out) as run:
        assert (run.next, run.state) == (4, {"seen": {"kept": 3}})
        run.append(dump(*ROWS[3:5]), b"", 2)
        manifest = run.finish({})
    assert (manifest.records, manifest.rows, manifest.rejects) == (6, 5, 1)
    assert list(read_rows(out)) == ROWS[:5]


def test_complete(tmp_path):
    """A finished run is reported as complete, with its manifest, and takes nothing more."""
    out = tmp_path / "a.jsonl"
    manifest = write(out)
    before = out.stat().st_mtime_ns
    with start(out, context={"workers": 9}, versions={"ruff": "2"}) as run:
        assert run.complete
        assert run.next == 25
        assert run.manifest == manifest == run.finish({"other": 1})
        with pytest.raises(RunError, match="is complete"):
            run.append(b"", b"", 1)
    assert out.stat().st_mtime_ns == before


def test_refuses_another_configuration(tmp_path):
    """Another configuration or input is refused, naming exactly what differs; context may change."""
    out = tmp_path / "a.jsonl"
    with start(out, context={"workers": 1}) as run:
        run.checkpoint({})
    with pytest.raises(RunError) as caught:
        start(out, config={"seed": 1, "units": {"kind": "logical"}}, source={"kind": "jsonl", "size": 6})
    assert str(caught.value).splitlines()[1:5] == [
        "  config.paths: 2 in the run, absent now",
        "  config.seed: 0 in the run, 1 now",
        '  config.units.kind: absent in the run, "logical" now',
        "  source.size: 5 in the run, 6 now",
    ]
    with start(out, context={"workers": 2}):
        assert orjson.loads((tmp_path / "a.jsonl.run" / "config.json").read_bytes())["context"] == {
            "workers": 2
        }
    with start(tmp_path / "folder", shard_records=5):
        pass
    with pytest.raises(RunError, match=r"shards\.records: 5 in the run, 6 now"):
        start(tmp_path / "folder", shard_records=6)


def test_types_are_told_apart():
    """1, 1.0, true and "1" are different values; an empty table differs from none."""
    for one in (1, 1.0, True, "1", None, [], {}):
        for two in (1, 1.0, True, "1", None, [], {}):
            assert bool(differences({"a": one}, {"a": two})) == (orjson.dumps(one) != orjson.dumps(two))
    assert differences({}, {"a": {}}) == ["a: absent in the run, {} now"]


def test_versions_are_noted(tmp_path):
    """Going on with other versions is allowed, said, and written down with the record."""
    out = tmp_path / "a.jsonl"
    with start(out, versions={"ruff": "1"}) as run:
        assert run.notes == ()
        run.append(dump(ROW), b"", 1)
        run.checkpoint({})
    with start(out, versions={"ruff": "2"}) as run:
        assert run.notes == ('continued from record 1 with other versions: ruff: "1" in the run, "2" now',)
    entries = orjson.loads((tmp_path / "a.jsonl.run" / "versions.json").read_bytes())["versions"]
    assert entries == [{"from_record": 0, "of": {"ruff": "1"}}, {"from_record": 1, "of": {"ruff": "2"}}]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_never_overwrites(tmp_path, name):
    """A file that no run here made is left alone, whenever it appears."""
    out = tmp_path / name
    out.write_text("precious")
    with pytest.raises(RunError, match="no run made it"):
        start(out)
    out.unlink()
    with start(out) as run:
        run.append(dump(ROW), b"", 1)
        run.checkpoint({})
        out.write_text("precious")
        with pytest.raises(RunError, match="has appeared"):
            run.finish({})
    with pytest.raises(RunError, match="no record of making it"):
        start(out)
    assert out.read_text() == "precious"


def test_never_uses_a_folder_of_others(tmp_path):
    """A folder with contents, or a .run folder that is none, is refused; an empty folder is used."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("precious")
    with pytest.raises(RunError, match="no run made it"):
        start(tmp_path / "full")
    (tmp_path / "b.jsonl.run").mkdir()
    (tmp_path / "b.jsonl.run" / "notes.txt").write_text("precious")
    with pytest.raises(RunError, match=r"no run directory: it has no config\.json but notes"):
        start(tmp_path / "b.jsonl")
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")


def test_output_gone_or_changed(tmp_path):
    """A finished run whose output was removed or changed says so."""
    out = tmp_path / "a.jsonl"
    write(out)
    with out.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(RunError, match="bytes instead of"):
        start(out)
    out.unlink()
    with pytest.raises(RunError, match="is gone"):
        start(out)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl.bz2"])
def test_unknown_output(tmp_path, name):
    """An output of a kind that cannot be written is refused with those that can."""
    with pytest.raises(InputError, match=r"\.jsonl\.zst, \.jsonl\.gz, \.jsonl, \.parquet, or a folder"):
        start(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_bad_shard_settings(tmp_path):
    """Shards of no records, or of Parquet, are refused."""
    for options in ({"shard_records": 0}, {"shard_suffix": ".parquet"}):
        with pytest.raises(InputError, match="shards are"):
            start(tmp_path / "folder", **options)


def test_append_checks(tmp_path):
    """Half lines and records across a shard's end are the caller's errors, and change nothing."""
    with start(tmp_path / "folder", shard_records=3) as run:
        assert run.room == 3
        run.append(b"", b"", 2)
        assert run.room == 1
        for arguments in ((b"{}", b"", 1), (b"", b"{}", 1), (b"", b"", 2), (b"", b"", 0)):
            with pytest.raises(ValueError, match=r"append takes|there is room"):
                run.append(*arguments)
        run.append(b"{}\n", b"", 1)
        assert run.room == 3
        assert run.finish({}).rows == 1


def test_shards_appear_as_they_fill(tmp_path):
    """A full shard is finished at the next checkpoint; only the current one is plain; both can be read."""
    out = tmp_path / "folder"
    with start(out, shard_records=10) as run:
        for row in ROWS[:15]:
            run.append(dump(row), b"", 1)
        run.checkpoint({})
        assert [path.name for path in out.iterdir()] == ["part-00000.jsonl.zst"]
        assert [path.name for path in run.folder.glob("part*")] == ["part-00001.jsonl"]
        assert list(read_rows(out)) == ROWS[:15]
        assert list(read_rows(run.folder)) == ROWS[:15]


def test_reading_an_unfinished_run(tmp_path):
    """The part of a run that is being written is read up to its last whole line."""
    out = tmp_path / "a.parquet"
    with start(out) as run:
        run.append(dump(*ROWS[:2]), b"", 2)
        run.checkpoint({})
        with (run.folder / "part.jsonl").open("ab") as file:
            file.write(b'{"half": ')
        assert list(read_rows(out)) == ROWS[:2]


def test_reading_what_is_not_there(tmp_path):
    """A missing output is an InputError; a bad row is a RowError that names the file."""
    with pytest.raises(InputError, match="no such file, folder or run"):
        list(read_rows(tmp_path / "a.jsonl"))
    (tmp_path / "a.jsonl").write_bytes(b"{}\n[]\n")
    with pytest.raises(RowError, match=r"a\.jsonl"):
        list(read_rows(tmp_path / "a.jsonl"))


def test_one_writer(tmp_path):
    """A second process, and a second open in this one, are refused; a dead holder keeps nobody out."""
    out = tmp_path / "a.jsonl"
    code = (
        "import sys, time; from pathlib import Path; from reweave.storage import Run\n"
        f"run = Run.open(Path({str(out)!r}), config={{}}, source={{}})\n"
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], env=ENV, stdout=subprocess.PIPE)
    assert holder.stdout.readline().strip() == b"held"
    with pytest.raises(RunError, match=rf"another process \(id {holder.pid}\) is writing"):
        Run.open(out, config={}, source={})
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with (
        Run.open(out, config={}, source={}),
        pytest.raises(RunError, match="this process is already writing"),
    ):
        Run.open(out, config={}, source={})
    with Run.open(out, config={}, source={}) as run:
        run.finish({})


def test_closed_run(tmp_path):
    """A run that is closed takes nothing more."""
    with start(tmp_path / "a.jsonl") as run:
        pass
    with pytest.raises(RunError, match="closed"):
        run.append(b"{}\n", b"", 1)


def test_journal_survives_damage(tmp_path):
    """Torn, flipped and foreign lines are passed over; the valid ones before them count."""
    log = Journal(tmp_path / "journal.jsonl")
    for number in range(3):
        log.append(Checkpoint(next=number, state={"n": number}), sync=False)
    data = log.path.read_bytes()
    ends = [end for _, end in log.read()]
    for damaged, expected in [
        (data[:-1], [0, 1]),
        (data[: ends[1] + 3], [0, 1]),
        (data.replace(b'"n":2', b'"n":3'), [0, 1]),
        (data + b"\x00" * 100, [0, 1, 2]),
        (b"nonsense\n" + data, [0, 1, 2]),
        (b"", []),
    ]:
        log.path.write_bytes(damaged)
        assert [at.next for at, _ in log.read()] == expected


def test_journal_stays_small(tmp_path, monkeypatch):
    """A long run's journal is rewritten with its last line before it grows beyond the limit."""
    monkeypatch.setattr(journal, "LARGEST", 10_000)
    out = tmp_path / "a.jsonl"
    with start(out) as run:
        for row in ROWS:
            run.append(dump(row), b"", 1)
            run.checkpoint({"histogram": [7] * 500})
            assert (run.folder / "journal.jsonl").stat().st_size <= 10_000
    with start(out) as run:
        assert run.next == 25


def test_what_no_checkpoint_knows_is_cut_off(tmp_path):
    """Whatever a kill left behind the last checkpoint is gone after a restart, in every file."""
    out = tmp_path / "folder"
    with start(out, shard_records=10) as run:
        run.append(dump(ROWS[0]), b'{"r": 0}\n', 2)
        run.checkpoint({})
        for name in ("part-00000.jsonl", "part-00001.jsonl", "rejects.jsonl", "journal.jsonl"):
            with (run.folder / name).open("ab") as file:
                file.write(b'{"torn": "' + b"x" * 1000)
    with start(out, shard_records=10) as run:
        assert run.next == 2
        assert not (run.folder / "part-00001.jsonl").exists()
        run.append(dump(ROWS[1]), b"", 1)
        run.checkpoint({})
    with start(out, shard_records=10) as run:
        assert run.next == 3
        run.finish({})
        assert (run.folder / "rejects.jsonl").read_bytes() == b'{"r": 0}\n'
    assert list(read_rows(out)) == ROWS[:2]


def test_interrupt_in_a_write(tmp_path, monkeypatch):
    """An interrupt between two writes that belong together lets no checkpoint follow it."""
    out = tmp_path / "a.jsonl"
    with start(out) as run:
        run.append(dump(ROWS[0]), b"", 1)
        run.checkpoint({})
        with monkeypatch.context() as patch:
            patch.setattr(run._rejects, "write", lambda data: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                run.append(dump(ROWS[1]), b"", 1)
        with pytest.raises(RunError, match=r"interrupted.*goes on from record 1"):
            run.checkpoint({})
    with start(out) as run:
        run.finish({})
    assert list(read_rows(out)) == ROWS[:1]


def test_lost_data_goes_further_back(tmp_path):
    """When a file is shorter than the last checkpoint says, the one before counts."""
    out = tmp_path / "a.jsonl"
    with start(out) as run:
        for row in ROWS[:3]:
            run.append(dump(row), b"", 1)
            run.checkpoint({"n": run.next})
        part = run.folder / "part.jsonl"
    part.write_bytes(part.read_bytes()[:-1])
    with start(out) as run:
        assert (run.next, run.state) == (2, {"n": 2})
