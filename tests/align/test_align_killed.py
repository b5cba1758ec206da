"""The chain against a scripted server, killed by SIGKILL: same bytes, no finished request asked again."""

import json
import random
import signal
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "chain")]
import chain_script as script  # noqa: E402 - its folder comes first
from chain_killed import bytes_of, finished, lines, start  # noqa: E402 - likewise

CONCURRENCY = 8
KILLS = 20


def check_sums(out, expected):
    """The funnel is what the script planned, and adds up at every rule and from stage to stage."""
    told = {stage["stage"]: stage for stage in json.loads((out / "funnel.json").read_text())["stages"]}
    for name, (read, kept, rejected) in expected.items():
        stage = told[name]
        assert (stage["read"], stage["kept"], stage["failed"]) == (read, kept, {})
        assert {rule: n for rule, n in stage["rejected"].items() if n} == rejected
        left = read
        for step in stage["steps"]:
            left -= step["n"]
            assert step["left"] == left
        assert left == kept
        assert len(script.read_lines(out / name / "rows.jsonl")) == kept
    for before, after in pairwise(expected):
        taken = told[before]["kept"] * (script.N if after == "responses" else 1)
        assert told[after]["read"] == taken


def check_rejects(out, expected):
    """Each stage that asks keeps what it rejected, row by row."""
    for name, (_, _, rejected) in expected.items():
        rejects = script.read_lines(out / name / "rejects.jsonl")
        assert Counter(reject["reason"] for reject in rejects) == rejected


@pytest.mark.slow
def test_killed_twenty_times(serve, tmp_path):
    """Killed twenty times at drawn moments: same bytes as undisturbed, nothing finished asked again."""
    count = 40
    script.write_code(tmp_path, count)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    expected = script.expected_whole(count)
    whole = serve(*script.RULES, answers=script.answers(count), only_table=True)
    done = script.run(*script.whole_command(script.write_config(tmp_path, whole.url), tmp_path / "whole"))
    assert done.returncode == 0, done.stderr
    assert len(whole.requests()) == script.requests(count)
    check_sums(tmp_path / "whole", expected)

    # Slow enough that a kill meets requests under way, and that twenty do not come to the end
    server = serve(*script.RULES, answers=script.answers(count), only_table=True, delay=0.25)
    out, drawn = tmp_path / "killed", random.Random(6)
    command = script.whole_command(script.write_config(tmp_path, server.url), out)
    log, known = server.log, []
    for number in range(KILLS):
        client = start(command)
        further = drawn.choice([0, 0, 5, 10, 15, 20, 30, 40]) if number < KILLS * 3 // 4 else 0
        pause = drawn.random() * (0.15 if further else 2.0)  # none: while it starts, or soon after
        wanted, until = lines(log) + further, time.monotonic() + 120
        while client.poll() is None and lines(log) < wanted and time.monotonic() < until:
            time.sleep(0.003)
        time.sleep(pause)
        client.send_signal(signal.SIGKILL)
        client.wait()
        known.append((lines(log), finished(out, scratch) if out.exists() else set()))
    places = [len(answered) for _, answered in known]
    assert sum(0 < place < script.requests(count) for place in places) >= KILLS // 2, places
    print(f"answers in the logs at each kill: {places}")  # noqa: T201 - shown with -s
    done = script.run(*command)
    assert done.returncode == 0, done.stderr

    asked = [(request["prompt"], request["seed"]) for request in server.requests()]
    assert set(asked) == {(request["prompt"], request["seed"]) for request in whole.requests()}
    for seen, answered in known:
        assert not answered.intersection(asked[seen:])
    repeats = len(asked) - len(set(asked))
    assert repeats <= KILLS * CONCURRENCY
    check_sums(out, expected)
    assert bytes_of(out) == bytes_of(tmp_path / "whole")


