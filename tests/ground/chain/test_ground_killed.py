"""The chain against a scripted server, killed by SIGKILL: same bytes, no finished request asked again."""

import random
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pandas")
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "align")]
import ground_script as script  # noqa: E402 - its folder comes first
from chain_killed import bytes_of, finished, lines, start  # noqa: E402 - likewise

COUNT = 3
KILLS = 6


def test_killed_six_times(serve, tmp_path):
    """Killed six times, asking and running programs: same bytes as undisturbed, nothing asked again."""
    tables = script.write_tables(tmp_path, COUNT)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    whole = serve(answers=script.answers(COUNT), only_table=True)
    done = script.run(*script.command(script.write_config(tmp_path, whole.url, tables), tmp_path / "whole"))
    assert done.returncode == 0, done.stderr
    assert len(whole.requests()) == script.requests(COUNT)
    script.check_sums(tmp_path / "whole", script.expected(COUNT))

    server = serve(answers=script.answers(COUNT), only_table=True, delay=0.15)
    out, drawn = tmp_path / "killed", random.Random(7)
    command = script.command(script.write_config(tmp_path, server.url, tables), out)
    total, known, running = script.requests(COUNT), [], 0
    for number in range(KILLS):
        asks = number < KILLS // 2  # then while programs run
        client, wanted = start(command), lines(server.log) + drawn.choice([5, 20, 40])
        until = time.monotonic() + 120
        while client.poll() is None and time.monotonic() < until:
            if lines(server.log) >= wanted if asks else (out / "grounded" / "rows.jsonl.run").exists():
                break
            time.sleep(0.003)
        time.sleep(drawn.random() * (0.2 if asks else 3.0))
        running += client.poll() is None and not asks
        client.send_signal(signal.SIGKILL)
        client.wait()
        known.append((lines(server.log), finished(out, scratch) if out.exists() else set()))
    places = [len(answered) for _, answered in known]
    assert sum(0 < place < total for place in places) >= 2, places
    assert running >= 2
    done = script.run(*command)
    assert done.returncode == 0, done.stderr

    asked = [(request["prompt"], request["seed"]) for request in server.requests()]
    assert set(asked) == {(request["prompt"], request["seed"]) for request in whole.requests()}
    for seen, answered in known:
        assert not answered.intersection(asked[seen:])
    script.check_sums(out, script.expected(COUNT))
    assert bytes_of(out) == bytes_of(tmp_path / "whole")
