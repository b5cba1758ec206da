"""A model as judge of docstrings, against a scripted server: what it says, and what it cannot be asked."""

import ast
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from reweave.align.chain.parse import parse
from reweave.align.chain.prompts import load_template
from reweave.align.funnel import read_funnel
from reweave.align.seeds import ModelJudge, make_seeds, seeds_config
from reweave.align.seeds.model_judge import DOCSTRINGS
from reweave.align.seeds.types import PyrightChecker
from reweave.errors import InputError, ModelError, RunError
from reweave.storage import read_rows

from . import judged
from .test_seeds_run import ENV, outputs

COUNT = 16


def rejects(out):
    lines = (out.with_name(f"{out.name}.run") / "rejects.jsonl").read_bytes().splitlines()
    return {reject["id"].partition(":")[2] or reject["id"]: reject for reject in map(json.loads, lines)}


def names(out):
    return [row["entry_point"] for row in read_rows(out)]


def asked(server):
    return [request["prompt"].rpartition("def ")[2].partition("(")[0] for request in server.requests()]


def test_shots():
    """Seven functions that compile and have a docstring; yes and no, in blocks that the parser reads."""
    shots = load_template(DOCSTRINGS).shots
    assert Counter(shot["judgement"] for shot in shots) == {"yes": 4, "no": 3}
    for shot in shots:
        [function] = ast.parse(shot["code"]).body
        assert ast.get_docstring(function)
        assert parse(DOCSTRINGS.answered(shot), DOCSTRINGS.blocks)["judgement"].text == shot["judgement"]


def test_what_it_says(serve, tmp_path):
    """Yes is kept, no is refused, and whatever is neither is refused as no judgement, with what was said."""
    server = serve(*judged.RULES, answers=judged.table(COUNT), only_table=True)
    out = tmp_path / "a.jsonl"
    made = judged.main(judged.write(tmp_path / "code", COUNT), out, server.url)
    refused = judged.refused(COUNT)
    assert names(out) == [f"f_{n}" for n in range(COUNT) if f"f_{n}" not in refused]
    told = rejects(out)
    assert {name: told[name]["reason"] for name in refused} == refused
    assert told["f_3"]["row"]["answer"] == "perhaps\n[[/judgement]]"
    assert told["f_1"]["detail"] == "scripted says no"
    assert "answer" not in told["f_1"]["row"]
    assert told["f_4"]["detail"].startswith("cut-off")
    rules = Counter(refused.values())
    assert made.funnel.document()["rejected"] == rules
    assert [step.name for step in made.funnel.steps()][-2:] == ["unclear-judgement", "unclear-docstring"]
    assert made.spent["judge"]["requests"] == COUNT == len(server.requests())
    body = server.requests()[0]["body"]
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.0, 32, ["[[/judgement]]"])
    assert body["prompt"].endswith("[[/code]]\n[[judgement]]\n")
    assert "seed" not in body


def test_funnel_of_the_chain(serve, tmp_path):
    """The chain's funnel reads the run with all its rules; definitions add up, files are another sum."""
    server = serve(*judged.RULES, answers=judged.table(COUNT)[:-1], only_table=True)
    out = tmp_path / "a.jsonl"
    made = judged.main(judged.write(tmp_path / "code", COUNT), out, server.url)
    [stage] = read_funnel(out)
    assert (stage.counts.stage, stage.counts.unit, stage.counts.read) == ("seeds", "definitions", COUNT)
    assert list(stage.counts.rejected) == list(made.funnel.rules)
    assert stage.counts.failed == {"refused": 1}
    assert stage.steps()[-1][3] == stage.counts.kept == len(names(out))
    texts = [one.text for one in stage.examples["rejected", "unclear-judgement"]]
    assert texts[0] == "perhaps\n[[/judgement]]"
    assert 'def f_1(x):\n    """Add 1' in stage.examples["rejected", "unclear-docstring"][0].text
    files = made.funnel.document()["files"]
    assert files["read"] == files["searched"] + sum(files["rejected"].values()) == COUNT // 2 + 2


