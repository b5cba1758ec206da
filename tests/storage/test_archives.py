"""Python files out of archives, also damaged ones."""

import io
import tarfile
import zipfile

import orjson
import pytest

from reweave.errors import InputError, RowError
from reweave.storage import archives, open_source

FILES = {
    "p/a.py": b"x = 1\n",
    "p/notes.txt": b"no",
    "./p/b.py": "y = 'ü'\n".encode(),
    "p/latin.py": b"z = '\xe9'\n",
    ".hidden/c.py": b"",
    "p/__pycache__/d.py": b"",
    "../outside.py": b"w = 1\n",
}


def write(path, files):
    if path.suffix in {".zip", ".whl"}:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
            link = tarfile.TarInfo("p/link.py")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)


def shown(rows):
    return [row.reason if isinstance(row, RowError) else orjson.loads(row)["path"] for row in rows]


@pytest.mark.parametrize("name", ["a.zip", "a-1-py3-none-any.whl", "a.tar", "a.tar.gz", "a.tgz"])
def test_members(tmp_path, name):
    """Each Python file is a record, in the archive's order, from any record on; nothing is written."""
    write(tmp_path / name, FILES)
    source = open_source(str(tmp_path / name))
    rows = list(source.rows())
    assert shown(rows) == ["p/a.py", "p/b.py", "invalid-utf8", "../outside.py"]
    assert orjson.loads(rows[1]) == {"id": "p/b.py", "program": "y = 'ü'\n", "path": "p/b.py"}
    assert shown(source.rows(2)) == shown(rows)[2:]
    assert source.count_hint() in {4, None}
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_fingerprint_tells_contents_apart(tmp_path):
    """Two archives of one name are two inputs, and a copy is the same."""
    prints = []
    for number, text in enumerate((b"x = 1\n", b"x = 2\n", b"x = 1\n")):
        (tmp_path / str(number)).mkdir()
        write(tmp_path / str(number) / "a.tar", {"a.py": text})
        prints.append(open_source(str(tmp_path / str(number) / "a.tar")).fingerprint())
    assert prints[0] == prints[2] != prints[1]


def test_a_damaged_member(tmp_path):
    """A zip's member that does not check is a row of its own; the next is read."""
    write(tmp_path / "a.zip", {"a.py": b"a" * 1000, "b.py": b"x = 1\n"})
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[35] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)
    assert shown(open_source(str(tmp_path / "a.zip")).rows()) == ["damaged-member", "b.py"]


def test_a_tar_that_breaks(tmp_path):
    """What was readable comes first, then why there is no more."""
    write(tmp_path / "a.tgz", {f"{n}.py": bytes(range(65, 91)) * 2000 for n in range(9)})
    write(tmp_path / "a.tar", {f"{n}.py": bytes(range(65, 91)) * 2000 for n in range(9)})
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: len(data) // 2])
    assert shown(open_source(str(tmp_path / "a.tar")).rows())[-2:] == ["3.py", "truncated-input"]
    packed = (tmp_path / "a.tgz").read_bytes()
    (tmp_path / "a.tgz").write_bytes(packed[: len(packed) // 2])
    assert shown(open_source(str(tmp_path / "a.tgz")).rows())[-1] == "truncated-input"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_what_is_no_archive(tmp_path, name):
    """A file that is not what its name says is refused."""
    (tmp_path / name).write_bytes(b"x = 1\n" * 200)
    with pytest.raises(InputError, match="cannot read"):
        list(open_source(str(tmp_path / name)).rows())


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    """A member that unpacks to more than a program may have is one row that says so."""
    monkeypatch.setattr(archives, "LARGEST", 1_000_000)
    write(tmp_path / "a.zip", {"a.py": b"\n" * 50_000_000, "b.py": b""})
    assert shown(open_source(str(tmp_path / "a.zip")).rows()) == ["too-long", "b.py"]
