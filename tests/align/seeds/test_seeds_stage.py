"""Seeds as the first stage of the chain: from a folder of code, through a judge, to concepts."""

import json
import signal
import subprocess
import sys
import time

import pytest

from reweave.align.config import make_config
from reweave.align.run import chosen, run_chain
from reweave.align.seeds import make_stage
from reweave.errors import InputError, RunError
from reweave.storage import read_rows

from . import judged
from .test_seeds_run import ENV

COUNT = 24
GOOD = COUNT - len(judged.refused(COUNT))


def table(count):
    """The server's answers: to the judge's prompts by their end, to those about concepts by the function."""
    rows = [
        {"prompt": f"return x + {n}\n[[/code]]\n[[judgement]]\n", "texts": row["texts"]}
        for n, row in enumerate(judged.table(count))
    ]
    return rows + [
        {"prompt": f"return x + {n}\n[[/code]]\n[[concepts]]\n", "texts": [f"- adding {n}\n[[/concepts]]"]}
        for n in range(count)
    ]


RULES = ({"mode": "length", "match": "return x + 4\n[[/code]]\n[[judgement]]\n"},)


def settings(server, source, **more):
    one = {"base_url": server.url, "model": "scripted", "concurrency": 4, "retries": 0}
    seeds = {"types": "none", "judge": True} | more.pop("seeds", {})
    return {
        "input": str(source),
        "stages": ["seeds", "concepts"],
        "endpoints": {"generator": one, "judge": one | {"model": "strict"}},
        "seeds": seeds,
    } | more