@pytest.mark.parametrize("name", ["a.jsonl.zst", "shards"])
def test_failed_and_asked_again(serve, tmp_path, name):
    """A request that fails is failed under its kind, nothing takes its place; the next call asks it alone."""
    code = judged.write(tmp_path / "code", COUNT)
    rules = [{"mode": "error", "match": f"def f_{n}(x)", "first": 1} for n in (0, 7)]
    server = serve(*judged.RULES, *rules, answers=judged.table(COUNT), only_table=True)
    out = tmp_path / name
    settings = {"shard_records": 3}
    made = judged.main(code, out, server.url, **settings)
    assert made.funnel.unjudged == 2
    assert made.funnel.document()["failed"] == {"server-error": 2}
    assert [step.name for step in made.funnel.steps()][-3:-2] == ["server-error"]
    assert "f_0" not in names(out)
    assert rejects(out)["f_7"]["outcome"] == "failed"

    before = len(server.requests())
    made = judged.main(code, out, server.url, **settings)
    assert not made.funnel.unjudged
    assert not made.was_complete
    assert sorted(asked(server)[before:]) == ["f_0", "f_7"]
    assert made.spent["judge"]["attempts"] == {"answer": COUNT, "server-error": 2}
    whole = serve(*judged.RULES, answers=judged.table(COUNT), only_table=True)
    other = tmp_path / "whole" / name
    judged.main(code, other, whole.url, **settings)
    assert list(read_rows(out)) == list(read_rows(other))
    files = ("config.json", "rejects.jsonl", "funnel.json", "statistics.json", "manifest.json")
    for file in files:
        made_again, undisturbed = (path.with_name(f"{name}.run") / file for path in (out, other))
        assert made_again.read_bytes() == undisturbed.read_bytes()
    again = judged.main(code, out, server.url, **settings)
    assert again.was_complete
    assert again.spent == made.spent
    assert len(server.requests()) == before + 2


def test_types_are_checked_once(serve, tmp_path, monkeypatch):
    """A run that is made again for its judge keeps the type checker's verdicts of all definitions."""
    code = judged.write(tmp_path / "code", 4)
    (code / "wrong.py").write_text('def wrong(x: int) -> str:\n    """Say."""\n    return x\n')
    rule = {"mode": "error", "match": "def f_0(x)", "first": 1}
    server = serve(rule, answers=judged.table(4), only_table=True)
    out = tmp_path / "a.jsonl"
    made = judged.main(code, out, server.url, types="pyright")
    assert made.funnel.document()["rejected"] == {
        "type-error": 1, "unclear-docstring": 1, "unclear-judgement": 1,
    }  # fmt: skip
    before = rejects(out)["wrong"]

    def never(self, texts):
        assert not texts
        return []

    monkeypatch.setattr(PyrightChecker, "check", never)
    made = judged.main(code, out, server.url, types="pyright")
    assert names(out) == ["f_0", "f_2"]
    assert rejects(out)["wrong"] == before
    assert not made.funnel.unjudged
    assert not list(made.folder.glob("types*"))


def test_refused_by_another(serve, tmp_path):
    """A run is bound to whom was asked, and how: another model, template or length is refused by name."""
    code = judged.write(tmp_path / "code", 4)
    server = serve(answers=judged.table(4), only_table=True)
    out = tmp_path / "a.jsonl"
    judged.main(code, out, server.url)
    with pytest.raises(RunError, match=r"config.judge.max_tokens: 32 in the run, 9 now"):
        judged.main(code, out, server.url, judge={"max_tokens": 9})
    with pytest.raises(RunError, match=r"config.judge.shots: null in the run, 3 now"):
        judged.main(code, out, server.url, judge={"shots": 3})
    with pytest.raises(RunError, match=r'config.judge.model: "scripted" in the run, absent now'):
        make_seeds(str(code), out, seeds_config(types="none"))
    mine = tmp_path / "mine.toml"
    mine.write_text('opening = "Mine."\n[[shots]]\ncode = "def f(): pass"\njudgement = "no"\n')
    with pytest.raises(RunError, match=r"config.judge.template_sha256"):
        judged.main(code, out, server.url, judge={"template": str(mine)})
    assert len(server.requests()) == 4


