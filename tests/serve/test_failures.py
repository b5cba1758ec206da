"""Upstreams that fail, full queues, clients that go away, signals: right statuses, and never a hang."""

import json
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import openai
import pytest

from .processes import until
from .test_answers import chat, metrics, streamed
from .upstream import edits_for, program_for

FAILURES = {
    "rate-limit": (429, "upstream_busy", "slow down"),
    "error": (502, "upstream_failed", "out of memory"),
    "refuse": (400, "upstream_refused", "longer than the context"),
    "wrong-key": (502, "upstream_failed", "wrong key"),
    "garbage": (502, "upstream_garbage", "cannot be read"),
    "garbage-event": (502, "upstream_garbage", "cannot be read"),
    "error-event": (502, "upstream_failed", "out of memory"),
    "die": (502, "upstream_broke_off", "broke off"),
    "no-end": (502, "upstream_broke_off", "finish_reason"),
}


@pytest.mark.parametrize("mode", FAILURES)
def test_failures_of_the_upstream(client, mode):
    """Each failure has its status, code and words; a choice that fails fails the request."""
    status, code, said = FAILURES[mode]
    for n in (1, 3):
        with pytest.raises(openai.APIStatusError, match=said) as caught:
            chat(client, f"mode={mode}", n=n)
        assert (caught.value.status_code, caught.value.code) == (status, code)
    if mode == "rate-limit":
        assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("mode", ["rate-limit", "error", "garbage"])
def test_streams_that_fail_at_once(client, mode):
    """Before the first piece, a stream's failure is still a status."""
    with pytest.raises(openai.APIStatusError) as caught:
        chat(client, f"mode={mode}", stream=True)
    assert caught.value.status_code == FAILURES[mode][0]


@pytest.mark.parametrize("mode", ["garbage-event", "error-event", "die", "no-end"])
@pytest.mark.parametrize("model", ["scripted", "scripted:edits"])
def test_streams_that_fail_later(client, mode, model):
    """Once it has begun, a stream ends with an error that the client raises: no part passes for the whole."""
    with pytest.raises(openai.APIError, match=FAILURES[mode][2]):
        streamed(chat(client, f"mode={mode}", model, stream=True))


def test_nobody_there(start):
    """No upstream is a 503 that says so, at /health too; when it is back, all is well without a restart."""
    front, upstream = start()
    with front.client() as client:
        assert chat(client, "a").choices
        upstream.kill()
        with pytest.raises(openai.InternalServerError, match="cannot be reached") as caught:
            chat(client, "a")
        assert caught.value.status_code == 503
        assert caught.value.response.headers["retry-after"] == "1"
        with pytest.raises(urllib.error.HTTPError) as down:
            urllib.request.urlopen(f"{front.root}/health")
        with down.value:
            assert down.value.code == 503
            assert json.load(down.value)["status"] == "upstream-down"
        upstream.start()
        assert chat(client, "a", seed=1).choices[0].message.content == program_for("a", 1)
        assert urllib.request.urlopen(f"{front.root}/health").status == 200


@pytest.mark.parametrize("mode", ["hang", "stall"])
def test_an_upstream_that_hangs(start, mode):
    """Nothing, or nothing more, is a 504 when the time is over; a stream that has begun ends with it."""
    front, upstream = start("--timeout", "1")
    with front.client() as client:
        with pytest.raises(openai.InternalServerError, match="within 1 seconds") as caught:
            chat(client, f"mode={mode}")
        assert caught.value.status_code == 504
        with pytest.raises(openai.APIError, match="within 1 seconds"):
            streamed(chat(client, f"mode={mode}", stream=True))
    until(lambda: len(upstream.lines("left")) == 2)  # it is not kept waiting either


def test_a_model_that_does_not_stop(client, upstream):
    """After the last edit the upstream's stream is closed, whatever more it has to say."""
    before = len(upstream.lines("left"))
    for stream in (False, True):
        answer = chat(client, "mode=ramble", seed=1, stream=stream)
        text = streamed(answer)[0][0] if stream else answer.choices[0].message.content
        assert text == program_for("mode=ramble", 1)
    until(lambda: len(upstream.lines("left")) == before + 2)
    longest = len(edits_for(program_for("mode=ramble", 1), "unified"))
    assert all(line["sent"] < longest + 2000 for line in upstream.lines("left")[before:])