def kept_files(out):
    """What a chain leaves that must not differ: everything but logs, journals and locks."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.suffix in {".json", ".jsonl"} and path.name != "journal.jsonl"
    }


def by_model(requests):
    """How many requests each model got."""
    models = [request["body"]["model"] for request in requests]
    return {model: models.count(model) for model in sorted(set(models))}


def test_in_the_chain(serve, tmp_path):
    """Code in, concepts out; the funnel says what was lost by which rule, the summary what the judge used."""
    server = serve(*RULES, answers=table(COUNT), only_table=True)
    out = tmp_path / "run"
    source = judged.write(tmp_path / "code", COUNT)
    for _ in range(2):  # the second time there is nothing to do
        made = run_chain(make_config(settings(server, source)), out)
        seeds, concepts = (each.counts for each in made.funnel)
        assert (seeds.stage, seeds.unit, seeds.read, seeds.kept) == ("seeds", "definitions", COUNT, GOOD)
        assert {rule: n for rule, n in seeds.rejected.items() if n} == {
            "unclear-docstring": 2, "unclear-judgement": 6,
        }  # fmt: skip
        assert (concepts.read, concepts.kept) == (GOOD, GOOD)
        assert made.summary["stages"]["seeds"]["spent"]["judge"]["requests"] == COUNT
        assert made.summary["total"]["requests"] == COUNT + GOOD
        assert by_model(server.requests()) == {"scripted": GOOD, "strict": COUNT}
    assert (out / "seeds" / "requests-judge.sqlite").exists()
    row = next(read_rows(out / "concepts" / "rows.jsonl"))
    assert (row["id"], row["concepts"]) == ("m_000.py:f_0", ["adding 0"])


def test_more_files_and_no_limit(serve, tmp_path):
    """A limit is one of files; with another, or with more files, only the new seeds are judged."""
    server = serve(*RULES, answers=table(COUNT), only_table=True)
    source = judged.write(tmp_path / "code", 12)
    out = tmp_path / "run"
    read = []
    for limit in (3, 0):  # broken.py is the first of the three
        made = run_chain(make_config(settings(server, source, limit=limit, stages=["seeds"])), out)
        read.append((made.funnel[0].counts.read, len(server.requests())))
    (source / "more.py").write_text(judged.FUNCTION.format(13))
    made = run_chain(make_config(settings(server, source, stages=["seeds"])), out)
    read.append((made.funnel[0].counts.read, len(server.requests())))
    assert read == [(4, 4), (12, 12), (13, 13)]
    with pytest.raises(RunError, match=r"config.max_lines: 150 in the run, 9 now"):
        run_chain(make_config(settings(server, source, stages=["seeds"], seeds={"max_lines": 9})), out)


def test_settings(tmp_path):
    """The table [seeds] brings the stage into the chain; what is wrong with it is said at once."""
    assert chosen(make_config({"seeds": {}}))[:2] == ["seeds", "distinct_seeds"]
    assert "seeds" not in chosen(make_config({}))
    stage = make_stage(make_config({"preset": "paper", "limit": 5, "seeds": {"workers": 3}}))
    assert (stage.config.preset, stage.config.limit, stage.config.workers) == ("paper", 5, 3)
    assert stage.config.docstring == "triple-quotes"
    own = make_config({"preset": "paper", "seeds": {"preset": "default", "kinds": "class,method"}})
    assert make_stage(own).config.words == "whole"
    assert make_stage(own).config.kinds == ("class", "method")
    for table, said in (
        ({"colour": 1}, "colour"),
        ({"workers": -1}, "workers"),
        ({"judge": True}, "no model to ask as judge"),
    ):
        with pytest.raises(InputError, match=said):
            make_stage(make_config({"seeds": table}))


def test_failed_and_asked_again(serve, tmp_path):
    """A judge that could not be asked is a failure of the chain, which goes on; the same call asks again."""
    rule = {"mode": "error", "match": "return x + 0\n[[/code]]\n[[judgement]]\n", "first": 1}
    server = serve(*RULES, rule, answers=table(6), only_table=True)
    source, out = judged.write(tmp_path / "code", 6), tmp_path / "run"
    made = run_chain(make_config(settings(server, source)), out)
    assert made.failed == 1
    assert made.funnel[0].counts.failed == {"server-error": 1}
    assert made.funnel[1].counts.kept == 1
    made = run_chain(make_config(settings(server, source)), out)
    assert made.failed == 0
    assert [each.counts.kept for each in made.funnel] == [2, 2]
    assert by_model(server.requests()) == {"scripted": 2, "strict": 7}


def test_killed(serve, tmp_path):
    """Killed while the judge is asked, and while concepts are: same bytes, nothing finished asked again."""
    source = judged.write(tmp_path / "code", COUNT)
    files = {}
    for name, kills in (("whole", ()), ("killed", (7, COUNT + 5))):
        server = serve(*RULES, answers=table(COUNT), only_table=True, delay=0.2)
        config = tmp_path / f"{name}.toml"
        config.write_text(
            f'input = "{source}"\nstages = ["seeds", "concepts"]\n[seeds]\ntypes = "none"\njudge = true\n'
            f'[endpoints.generator]\nbase_url = "{server.url}"\nmodel = "scripted"\nconcurrency = 2\n'
        )
        command = [sys.executable, "-m", "reweave", "align", "run", "--config", config, "-o", tmp_path / name]
        for wanted in kills:
            process = subprocess.Popen([*command], env=ENV, stdout=subprocess.DEVNULL)
            while process.poll() is None and len(server.requests()) < wanted:
                time.sleep(0.01)
            assert process.poll() is None, "it was through before it could be killed"
            process.send_signal(signal.SIGKILL)
            process.wait()
        done = subprocess.run(command, env=ENV, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert f"seeds: {GOOD} of {COUNT} definitions kept" in done.stderr
        assert "seeds, judge (scripted): " in done.stderr
        files[name] = kept_files(tmp_path / name)
        prompts = [request["prompt"] for request in server.requests()]
        assert len(set(prompts)) == COUNT + GOOD
        assert len(prompts) <= COUNT + GOOD + 2 * len(kills)  # what was under way
    # What was paid for is not the same: requests that were under way at a kill are
    spent = [json.loads(files[name].pop("summary.json"))["total"]["requests"] for name in ("whole", "killed")]
    assert spent[0] == COUNT + GOOD <= spent[1]
    for each in files.values():
        each.pop("concepts/summary.json")
    assert "seeds/rows.jsonl.run/rejects.jsonl" in files["whole"]
    assert files["killed"] == files["whole"]
