"""A real model behind a real server: random weights made on the spot, served by `transformers serve`.

Runs where REWEAVE_TRANSFORMERS_PYTHON names an interpreter with torch and transformers[serving].
"""

import os
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from reweave.models import Answer, Endpoint, Parameters, Question, RequestLog, ask_all

PYTHON = os.environ.get("REWEAVE_TRANSFORMERS_PYTHON", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON, reason="REWEAVE_TRANSFORMERS_PYTHON names no interpreter with transformers"
    ),
]
QUESTIONS = [Question(f"q{i}", prompt=f"def f{i}(a, b):", n=4) for i in range(3)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The model's folder, which is its name, and the server's base URL."""
    folder = tmp_path_factory.mktemp("tiny")
    env = os.environ | {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([PYTHON, Path(__file__).with_name("tiny_model.py"), folder], env=env, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        Path(PYTHON).with_name("transformers"),
        "serve",
        folder,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen([*command, "--device", "cpu"], env=env, stdout=output, stderr=output)
    while process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/health").close()
            break
        except URLError:
            time.sleep(0.2)
    assert process.poll() is None, (folder / "output").read_text()
    yield str(folder), f"http://127.0.0.1:{port}/v1"
    process.kill()
    process.wait()


@pytest.mark.parametrize("kind", ["completions", "chat"])
@pytest.mark.parametrize("stream", [False, True])
def test_asked(served, tmp_path, kind, stream):
    """Every sample is answered within max_tokens; the samples of a question differ; the seed repeats them."""
    model, url = served
    # One at a time: this server seeds the whole process, so that requests under way together share a seed.
    endpoint = Endpoint(url, model, kind=kind, stream=stream, concurrency=1, retries=0)
    parameters = Parameters(temperature=1.0, top_p=0.95, max_tokens=12, seed=5)
    runs = []
    for name in ("one", "two"):
        with RequestLog(tmp_path / name) as log:
            runs.append(ask_all(endpoint, QUESTIONS, parameters, log))
            assert log.outcomes() == {"answer": 12}
    assert all(isinstance(outcome, Answer) for outcome in runs[0])
    assert {o.finish_reason for o in runs[0]} <= {"length", "stop"}
    assert all(0 < o.completion_tokens <= 12 and o.prompt_tokens > 0 for o in runs[0])
    assert [o.text for o in runs[0]] == [o.text for o in runs[1]]
    assert len({o.text for o in runs[0][:4]}) == 4


def test_what_it_does_not_know(served, tmp_path):
    """A field that it does not know is refused in its own words, at each sample, and is no answer."""
    model, url = served
    with RequestLog(tmp_path / "log") as log:
        outcomes = ask_all(Endpoint(url, model), QUESTIONS[:1], Parameters(min_p=0.1), log)
    assert {(o.kind, o.attempts) for o in outcomes} == {("refused", 1)}
    assert "min_p" in outcomes[0].message
