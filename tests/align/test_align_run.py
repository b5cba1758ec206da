"""The chain with what other rooms plug in: a stage that writes its own files, and who says what agrees."""

import json
import sys
from pathlib import Path

import pytest

from reweave.align import stage as module
from reweave.align import validate
from reweave.align.config import make_config
from reweave.align.funnel import read_funnel
from reweave.align.run import chosen, run_chain
from reweave.errors import InputError

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "chain")]
import chain_script as script  # noqa: E402 - its folder comes first
import planted_room  # noqa: E402 - likewise

STAGES = ["concepts", "instructions", "responses", "validated", "pairs"]


@pytest.fixture
def planted(monkeypatch):
    """The planted room takes the place of the rooms that are not there."""
    monkeypatch.setitem(module.PLACES, "validated", "planted_room")
    monkeypatch.setattr(validate, "make_agreeing", planted_room.make_agreeing)


def config_of(server, seeds, **more):
    generator = {"base_url": server.url, "model": "scripted", "concurrency": 4, "retries": 0}
    responses = {"n": script.N, "round": 2, "agree": 1}
    settings = {"input": str(seeds), "stages": STAGES, "endpoints": {"generator": generator}}
    settings["responses"] = responses
    return make_config(settings | more)


def test_stages():
    """Rows are cleaned at both ends unless the settings say otherwise; seeds are made on request."""
    whole = ["distinct_seeds", "clean_seeds", *STAGES[:-1], "distinct", "clean", "pairs"]
    assert chosen(make_config({})) == whole
    assert chosen(make_config({"seeds": {}})) == ["seeds", *whole]
    bare = [name for name in whole if "clean" not in name]
    assert chosen(make_config({"clean": {"against": []}})) == bare
    assert chosen(make_config({"stages": ["pairs", "concepts"]})) == ["concepts", "pairs"]
    with pytest.raises(InputError, match="no stage 'wishes'"):
        chosen(make_config({"stages": ["wishes"]}))
    with pytest.raises(InputError, match="claen"):
        make_config({"claen": {"against": []}})


def test_with_other_rooms(serve, planted, tmp_path):
    """Their stage is run over the rows before it, counted, and run anew when those rows change."""
    server = serve(*script.RULES, answers=script.answers(16), only_table=True)
    seeds, out = tmp_path / "seeds.jsonl", tmp_path / "out"
    for count in (14, 16):
        seeds.write_text(script.seeds(count))
        made = run_chain(config_of(server, seeds), out)
        counts = {each.counts.stage: each.counts for each in made.funnel}
        assert list(counts) == STAGES
        assert counts["validated"].read == counts["responses"].kept
        assert counts["validated"].rejected == {"planted": 1}
        assert counts["pairs"].read == counts["validated"].kept == counts["responses"].kept - 1
    # One good response in the first round is enough: of sample 0 all are good.
    good = count - len(script.CONCEPTS) - len(script.INSTRUCTIONS)
    assert counts["responses"].read == 2 * good
    assert len(server.requests()) == script.requests(count) - 2 * good
    config = json.loads((out / "responses" / "config.json").read_text())
    assert config["agreeing"] == "planted"
    assert json.loads((out / "instructions" / "config.json").read_text())["near"] == 0.7
    before = (out / "validated" / "rows.jsonl.run" / "manifest.json").stat().st_mtime_ns
    run_chain(config_of(server, seeds), out)
    assert (out / "validated" / "rows.jsonl.run" / "manifest.json").stat().st_mtime_ns == before
    assert [each.counts for each in read_funnel(out)] == list(counts.values())
