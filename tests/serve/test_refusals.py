"""What is refused, with which status, and in which words."""

import http.client
import json
import urllib.error
import urllib.request

import openai
import pytest

CHAT = {"model": "scripted", "messages": [{"role": "user", "content": "Write it."}]}
COMPLETION = {"model": "scripted", "prompt": "Write it."}


def post(front, path, body, **headers):
    """Post a body; give status, headers and the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{front.root}{path}", data, {"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "no JSON"),
        (b'{"model": "\\ud800"}', "no JSON"),
        ([], "no JSON object"),
        ({}, "messages"),
        (CHAT | {"messages": []}, "messages"),
        (CHAT | {"messages": "hi"}, "messages"),
        (CHAT | {"messages": [{"role": "user", "content": ""}]}, "empty"),
        (CHAT | {"messages": [*CHAT["messages"], {"role": "assistant", "content": "def"}]}, "assistant"),
        (CHAT | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "image_url"),
        (CHAT | {"n": 0}, "n:"),
        (CHAT | {"n": "2"}, "n:"),
        (CHAT | {"n": 129}, "128 choices"),
        (CHAT | {"temperature": -1}, "temperature"),
        (CHAT | {"temperature": "hot"}, "temperature"),
        (CHAT | {"top_p": 0}, "top_p"),
        (CHAT | {"top_p": 1.5}, "top_p"),
        (CHAT | {"min_p": 2}, "min_p"),
        (CHAT | {"max_tokens": 0}, "max_tokens"),
        (CHAT | {"max_completion_tokens": 0}, "max_completion_tokens"),
        (CHAT | {"seed": 1.5}, "seed"),
        (CHAT | {"stop": [1]}, "stop"),
        (CHAT | {"stop": ""}, "stop"),
        (CHAT | {"stream": "yes"}, "stream"),
        (CHAT | {"logprobs": True}, "log-probabilities"),
        (CHAT | {"tools": [{"type": "function"}]}, "tools"),
        (CHAT | {"response_format": {"type": "json_object"}}, "response_format"),
        (CHAT | {"presence_penalty": 0.5}, "presence_penalty"),
    ],
)
def test_chat_bodies(front, body, said):
    """What cannot be is a 400 in OpenAI's form that names what it was."""
    status, _, answer = post(front, "/v1/chat/completions", body)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert said in answer["error"]["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"model": "scripted"}, "prompt"),
        (COMPLETION | {"prompt": []}, "prompt"),
        (COMPLETION | {"prompt": [1, 2, 3]}, "token arrays"),
        (COMPLETION | {"prompt": [[1, 2], [3]]}, "token arrays"),
        (COMPLETION | {"prompt": ["a", 1]}, "prompt"),
        (COMPLETION | {"prompt": None}, "prompt"),
        (COMPLETION | {"echo": True}, "echo"),
        (COMPLETION | {"logprobs": 0}, "logprobs"),
        (COMPLETION | {"best_of": 4}, "best_of"),
        (COMPLETION | {"suffix": "x"}, "suffix"),
        (COMPLETION | {"prompt": ["a"] * 50, "n": 3}, "150"),
    ],
)
def test_completion_bodies(front, body, said):
    """Likewise for completions: token arrays, echo and log-probabilities are refused in so many words."""
    status, _, answer = post(front, "/v1/completions", body)
    assert status == 400
    assert said in answer["error"]["message"]


def test_what_changes_nothing_is_let_pass(front):
    """Neutral values and unknown fields pass; unknown ones and messages left out are told in the answer."""
    extra = {
        "logprobs": False,
        "frequency_penalty": 0,
        "logit_bias": {},
        "tools": None,
        "user": "me",
        "foo": 1,
    }
    messages = [{"role": "system", "content": "Be nice."}, *CHAT["messages"]]
    status, _, answer = post(front, "/v1/chat/completions", CHAT | extra | {"messages": messages})
    assert status == 200
    assert answer["reweave"] == {"messages_left_out": 1, "ignored": ["foo", "user"]}
    parts = [{"type": "text", "text": "Write it."}]
    body = CHAT | {"messages": [{"role": "user", "content": parts}], "seed": 1}
    same = CHAT | {"seed": 1}
    told = [post(front, "/v1/chat/completions", b)[2]["choices"][0]["message"] for b in (body, same)]
    assert told[0] == told[1]


def test_models_that_are_not_there(front, client):
    """A model or path that is not there is a 404 that says which are; a wrong method a 405."""
    with pytest.raises(openai.NotFoundError, match="there are scripted, scripted:program"):
        client.chat.completions.create(**CHAT | {"model": "gpt-5"})
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")
    assert client.models.retrieve("scripted:edits").id == "scripted:edits"
    assert post(front, "/v1/embeddings", {})[0] == 404
    assert post(front, "/v1/models", {})[0] == 405


def test_bodies_that_are_too_large(start):
    """A body over the limit is a 413, whether its length was announced or not."""
    front, upstream = start("--max-body", "1000")
    status, _, answer = post(front, "/v1/completions", COMPLETION | {"prompt": "x" * 1000})
    assert (status, answer["error"]["code"]) == (413, "too_large")
    connection = http.client.HTTPConnection(front.root.removeprefix("http://"))
    connection.request("POST", "/v1/completions", (b"x" * 400 for _ in range(4)), encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    assert upstream.lines("asked") == []


def test_the_key(start):
    """With a key, /v1 wants it as a Bearer token; health and metrics do not. It is told to nobody."""
    front, _ = start(env={"REWEAVE_API_KEY": "sesame"})
    for key in ("none", "sesam", "sesame2"):
        with front.client(api_key=key) as client, pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(**CHAT)
        with front.client(api_key=key) as client, pytest.raises(openai.AuthenticationError):
            client.models.list()
    with front.client(api_key="sesame") as client:
        assert client.chat.completions.create(**CHAT).choices
    status, headers, answer = post(front, "/v1/completions", COMPLETION)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "sesame" not in json.dumps(answer)
    with urllib.request.urlopen(f"{front.root}/health") as health:
        assert health.status == 200