def test_settings(tmp_path):
    """True takes the defaults, a table some of them; a judge that is wanted must be given."""
    assert seeds_config(judge=True) == seeds_config(judge={})
    assert seeds_config(judge=False).judge is seeds_config().judge is None
    assert seeds_config(judge={"role": "teacher"}).judge.role == "teacher"
    with pytest.raises(InputError, match=r"judge.colour"):
        seeds_config(judge={"colour": 1})
    with pytest.raises(InputError, match="give one"):
        make_seeds(str(tmp_path), tmp_path / "a.jsonl", seeds_config(types="none", judge=True))
    with pytest.raises(InputError, match="has 7 shots, and 8"):
        ModelJudge(seeds_config(judge={"shots": 8}).judge, judged.endpoint("http://127.0.0.1:1/v1"))


def test_no_server(serve, tmp_path):
    """A server that refuses the key ends the run; with the key, it goes on to the end."""
    code = judged.write(tmp_path / "code", 4)
    server = serve(answers=judged.table(4), only_table=True, key="secret")
    with pytest.raises(ModelError, match="the key is refused"):
        judged.main(code, tmp_path / "a.jsonl", server.url)
    assert not (tmp_path / "a.jsonl").exists()
    whole = serve(answers=judged.table(4), only_table=True)
    assert judged.main(code, tmp_path / "a.jsonl", whole.url).funnel.kept == 2


def test_sigkill(serve, tmp_path):
    """Killed at drawn moments: same bytes as undisturbed, and no request that was answered is sent again."""
    count = 60
    code = judged.write(tmp_path / "code", count)
    whole = serve(*judged.RULES, answers=judged.table(count), only_table=True)
    expected = tmp_path / "undisturbed" / "a.jsonl"
    judged.main(code, expected, whole.url)

    server = serve(*judged.RULES, answers=judged.table(count), only_table=True, delay=0.1)
    out = tmp_path / "killed" / "a.jsonl"
    command = [sys.executable, judged.__file__, str(code), str(out), server.url]
    drawn, seen = random.Random(4), []
    for _ in range(6):
        process = subprocess.Popen(command, env=ENV)
        wanted = len(server.requests()) + drawn.choice([0, 3, 6, 9])
        while process.poll() is None and len(server.requests()) < wanted:
            time.sleep(0.01)
        time.sleep(drawn.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen.append((len(server.requests()), answered(out)))
    assert any(0 < len(done) < count for _, done in seen), "no kill met it at work"
    subprocess.run(command, env=ENV, check=True)
    assert outputs(out) == outputs(expected)
    sent = asked(server)
    assert set(sent) == {f"f_{number}" for number in range(count)}
    for before, done in seen:
        assert not done.intersection(sent[before:])


def answered(out):
    """The functions about which an answer is in the log, read from a copy of it."""
    log = out.with_name(f"{out.name}.run") / "requests-judge.sqlite"
    copies = [shutil.copy(path, out.parents[1]) for path in log.parent.glob(f"{log.name}*")]
    if not copies:
        return set()
    base = sqlite3.connect(out.parents[1] / log.name)
    try:
        rows = base.execute("SELECT request FROM answers NATURAL JOIN requests").fetchall()
    except sqlite3.OperationalError:  # killed before the tables were made
        rows = []
    base.close()
    for copy in copies:
        Path(copy).unlink(missing_ok=True)  # SQLite has folded some in
    prompts = [json.loads(request)["prompt"] for (request,) in rows]
    return {prompt.rpartition("def ")[2].partition("(")[0] for prompt in prompts}
