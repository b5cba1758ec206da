"""A served model: the figures that the same model has in this process, and what servers cannot give."""

import math
import sqlite3

import pytest

from reweave.errors import ModelError

from . import tiny_model
from .model_server import ModelServer


def served(server, **more):
    """The settings of the tiny model behind a server."""
    how = {"model": "tiny", "base_url": server.url, "prompt": tiny_model.PROMPT, "retries": 0}
    return {"served": how | more}


def test_as_in_this_process(tiny, measured):
    """Sent as text: within 1e-4 nats of the local figures; the cells' figures likewise."""
    local = measured(tiny_model.ROWS, {"local": {"model": str(tiny)}}, "local")
    with ModelServer(tiny) as server:
        found = measured(tiny_model.ROWS, served(server))
    assert len(found.rows) == len(local.rows) == len(tiny_model.ROWS)
    for row, own in zip(found.rows, local.rows, strict=True):
        assert row["nll"] == pytest.approx(own["nll"], abs=1e-4)
        assert {**row, "nll": 0, "model": ""} == {**own, "nll": 0, "model": ""}
    for name in ("perplexity", "bits_per_byte"):
        one, other = (each.json["cells"][0][name] for each in (found, local))
        assert one["value"] == pytest.approx(other["value"], rel=1e-6)
        assert one["ci95"] == pytest.approx(other["ci95"], rel=1e-6)


def test_token_that_straddles(tiny, measured):
    """Sent as text, a token of both sides counts with the completion; sent as tokens, there is none."""
    row = {"id": "0", "prompt": "values", "completion": "    print(value)\n"}
    prompt, completion = tiny_model.texts(row)
    ids = tiny_model.ids_of(tiny, prompt + completion)
    costs, _ = tiny_model.logprobs(tiny, ids)
    apart = tiny_model.ids_of(tiny, prompt) + tiny_model.ids_of(tiny, completion)
    start = next(n for n in range(len(ids)) if ids[n] != apart[n])  # the newline and the indentation are one
    with ModelServer(tiny) as server:
        joined = measured([row], served(server), "joined")
        told = measured([row], served(server, tokenizer=str(tiny)), "told")
        assert list(server.asked) == [prompt + completion, tuple(apart)]
    assert joined.rows[0]["straddles"]
    assert joined.rows[0]["prompt_tokens"] == start
    assert joined.rows[0]["nll"] == pytest.approx(-math.fsum(costs[start:]), abs=1e-4)
    assert joined.json["cells"][0]["straddling"] == 1
    assert "1 of 1 completions begin inside a token" in joined.json["notes"][0]
    by_hand = tiny_model.by_hand(tiny, row)
    assert {name: told.rows[0][name] for name in by_hand} == by_hand
    assert by_hand["nll"] != joined.rows[0]["nll"]
    assert not told.rows[0]["straddles"]
    assert not told.json["notes"]


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("no-logprobs", "its answer has none"),
        ("own-only", "those of what it writes alone"),
        ("refuses", "500 Only no echo is supported"),
    ],
)
def test_no_log_probabilities(tiny, measured, mode, why):
    """A server that gives none is one error, which says so and what servers do; it is asked once."""
    with ModelServer(tiny, mode) as server:
        with pytest.raises(ModelError, match="no log-probabilities of a prompt") as caught:
            measured(tiny_model.ROWS[:4], served(server))
        assert sum(server.asked.values()) == 1
        server.mode = "plain"
        assert len(measured(tiny_model.ROWS[:4], served(server)).rows) == 4  # what came is not in the log
    assert why in str(caught.value)
    assert "vLLM" in str(caught.value)
    assert "--model NAME=FOLDER" in str(caught.value)


def test_failed_requests_are_asked_again(tiny, measured):
    """A request that failed is counted as failed; the same call asks for that row alone, and all is well."""
    rows = tiny_model.ROWS[:9]
    with ModelServer(tiny, "broken", match="Write 2.") as server:
        found = measured(rows, served(server))
        assert found.made.failed == 1
        (reject,) = found.rejects
        assert (reject["outcome"], reject["reason"], reject["index"]) == ("failed", "server-error", 6)
        assert found.json["cells"][0]["failed"] == {"server-error": 1}
        server.mode = "plain"
        before = sum(server.asked.values())
        again = measured(rows, served(server))
        assert sum(server.asked.values()) == before + 1
        undisturbed = measured(rows, served(server), "undisturbed")
    assert again.made.failed == 0
    assert again.bytes == undisturbed.bytes


def test_too_long_for_the_server(tiny, measured):
    """What the server finds too long is a reject as with a local model, and so is what --max-length says."""
    rows = [tiny_model.ROWS[2], tiny_model.ROWS[0]]
    with ModelServer(tiny, "context", longest=20) as server:
        found = measured(rows, served(server))
        assert [(reject["index"], reject["reason"]) for reject in found.rejects] == [(1, "too-long")]
        limited = measured(rows, served(server, tokenizer=str(tiny)), "limited", max_length=20)
        assert [(reject["index"], reject["reason"]) for reject in limited.rejects] == [(1, "too-long")]
        server.mode = "plain"
        after = measured(rows, served(server), "after", max_length=20)
        assert [(reject["index"], reject["reason"]) for reject in after.rejects] == [(1, "too-long")]
        assert after.rows[0]["nll"] == found.rows[0]["nll"]


def test_finished_without_a_server(tiny, measured):
    """A finished run is given again without its server, and its log holds every request."""
    with ModelServer(tiny) as server:
        first = measured(tiny_model.ROWS[:5], served(server))
    again = measured(tiny_model.ROWS[:5], served(server))
    assert again.bytes == first.bytes
    assert again.made.spent["served"]["requests"] == 5
    with sqlite3.connect(first.out / "models" / "served" / "requests.sqlite") as base:
        assert base.execute("SELECT outcome, count(*) FROM attempts").fetchall() == [("answer", 5)]
    base.close()
