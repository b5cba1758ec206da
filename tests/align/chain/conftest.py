"""A stage run in this process over rows, against a scripted server."""

import json

import orjson
import pytest

from reweave.align.config import make_config
from reweave.align.stage_folder import Input, run_stage


@pytest.fixture
def configure():
    """A function that makes a configuration whose models a server plays."""

    def make(server, **tables):
        generator = {"base_url": server.url, "model": "scripted", "concurrency": 4, "retries": 1}
        return make_config({"endpoints": {"generator": generator}, **tables})

    return make


@pytest.fixture
def stage_run(tmp_path):
    """A function that runs a stage and gives its kept rows, its rejects by id, and what `run_stage` gives."""

    def run(stage, rows, name="stage", **options):
        lines = [orjson.dumps(row) for row in rows]
        given = Input(lambda: lines, {"rows": len(lines)}, len(lines))
        done = run_stage(stage, given, tmp_path / name, **options)
        read = [
            [json.loads(line) for line in (tmp_path / name / file).read_text("utf-8").split("\n") if line]
            for file in ("rows.jsonl", "rejects.jsonl")
        ]
        assert len(read[0]) == done.counts.kept
        assert done.counts.whole
        return read[0], {reject["id"]: reject for reject in read[1]}, done

    return run
