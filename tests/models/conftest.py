"""A scripted server in a process of its own, and what its log says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = Path(__file__).with_name("server.py")


class Served:
    """A scripted server; ``kill`` and ``start`` keep its port and its log."""

    def __init__(self, folder, script, answers):
        self.log = folder / "server.jsonl"
        self._arguments = ["--log", str(self.log)]
        (folder / "script.json").write_text(json.dumps(script))
        self._arguments += ["--script", str(folder / "script.json")]
        if answers is not None:
            (folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in answers))
            self._arguments += ["--answers", str(folder / "answers.jsonl")]
        self.port = 0
        self.start()

    def start(self):
        """Start it, at the port it had."""
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), "--port", str(self.port), *self._arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def kill(self):
        """End it as SIGKILL does."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def requests(self):
        """Every request it received, in order; a line that it is still writing is not one yet."""
        lines = self.log.read_bytes().splitlines(keepends=True) if self.log.exists() else []
        return [json.loads(line) for line in lines if line.endswith(b"\n")]


@pytest.fixture
def serve(tmp_path_factory, monkeypatch):
    """A function that starts a scripted server."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    started = []

    def start(*rules, answers=None, **script):
        server = Served(tmp_path_factory.mktemp("server"), script | {"rules": list(rules)}, answers)
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()
