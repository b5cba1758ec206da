"""Starts and ends the processes of these tests: scripted upstreams and real `reweave serve`s."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import openai

UPSTREAM = Path(__file__).with_name("upstream.py")


class Upstream:
    """A scripted upstream; ``kill`` and ``start`` keep its port and its log."""

    def __init__(self, folder, *flags):
        self.log = folder / "upstream.jsonl"
        self._flags = [*map(str, flags), "--log", str(self.log)]
        self.port = 0
        self.start()

    def start(self):
        """Start it, at the port it had."""
        command = [sys.executable, str(UPSTREAM), "--port", str(self.port), *self._flags]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def kill(self):
        """End it as SIGKILL does."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def lines(self, event):
        """Give the log's lines of one kind."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def last_body(self):
        """Give the last request's body."""
        return self.lines("asked")[-1]["body"]


class Front:
    """A real `reweave serve` in a process of its own."""

    def __init__(self, *flags, env=None):
        command = [sys.executable, "-m", "reweave", "serve", "--port", "0", *map(str, flags)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
        )
        said, found = "", None
        while found is None:
            line = self.process.stderr.readline()
            said += line
            assert line, f"it ended: {said}"
            found = re.search(r"^reweave: .* at (http://[\d.]+:\d+)/v1", line)
        self.root = found[1]
        self.url = f"{self.root}/v1"

    def client(self, **settings):
        """Give a client that tries nothing twice."""
        values = {"base_url": self.url, "api_key": "none", "max_retries": 0, "timeout": 30} | settings
        return openai.OpenAI(**values)

    def end(self, number=signal.SIGTERM):
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self):
        """Wait for its end; give its exit status and what it said."""
        with self.process.stderr as stderr:
            said = stderr.read()
        return self.process.wait(30), said

    def kill(self):
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


def until(true, seconds=15):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.02)
