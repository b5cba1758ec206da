"""What these tests share: the tiny model's folder, its rows as a file, and a way through `measure`."""

import json
from types import SimpleNamespace

import pytest

from reweave.align.perplexity.config import PerplexityConfig
from reweave.align.perplexity.run import measure

from . import tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The tiny model's folder."""
    pytest.importorskip("torch", reason="needs the extra train")
    return tiny_model.make(tmp_path_factory.mktemp("perplexity") / "tiny")


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A function that measures models on rows, and gives what was written."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(rows, models, name="out", report=None, **settings):
        source = tiny_model.write(tmp_path / "rows.jsonl", rows)
        config = PerplexityConfig(sources={"own": str(source)}, models=models, **settings)
        out = tmp_path / name
        made = measure(config, out, report=report)
        lines = {
            part: [json.loads(line) for line in (out / f"{part}.jsonl").read_text("utf-8").splitlines()]
            for part in ("rows", "rejects")
        }
        for cell in made.cells:
            assert cell["read"] == cell["kept"] + sum(cell["rejected"].values()) + sum(
                cell["failed"].values()
            )
        return SimpleNamespace(
            **lines,
            out=out,
            made=made,
            json=json.loads((out / "perplexity.json").read_bytes()),
            **written(out),
        )

    return run


def written(out):
    names = ("rows.jsonl", "rejects.jsonl", "perplexity.json")
    return {"bytes": {name: (out / name).read_bytes() for name in names}}
