"""Thirty-two clients and an upstream that is killed in the middle: none lost, none answered wrongly."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "serve_load.py"


def test_clients_and_a_killed_upstream():
    """Every request ends with its own answer or the status of its fate; the script that measures says so."""
    command = [sys.executable, str(SCRIPT), "--seconds", "8", "--kills", "1"]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "another request's: 0 of" in made.stdout
    assert "503" in made.stdout  # the kill was felt
