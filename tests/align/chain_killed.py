"""What tests need that kill a chain by SIGKILL: its bytes, and what it has in its logs."""

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path


def bytes_of(folder):
    """What must not differ: all but logs, journals of how it went, and the folder's own name."""
    return {
        str(path.relative_to(folder)): path.read_bytes().replace(str(folder).encode(), b"OUT")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".json", ".jsonl", ".html"} and path.name != "journal.jsonl"
    }


def finished(out, scratch):
    """Prompt and seed of each request whose answer is in a log, read from copies of the logs."""
    found = set()
    for log in out.glob("*/requests-*.sqlite"):
        copies = [Path(shutil.copy(path, scratch)) for path in log.parent.glob(log.name + "*")]
        with sqlite3.connect(scratch / log.name) as base:
            try:
                rows = base.execute("SELECT request, sample FROM answers NATURAL JOIN requests").fetchall()
            except sqlite3.OperationalError:  # killed before the tables were made
                rows = []
        base.close()
        for request, sample in rows:
            asked = json.loads(request)
            found.add((asked["prompt"], asked["seed"] + sample))
        for copy in copies:
            copy.unlink(missing_ok=True)  # SQLite has folded some in
    return found


def lines(log):
    """How many requests a server has logged."""
    return log.read_bytes().count(b"\n") if log.exists() else 0


def start(command):
    """Start a command line, silent."""
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
