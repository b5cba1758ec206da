"""Where installed code is from, and the standard library as a source."""

import platform

import orjson
import pytest

from reweave.storage import open_source
from reweave.storage.provenance import provenance


def test_the_standard_library():
    """It is found without its tests, and without what is installed beside it."""
    source = open_source("stdlib")
    rows = [orjson.loads(row) for row in source.rows() if isinstance(row, bytes)]
    paths = {row["path"] for row in rows}
    assert {"json/decoder.py", "textwrap.py"} <= paths
    assert not [
        path for path in paths if path.startswith("test/") or "/tests/" in path or "site-packages" in path
    ]
    assert len(paths) > 300
    assert any("files of tests left out" in note for note in source.notes)


@pytest.mark.parametrize("spec", ["stdlib", "package:json", "package:email.mime"])
def test_python_itself(spec):
    """The standard library's code is Python's."""
    assert provenance(spec).to_json() == {
        "package": platform.python_implementation(), "licence": "PSF-2.0",
        "version": platform.python_version(),
    }  # fmt: skip


def test_a_distribution():
    """A package's code is its distribution's, which may have another name."""
    known = provenance("package:_pytest.config")
    assert known.package == "pytest"
    assert known.version[0].isdigit()
    assert known.licence.startswith("MIT")


@pytest.mark.parametrize(
    ("spec", "known"), [("some/folder", {}), ("package:no_such", {"package": "no_such"})]
)
def test_nothing_is_made_up(spec, known):
    """What is not known is not told."""
    assert provenance(spec).to_json() == known
