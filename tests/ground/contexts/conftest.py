"""What the tests of contexts share: a sandbox that reads tables, and one file through the reader."""

import pytest

from reweave.errors import SandboxError
from reweave.ground.contexts import ContextsConfig, read_context
from reweave.ground.contexts.record import read_table
from reweave.ground.contexts.sources import FORMATS, TableFile
from reweave.sandbox import CellsJob, Limits, NotPlain, Sandbox


@pytest.fixture(scope="session")
def box():
    """A worker with what reads tables loaded."""
    limits = Limits(wall=60.0, result=64 << 20, disk=256 << 20, memory=2 << 30)
    try:
        sandbox = Sandbox(workers=1, zygote="data", preload=["pyarrow.parquet", "openpyxl"], limits=limits)
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with sandbox:
        yield sandbox


@pytest.fixture
def context(tmp_path):
    """A function that makes the record of a file of these bytes."""

    def make(name, data, **settings):
        path = tmp_path / name
        path.write_bytes(data)
        return read_context(TableFile(name, path, FORMATS[path.suffix]), ContextsConfig(**settings))

    return make


@pytest.fixture
def same_frame(box):
    """A function that runs records' code in the sandbox, the file beside, and compares with what was read."""

    def compare(*pairs):
        import pandas as pd

        jobs = [
            CellsJob([record["code"]], files={record["id"].rpartition("/")[2]: data}, capture=["df"])
            for record, data in pairs
        ]
        for (record, data), result in zip(pairs, box.map(jobs), strict=True):
            assert result.passed, (record["id"], record["code"], result.reason, result.detail)
            found = result.cells[0].variables["df"]
            assert not isinstance(found, NotPlain), (record["id"], found)
            expected = read_table(data, record["format"], ContextsConfig()).frame
            pd.testing.assert_frame_equal(found, expected, check_exact=True, check_freq=False)

    return compare
