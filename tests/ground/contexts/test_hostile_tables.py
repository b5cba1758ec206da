"""Two thousand generated tables: each is kept or rejected with a reason, and what is kept loads again."""

import sys
import time
from collections import Counter

import orjson
import pytest

from reweave.ground.contexts import ContextsConfig, make_contexts
from reweave.storage import read_rows

from .hostile import files

COUNT = 2_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables, in a folder."""
    folder = tmp_path_factory.mktemp("tables")
    for name, data in files(20240229, COUNT):
        (folder / name).write_bytes(data)
    return folder


def test_two_thousand_tables(tables, tmp_path, same_frame):
    """None crashes a reader, cards are bounded, and code run in the sandbox gives the frame described."""
    began = time.monotonic()
    made = make_contexts([str(tables)], tmp_path / "a.jsonl", ContextsConfig(), workers=2)
    seconds = time.monotonic() - began
    records = list(read_rows(tmp_path / "a.jsonl"))
    rejects = [orjson.loads(line) for line in (made.folder / "rejects.jsonl").read_bytes().splitlines()]
    assert made.read == COUNT == len(records) + len(rejects)
    assert {reject["outcome"] for reject in rejects} == {"rejected"}, [
        each for each in rejects if each["outcome"] != "rejected"
    ]
    assert all(reject["reason"] and reject["detail"] for reject in rejects)
    for record in records:
        assert len(record["card"]) <= 6_000
        assert len(record["columns"]) <= 30
        assert len(record["head"]) <= 6 * 12 * 27
        seen = record["card"] + record["head"] + "".join(map(str, record["columns"]))
        if record["format"] != "ipynb":  # a notebook's code is its author's, as it is written
            seen += record["code"]
        assert seen.replace("\n", "").isprintable(), record["id"]
    kinds = Counter(record["format"] for record in records)
    assert set(kinds) == {"csv", "tsv", "jsonl", "parquet", "xlsx", "ipynb"}
    assert len(records) > COUNT // 2
    some = [record for record in records if record["format"] != "ipynb"][::12]
    same_frame(*((record, (tables / record["id"]).read_bytes()) for record in some))
    reasons = Counter(reject["reason"] for reject in rejects)
    sys.stderr.write(
        f"\n{COUNT:,} tables in {seconds:.1f} s, {COUNT / seconds:,.0f} a second; kept {dict(kinds)}, "
        f"rejected {dict(reasons)}; code of {len(some)} run again\n"
    )
