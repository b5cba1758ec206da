"""Asking a scripted server in another process: answers, failures by kind, retries, back-pressure."""

import asyncio
import json
from collections import Counter
from contextlib import aclosing

import pytest

from reweave.errors import InputError, ModelError
from reweave.models import Answer, Endpoint, Failure, Parameters, Question, RequestLog, Token, ask, ask_all

from .server import scripted_answer

SEED = 7


@pytest.fixture
def log(tmp_path):
    with RequestLog(tmp_path / "requests.sqlite") as log:
        yield log


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Back-off in hundredths: what is waited between attempts is tested where a server asks for it."""
    monkeypatch.setattr("reweave.models.waiting._FIRST", 0.01)


def one(server, log, *, question=None, parameters=None, **endpoint):
    """Ask one question and give its only outcome."""
    question = question or Question("q", prompt="write it")
    values = {"kind": "completions", "retries": 2, "timeout": 20} | endpoint
    [outcome] = ask_all(
        Endpoint(server.url, "scripted", **values), [question], parameters or Parameters(seed=SEED), log
    )
    return outcome


@pytest.mark.parametrize("kind", ["chat", "completions"])
@pytest.mark.parametrize("stream", [False, True])
def test_answers(serve, log, kind, stream):
    """Each sample is asked for by itself with its own seed, whole or as events; its text is kept exactly."""
    server = serve()
    questions = [Question(f"q{i}", prompt=f"prompt {i} ü", n=3) for i in range(4)]
    endpoint = Endpoint(server.url, "scripted", kind=kind, stream=stream)
    outcomes = ask_all(endpoint, questions, Parameters(seed=SEED), log)
    assert [(o.question.id, o.sample) for o in outcomes] == [(f"q{i}", s) for i in range(4) for s in range(3)]
    assert [o.text for o in outcomes] == [
        scripted_answer(f"prompt {i} ü", SEED + s) for i in range(4) for s in range(3)
    ]
    assert {(o.finish_reason, o.prompt_tokens, o.completion_tokens, o.cached) for o in outcomes} == {
        ("stop", 3, 5, False)
    }
    assert sorted(r["seed"] for r in server.requests()) == sorted([7, 8, 9] * 4)


def test_a_finished_run_costs_nothing(serve, log):
    """Asked again, everything comes from the log, through another endpoint too, and no request is sent."""
    server = serve()
    questions = [Question("q", prompt="p", n=4)]
    first = ask_all(Endpoint(server.url, "m", kind="chat"), questions, Parameters(temperature=1), log)
    server.kill()
    again = Endpoint("http://127.0.0.1:9/v1", "m", kind="chat", samples_per_request=3)
    second = ask_all(again, questions, Parameters(temperature=1.0), log)
    assert [(o.text, o.seconds, o.cached) for o in second] == [(o.text, o.seconds, True) for o in first]
    assert log.usage().requests == len(server.requests()) == 4


def test_more_samples_later(serve, log):
    """A larger n asks for the new samples only."""
    server = serve()
    for n in (2, 5):
        outcomes = ask_all(
            Endpoint(server.url, "m"), [Question("q", prompt="p", n=n)], Parameters(seed=1), log
        )
    assert [o.cached for o in outcomes] == [True, True, False, False, False]
    assert {r["seed"] for r in server.requests()[:2]} == {1, 2}
    assert sorted(r["seed"] for r in server.requests()[2:]) == [3, 4, 5]


def test_other_parameters_are_another_question(serve, log):
    """What changes the answer changes the key; an id does not."""
    server = serve()
    endpoint = Endpoint(server.url, "m", kind="completions")
    different = [
        Parameters(), Parameters(temperature=0.5), Parameters(top_p=0.5), Parameters(min_p=0.5),
        Parameters(max_tokens=5), Parameters(stop=["a"]), Parameters(seed=1), Parameters(logprobs=0),
        Parameters(extra={"top_k": 5}),
    ]  # fmt: skip
    for parameters in different:
        ask_all(endpoint, [Question("q", prompt="p")], parameters, log)
        ask_all(endpoint, [Question("r", prompt="p")], parameters, log)
    assert len(server.requests()) == len(different)
    sent = [{k: v for k, v in r["body"].items() if k not in {"model", "prompt"}} for r in server.requests()]
    assert sent == [
        {}, {"temperature": 0.5}, {"top_p": 0.5}, {"min_p": 0.5}, {"max_tokens": 5}, {"stop": ["a"]},
        {"seed": 1}, {"logprobs": 0}, {"top_k": 5},
    ]  # fmt: skip


def test_messages(serve, log):
    """A conversation is sent as it is."""
    server = serve()
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
    outcome = one(server, log, question=Question("q", messages=messages), kind="chat")
    assert outcome.text == scripted_answer("hello", SEED)
    assert server.requests()[0]["body"]["messages"] == messages
    with pytest.raises(InputError, match="'q' holds messages"):
        one(server, log, question=Question("q", messages=messages), kind="completions")
    with pytest.raises(InputError, match="'q' holds token ids"):
        one(server, log, question=Question("q", prompt=[1, 2]), kind="chat")


def test_answers_of_no_use(serve, log):
    """An answer of which the caller says that it is of no use ends the asking, and is not kept as one."""
    server = serve()
    endpoint, questions = Endpoint(server.url, "m", concurrency=1), [Question(q, prompt=q) for q in "ab"]
    with pytest.raises(ModelError, match="its answers cannot be used: no number in it"):
        ask_all(endpoint, questions, Parameters(), log, unusable=lambda said: said.text and "no number in it")
    assert log.outcomes() == {"refused": 1}
    outcomes = ask_all(endpoint, questions, Parameters(), log, unusable=lambda _: None)
    assert [outcome.cached for outcome in outcomes] == [False, False]
    assert len(server.requests()) == 3


@pytest.mark.parametrize("kind", ["chat", "completions"])
def test_logprobs(serve, log, kind):
    """Log-probabilities come back in one form from both kinds of server, from the log too."""
    server = serve(answers=[{"prompt": "", "texts": ["x = 1"]}])
    for _ in range(2):
        outcome = one(server, log, kind=kind, parameters=Parameters(logprobs=1))
        assert outcome.logprobs == tuple(Token(word, -0.25, {"a": -0.5}) for word in ("x", "=", "1"))
    assert len(server.requests()) == 1


@pytest.mark.parametrize("ignore_n", [False, True])
def test_several_samples_a_request(serve, log, ignore_n):
    """With several samples a request none is missing or doubled, whether the server knows n or not."""
    server = serve(ignore_n=ignore_n)
    endpoint = Endpoint(server.url, "m", samples_per_request=4)
    outcomes = ask_all(endpoint, [Question("q", prompt="p", n=6)], Parameters(seed=SEED), log)
    assert [o.text for o in outcomes] == [scripted_answer("p", SEED + i) for i in range(6)]
    assert sorted(r["n"] for r in server.requests()) == ([1, 1, 2, 2, 3, 4] if ignore_n else [2, 4])
    assert sum(o.completion_tokens for o in outcomes) == log.usage().completion_tokens == 30


RETRIED = {
    "rate-limited": {"mode": "rate-limit"},
    "server-error": {"mode": "error"},
    "server-error (in the body)": {"mode": "error-body"},
    "invalid-json": {"mode": "garbage"},
    "invalid-json (other form)": {"mode": "other-form"},
    "truncated": {"mode": "truncated"},
    "truncated (no finish_reason)": {"mode": "no-end"},
    "empty-choices": {"mode": "empty"},
    "connection": {"mode": "reset"},
    "timeout": {"mode": "hang"},
    "timeout (drip)": {"mode": "drip"},
}


@pytest.mark.parametrize("name", RETRIED)
def test_retried_and_answered(serve, log, name):
    """What may pass is tried again, counted by kind, and ends as the answer that it would have been."""
    server = serve(RETRIED[name] | {"first": 2})
    kind, shown = name.partition(" (")[0], []
    [outcome] = ask_all(
        Endpoint(server.url, "m", retries=2, timeout=1.5 if kind == "timeout" else 20),
        [Question("q", prompt="p")],
        Parameters(seed=SEED),
        log,
        shown.append,
    )
    assert isinstance(outcome, Answer)
    assert outcome.text == scripted_answer("p", SEED)
    assert log.outcomes() == {"answer": 1, kind: 2}
    assert [r["mode"] for r in server.requests()] == [RETRIED[name]["mode"]] * 2 + [None]
    assert (shown[-1].answers, shown[-1].failures, shown[-1].failed_attempts) == (1, {}, {kind: 2})
    assert shown[-1].usage == log.usage()


@pytest.mark.parametrize("name", RETRIED)
def test_never_an_answer(serve, log, name):
    """What does not pass fails with its kind after the last attempt; it is asked again next time."""
    server = serve(RETRIED[name])
    kind = name.partition(" (")[0]
    for start in (1, 2):
        outcome = one(server, log, retries=1, timeout=0.5 if kind == "timeout" else 20)
        assert isinstance(outcome, Failure)
        assert (outcome.kind, outcome.attempts, outcome.sample) == (kind, 2, 0)
        assert outcome.message
        assert len(server.requests()) == 2 * start
    assert log.outcomes() == {kind: 4}


@pytest.mark.parametrize("mode", ["truncated", "no-end"])
def test_events_cut(serve, log, mode):
    """Events that end before the server said why are cut, however many came."""
    assert one(serve({"mode": mode}), log, stream=True).kind == "truncated"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"mode": "error", "status": 400}, "refused"),
        ({"mode": "error", "status": 422}, "refused"),
        ({"mode": "no-credit"}, "refused"),
        ({"mode": "filter"}, "filtered"),
    ],
)
def test_refused_at_once(serve, log, rule, kind):
    """What no waiting mends is not tried again."""
    server = serve(rule)
    outcome = one(server, log, retries=5)
    assert (outcome.kind, outcome.attempts, len(server.requests())) == (kind, 1, 1)


@pytest.mark.parametrize("status", [408, 409, 503])
def test_busy(serve, log, status):
    """Statuses that mean `later` are tried again."""
    assert isinstance(one(serve({"mode": "error", "status": status, "first": 1}), log), Answer)
    assert log.outcomes() == {"answer": 1, "server-error": 1}


def test_length_is_an_answer(serve, log):
    """An answer cut at max_tokens is an answer that says so."""
    outcome = one(serve({"mode": "length"}), log)
    assert (outcome.text, outcome.finish_reason) == (scripted_answer("write it", SEED), "length")


@pytest.mark.parametrize(("asked", "least"), [("1", 1.0), ("date+3", 2.0)])
def test_retry_after(serve, log, asked, least):
    """The next attempt does not come before the server wants it, said in seconds or as a date."""
    server = serve({"mode": "rate-limit", "retry_after": asked, "first": 1})
    assert isinstance(one(server, log), Answer)
    first, second = (r["time"] for r in server.requests())
    assert second - first >= least


def test_retry_after_too_long(serve, log):
    """Told to come back tomorrow, the sample fails now and says so."""
    outcome = one(serve({"mode": "rate-limit", "retry_after": "86400"}), log)
    assert (outcome.kind, outcome.attempts) == ("rate-limited", 1)
    assert "86,400 s" in outcome.message


def test_nobody_there(serve, log):
    """A server that is down is a failure of the connection, after the retries."""
    server = serve()
    server.kill()
    outcome = one(server, log)
    assert (outcome.kind, outcome.attempts) == ("connection", 3)


def test_wrong_key(serve, log, monkeypatch, tmp_path):
    """A refused key ends the run; it is neither in the error nor in the log, though the server repeats it."""
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    server = serve(key="sk-another")
    with pytest.raises(ModelError, match=r"the key is refused: 401 wrong key: Bearer \[key\]") as caught:
        one(server, log, api_key_env="SOME_KEY")
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert not any("sk-very-secret" in repr(error) for error in chain)
    log.close()
    assert log.path.stat().st_size
    assert not any(b"sk-very-secret" in path.read_bytes() for path in tmp_path.iterdir())


def test_right_key(serve, log, monkeypatch):
    """The key is taken from the variable that the endpoint names, white space around it apart."""
    monkeypatch.setenv("SOME_KEY", " sk-right\n")
    server = serve(key="sk-right")
    assert isinstance(one(server, log, api_key_env="SOME_KEY"), Answer)
    assert "sk-right" not in repr(Endpoint(server.url, "m", api_key_env="SOME_KEY"))
    monkeypatch.setenv("SOME_KEY", "sk-\nbroken")
    with pytest.raises(ModelError, match="the key in SOME_KEY holds characters") as caught:
        one(server, log, api_key_env="SOME_KEY")
    assert "broken" not in str(caught.value)


def test_wrong_path(serve, log):
    """A path or model that is not there ends the run, instead of failing at each sample."""
    server = serve()
    server.url = server.url.replace("/v1", "/v2")
    with pytest.raises(ModelError, match="no such model or path: 404 no path"):
        one(server, log)


def test_same_content_is_asked_once(serve, log):
    """Questions of the same content share their samples, though they are under way together."""
    server = serve(delay=0.05)
    questions = [Question(f"q{i}", prompt="p", n=4) for i in range(6)]
    outcomes = ask_all(Endpoint(server.url, "m", concurrency=16), questions, Parameters(), log)
    assert len(server.requests()) == 4
    assert len({(o.sample, o.text) for o in outcomes}) == 4
    assert Counter(o.cached for o in outcomes) == {False: 4, True: 20}


def test_a_question_that_is_no_text(serve, log):
    """A lone surrogate cannot be sent: that question fails, the others are answered."""
    questions = [Question("bad", prompt="\ud800", n=2), Question("good", prompt="p")]
    outcomes = ask_all(Endpoint(serve().url, "m"), questions, Parameters(seed=SEED), log)
    assert [getattr(o, "kind", "answer") for o in outcomes] == ["invalid-question"] * 2 + ["answer"]


def test_questions_do_not_pile_up(serve, log):
    """Of many questions few are taken before the reader takes answers; leaving early is clean."""
    taken = 0

    def questions():
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield Question(str(number), prompt=f"p {number}")

    async def read_some():
        endpoint = Endpoint(serve().url, "m", concurrency=8)
        async with aclosing(ask(endpoint, questions(), Parameters(seed=1), log)) as coming:
            for _ in range(50):
                assert isinstance(await anext(coming), Answer)
            await asyncio.sleep(0.3)

    asyncio.run(read_some())
    assert 50 <= taken <= 50 + 3 * 8


def test_written_before_it_is_given(serve, log):
    """While the log cannot be written, no answer is given; once it can, it is there."""
    import sqlite3

    server = serve()

    async def read():
        busy = sqlite3.connect(log.path, isolation_level=None)
        busy.execute("BEGIN IMMEDIATE")
        async with aclosing(
            ask(Endpoint(server.url, "m"), [Question("q", prompt="p")], Parameters(), log)
        ) as coming:
            first = asyncio.ensure_future(anext(coming))
            while not server.requests():  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            early = first.done()
            busy.execute("ROLLBACK")
            outcome = await first
            [(kept,)] = busy.execute("SELECT text FROM answers").fetchall()
            busy.close()
            return early, outcome.text == kept

    assert asyncio.run(read()) == (False, True)


def test_no_more_under_way_than_allowed(serve, log):
    """Requests under way at once are bounded by the concurrency."""
    server = serve(delay=0.1)
    endpoint = Endpoint(server.url, "m", concurrency=3)
    ask_all(endpoint, [Question("q", prompt="p", n=12)], Parameters(seed=1), log)
    times = sorted(r["time"] for r in server.requests())
    assert len(times) == 12
    assert all(later - earlier > 0.09 for earlier, later in zip(times, times[3:], strict=False))


def test_an_error_in_the_questions(serve, log):
    """What the iterator of questions raises reaches the caller."""

    def questions():
        yield Question("q", prompt="p")
        raise InputError("row 2 is broken")

    async def read():
        return [o async for o in ask(Endpoint(serve().url, "m"), questions(), Parameters(), log)]

    with pytest.raises(InputError, match="row 2 is broken"):
        asyncio.run(read())


def test_cost(serve, log):
    """Tokens are counted as the server says, and priced as the user says; what is cached costs nothing."""
    endpoint = Endpoint(serve().url, "m", prompt_price=1e6, completion_price=2e6)
    shown = []
    questions = [Question("q", prompt="two words", n=3)]
    for _ in range(2):
        ask_all(endpoint, questions, Parameters(seed=1), log, shown.append)
    assert shown[2].cost == log.usage().cost(endpoint) == 3 * (2 + 2 * 5)
    assert (shown[-1].cost, shown[-1].cached, shown[-1].done, shown[-1].total) == (0, 3, 3, 3)


def test_answers_from_a_table(serve, log):
    """The scripted server gives the table's texts by seed."""
    server = serve(answers=[{"prompt": "add", "texts": ["one", "two"]}])
    questions = [Question("q", prompt="def add", n=3), Question("r", prompt="def sub")]
    outcomes = ask_all(Endpoint(server.url, "m"), questions, Parameters(seed=0), log)
    assert [o.text for o in outcomes] == ["one", "two", "one", scripted_answer("def sub", 0)]


def test_the_request_is_in_the_log(serve, log):
    """The log says what was asked, without what differs from sample to sample."""
    import sqlite3

    one(serve(), log, parameters=Parameters(temperature=0.5, seed=3))
    log.close()
    connection = sqlite3.connect(log.path)
    [(request,)] = connection.execute("SELECT request FROM requests").fetchall()
    connection.close()
    assert json.loads(request) == {"model": "scripted", "prompt": "write it", "temperature": 0.5, "seed": 3}