def ask_by_hand(front, text, **settings):
    """Send a request over a connection of its own, and give the connection."""
    body = {"model": "scripted:edits", "messages": [{"role": "user", "content": text}], **settings}
    data = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    host, port = front.root.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(head.encode() + data)
    return connection


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away(front, upstream, stream):
    """Its work is cancelled at the upstream, and counted as 499."""
    text = f"mode=stall and stream={stream}"
    gone = 'reweave_requests_total{path="/v1/chat/completions",status="499"}'
    before = metrics(front).get(gone, 0)
    with ask_by_hand(front, text, stream=stream, n=2) as connection:
        until(lambda: [line["body"].get("prompt") for line in upstream.lines("asked")].count(text) == 2)
        if stream:
            assert connection.recv(100)
    until(lambda: [line["prompt"] for line in upstream.lines("left")].count(text) == 2)
    until(lambda: metrics(front).get(gone, 0) == before + 1)
    assert metrics(front)["reweave_requests"] == 0


def test_a_full_queue(start):
    """More than places and queue hold is a 429 with Retry-After at once; when there is room, it is let in."""
    front, upstream = start("--concurrency", "2", "--queue", "3")
    held = [ask_by_hand(front, "mode=hang") for _ in range(5)]
    until(lambda: metrics(front)["reweave_requests"] == 5 and len(upstream.lines("asked")) == 2)
    assert metrics(front)["reweave_completions_waiting"] == 3
    with front.client() as client:
        for _ in range(3):
            with pytest.raises(openai.RateLimitError, match="5 requests are under way") as caught:
                chat(client, "one more")
            assert int(caught.value.response.headers["retry-after"]) >= 1
        for connection in held:
            connection.close()
        until(lambda: metrics(front)["reweave_requests"] == 0)
        assert chat(client, "one more", seed=1).choices[0].message.content == program_for("one more", 1)


def test_choices_share_the_places(start):
    """The choices of one request take the places of --concurrency like any others."""
    front, _ = start("--concurrency", "2", upstream=["--delay", "0.2"])
    with front.client() as client:
        answer = chat(client, "many", n=8, seed=0)
        assert [c.message.content for c in answer.choices] == [program_for("many", i) for i in range(8)]


def begun(front, text, out, **settings):
    """Ask in a thread of its own; what comes of it lands in ``out``."""

    def ask():
        with front.client() as client:
            try:
                out.append(chat(client, text, seed=1, **settings).choices[0].message.content)
            except openai.APIError as error:
                out.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_sigterm_lets_requests_finish(start):
    """After a SIGTERM nobody is let in, and who is in gets the answer; the exit status is 0."""
    front, upstream = start(upstream=["--delay", "1"])
    said = []
    thread = begun(front, "last", said)
    until(lambda: upstream.lines("asked"))
    front.end()
    until(lambda: _refused(front))
    thread.join()
    assert said == [program_for("last", 1)]
    assert front.wait() == (0, "")


def test_sigterm_does_not_wait_for_ever(start):
    """Who is not done after --drain seconds is told that the server goes down."""
    front, upstream = start("--drain", "1")
    said = []
    thread = begun(front, "mode=hang", said)
    until(lambda: upstream.lines("asked"))
    front.end()
    status, _ = front.wait()
    thread.join()
    assert status == 0
    assert isinstance(said[0], openai.APIError)
    assert getattr(said[0], "status_code", 503) == 503


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(start, number):
    """It does not wait for requests under way."""
    front, upstream = start("--drain", "300")
    said = []
    thread = begun(front, "mode=hang", said)
    until(lambda: upstream.lines("asked"))
    front.end(number)
    until(lambda: _refused(front))
    front.end(number)
    _, words = front.wait()
    thread.join()
    assert "stopped at once" in words
    assert isinstance(said[0], openai.APIError)


def _refused(front):
    host, port = front.root.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return True
    time.sleep(0.02)
    return False