def test_failures_are_asked_again(serve, tmp_path):
    """A server without an answer fails rows, not the chain; the same command, later, asks for these alone."""
    count = 14
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text(script.seeds(count))
    answers = script.answers(count)
    lacking = [row for row in answers if row["prompt"] not in {"def f_12(x)", "`solve_13(x)`"}]
    server = serve(*script.RULES, answers=lacking, only_table=True)
    command = script.command(seeds, tmp_path / "out", server.url)
    done = script.run(*command)
    assert done.returncode == 1
    assert "the same command asks again" in done.stderr
    told = json.loads((tmp_path / "out" / "summary.json").read_text())["stages"]
    assert (told["concepts"]["failed"], told["responses"]["failed"]) == (1, script.N)
    asked = len(server.requests())

    whole = serve(*script.RULES, answers=answers, only_table=True)
    command = script.command(seeds, tmp_path / "out", whole.url)
    done = script.run(*command)
    assert done.returncode == 0, done.stderr
    check_sums(tmp_path / "out", script.expected(count))
    check_rejects(tmp_path / "out", script.expected(count))
    failed = 1 + script.N  # and what comes of the seed that failed: its instruction, and responses to that
    assert len(whole.requests()) == failed + 1 + script.N
    assert asked + 1 + script.N == script.requests(count)

    requests = len(whole.requests())
    again = script.run(*command)
    assert again.returncode == 0
    assert len(whole.requests()) == requests


def test_verbs_one_by_one(serve, tmp_path):
    """The verbs, each from the rows of the one before, come to what the chain comes to."""
    count = 14
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text(script.seeds(count))
    server = serve(*script.RULES, answers=script.answers(count), only_table=True)
    config = tmp_path / "align.toml"
    config.write_text(
        f'input = "{seeds}"\nstages = ["concepts", "instructions", "responses", "pairs"]\n'
        f'[endpoints.generator]\nbase_url = "{server.url}"\nmodel = "scripted"\nprompt_price = 1.0\n'
        f"completion_price = 2.0\n[responses]\nn = {script.N}\n[pairs]\ntests = 1.0\n"
    )
    align = [sys.executable, "-m", "reweave", "align"]
    done = script.run(*align, "run", "--config", config, "-o", tmp_path / "chain")
    assert done.returncode == 0, done.stderr
    requests = len(server.requests())
    total = json.loads((tmp_path / "chain" / "summary.json").read_text())["total"]
    assert total["requests"] == requests == script.requests(count)
    assert total["cost"] == pytest.approx((total["prompt_tokens"] + 2 * total["completion_tokens"]) / 1e6)

    source = seeds
    for verb in ("concepts", "instructions", "responses", "pairs"):
        done = script.run(*align, verb, source, "-o", tmp_path / "single" / verb, "--config", config)
        assert done.returncode == 0, done.stderr
        source = tmp_path / "single" / verb / "rows.jsonl"
        for name in ("rows.jsonl", "rejects.jsonl"):
            made = (tmp_path / "single" / verb / name).read_bytes()
            assert made == (tmp_path / "chain" / verb / name).read_bytes()
    row = script.read_lines(source)[0]
    assert {
        "code",
        "concepts",
        "category",
        "difficulty",
        "instruction",
        "response",
        "program",
        "tests",
    } <= row.keys()
    assert row["completion"].endswith(f"```python\n{row['tests'].strip()}\n```")

    done = script.run(*align, "funnel", tmp_path / "chain")
    assert done.returncode == 0, done.stderr
    assert "tests-without-assert" in done.stdout
    for name in ("funnel.json", "funnel.html"):
        assert (tmp_path / "chain" / name).stat().st_size > 1000


def test_refused_at_once(serve, tmp_path):
    """What cannot be is said before anything is asked, in one line."""
    (tmp_path / "seeds.jsonl").write_text(script.seeds(2))
    server = serve(answers=[], only_table=True)
    align = [sys.executable, "-m", "reweave", "align", "run", "-o", tmp_path / "out"]
    asked = ["--model", "scripted", "--base-url", server.url]
    for more, told in (
        (["--input", tmp_path / "seeds.jsonl"], "give --model and --base-url"),
        (asked, "what does it begin with?"),
        ([*asked, "--input", tmp_path / "seeds.jsonl", "--set", "concepts.template=none.toml"], "none.toml"),
        ([*asked, "--input", tmp_path / "seeds.jsonl", "--set", "stages=['wishes']"], "no stage 'wishes'"),
        ([*asked, "--input", tmp_path / "nothing.jsonl"], "nothing.jsonl"),
    ):
        done = script.run(*align, *more)
        assert done.returncode == 1
        assert done.stderr.startswith("reweave: ")
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not server.requests()
