"""A model's server as a process: it answers, it ends, and it says why it failed."""

import signal
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from reweave.align.rounds.children import end, start
from reweave.align.rounds.config import ServeConfig
from reweave.align.rounds.served import served
from reweave.errors import InputError, ModelError
from reweave.settings import checked

SERVER = Path(__file__).parents[2] / "models" / "server.py"


def test_answers_and_ends(tmp_path):
    """Inside it answers; afterwards nobody listens."""
    line = ("sh", "-c", f"{sys.executable} {SERVER} --port {{port}} # {{model}}")  # a shell and its child
    with (
        served(ServeConfig(command=line), "model", "round-0", tmp_path / "log") as url,
        urlopen(f"{url}/models") as answer,
    ):
        assert answer.status == 200
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{url}/models")


STUBBORN = """import os, signal, sys, time
if os.fork():
    signal.pause()  # ends at SIGTERM
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), open(sys.argv[1], "w").close(), os._exit(0)))
open(sys.argv[1] + ".ready", "w").close()
while True:
    signal.pause()
"""


def test_all_are_gone(tmp_path):
    """What a process has started takes a second longer than it; the end waits for both."""
    with (tmp_path / "log").open("ab") as log:
        process = start([sys.executable, "-c", STUBBORN, str(tmp_path / "ended")], log)
    while not (tmp_path / "ended.ready").exists():
        assert process.poll() is None
        time.sleep(0.01)
    end(process)
    assert process.returncode == -signal.SIGTERM
    assert (tmp_path / "ended").exists()


def test_failures(tmp_path):
    """What a server wrote before it ended is in the error; one that never answers is given up."""
    line = ("sh", "-c", "echo no such model: {model} >&2; exit 3; {port}")
    slow = ServeConfig(command=("sh", "-c", "sleep 60; {port} {model}"), wait=0.5)
    for config, said in (
        (ServeConfig(command=line), "status 3: no such model: mine"),
        (slow, "did not answer within"),
    ):
        with (
            pytest.raises(ModelError, match=said),
            served(config, "mine", "round-0", tmp_path / said[:6]),
        ):
            pass


def test_names():
    """Names follow the command: our server's own, or the model's, unless they are said."""
    own, other = ServeConfig(), ServeConfig(command=("vllm", "serve", "{model}", "--port", "{port}"))
    said = ServeConfig(command=other.command, answers="{name}-chat")
    assert [own.name_of(use, "m", "round-1") for use in ("generates", "answers")] == ["round-1"] * 2
    assert [other.name_of(use, "m", "round-1") for use in ("generates", "answers")] == ["m", "m"]
    assert said.name_of("answers", "m", "round-1") == "round-1-chat"
    with pytest.raises(InputError, match=r"no \{model\}"):
        checked(ServeConfig, {"command": ["serve", "--port", "{port}"]})
