"""What several rooms' tests need."""

import importlib.util
from pathlib import Path

import pytest

from reweave.edits.checkers.batch_files import scratch_root


@pytest.fixture
def scratch_folders():
    """A function that finds the scratch folders whose files hold a word: other processes have theirs."""

    def find(word):
        found = []
        for folder in scratch_root().glob("reweave-batch-*"):
            try:
                texts = [path.read_bytes() for path in (folder / "states").glob("*.py")]
            except OSError:  # gone by now
                continue
            if any(word.encode() in text for text in texts):
                found.append(folder)
        return found

    return find


@pytest.fixture
def serve(tmp_path_factory, monkeypatch):
    """A function that starts a scripted model server in a process of its own: tests/models/server.py."""
    place = Path(__file__).parent / "models" / "conftest.py"
    module = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location("served", place))
    spec.loader.exec_module(module)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    started = []

    def start(*rules, answers=None, **script):
        server = module.Served(tmp_path_factory.mktemp("server"), script | {"rules": list(rules)}, answers)
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()
