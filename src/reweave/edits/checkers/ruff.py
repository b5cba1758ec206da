"""Ruff as a checker: a folder of states in one call, about 20 µs a state.

Sees undefined names, use before assignment, misplaced ``return``, broken syntax and the errors of its
pylint family; does not see attributes, arity or types (`reweave.edits.lookahead` knows some of these).
How a batch is laid out as files is the room of `batch_files`.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import orjson

from reweave.edits.checkers.base import Verdict
from reweave.edits.checkers.batch_files import SENTINEL, BatchFailedError, BatchFolder, check_halving
from reweave.edits.checkers.lines import line_of_row
from reweave.errors import CheckerError, ReweaveError
from reweave.records import Diagnostic

RULES = "E9,F5,F6,F7,F82,PLE"

_NAME = "ruff"
_SYNTAX = "invalid-syntax"
_PANIC = re.compile(r"panicked|This indicates a bug in Ruff")


class RuffChecker:
    """Checks with ``ruff check``, one process a batch, on one thread.

    Configuration files, ``noqa`` comments and caches are ignored: a verdict depends on the text alone. The
    newest Python is assumed, so that no syntax is called wrong for being new.

    Args:
        executable: The ruff to run; by default the one installed with this Python, then PATH.
        timeout: Seconds a call may take for each 1,000 states or 4 MB in it.
    """

    name = _NAME

    def __init__(self, executable: str | None = None, timeout: float = 60.0) -> None:
        self._executable = executable or _find_executable()
        self._timeout = timeout
        self._folder: BatchFolder | None = None
        # One thread, because reweave runs a process a core; Windows starts nothing without SYSTEMROOT.
        kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
        self._environment = {**kept, "RAYON_NUM_THREADS": "1", "NO_COLOR": "1"}
        self._command = [
            self._executable, "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero", "--quiet",
            "--no-respect-gitignore", "--target-version", "py314", "--select", RULES,
            "--output-format", "json-lines", ".",
        ]  # fmt: skip

    @cached_property
    def version(self) -> str:
        """Name and version, such as ``ruff 0.17.5``."""
        try:
            done = subprocess.run([self._executable, "--version"], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CheckerError(_NAME, "crashed", f"{self._executable} --version: {error}") from error
        return done.stdout.strip()

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts in one call of ruff; see `Checker.check`."""
        return check_halving(_NAME, self._look, texts)

    def close(self) -> None:
        """Remove the scratch folder. The next `check` makes another."""
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _look(self, texts: Sequence[str]) -> list[Verdict]:
        if self._folder is None:
            self._folder = BatchFolder()
        sentinel = self._folder.fill(texts)
        verdicts: list[list[Diagnostic]] = [[] for _ in range(sentinel + 1)]
        broken: dict[int, str] = {}
        # Texts with errors of their own bring dozens of reports a state: rows that are lines need no search.
        rows = [-1] * (sentinel + 1)
        for line in self._run(self._folder, sum(map(len, texts)), len(texts)).splitlines():
            report = orjson.loads(line)
            name = report["filename"]
            number = int(name[name.rfind(os.sep) + 1 : -3])
            code = report["code"] or _SYNTAX
            row = report["location"]["row"]
            if code in {"E902", "panic"}:  # the file was not read, or ruff broke on it
                broken[number] = f"{code}: {report['message'][:300]}"
                continue
            text = texts[number] if number < sentinel else SENTINEL
            if rows[number] < 0:
                rows[number] = 0 if "\r" in text else text.count("\n")
            if row > rows[number]:
                row = line_of_row(text, row)
            verdicts[number].append(Diagnostic(row, code, report["message"]))
        if not verdicts.pop():
            raise BatchFailedError("skipped", "it did not report the error in the sentinel file")
        if not broken:
            return list(verdicts)
        return [
            CheckerError(_NAME, "crashed", broken[number]) if number in broken else verdict
            for number, verdict in enumerate(verdicts)
        ]

    def _run(self, folder: BatchFolder, size: int, count: int) -> bytes:
        allowed = self._timeout * (1 + count / 1_000 + size / 4_000_000)
        try:
            done = subprocess.run(
                self._command, cwd=folder.states, env=self._environment, stdin=subprocess.DEVNULL,
                capture_output=True, timeout=allowed, check=False, close_fds=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BatchFailedError("timeout", f"no verdict within {allowed:.0f} s") from error
        except OSError as error:
            raise BatchFailedError("crashed", f"cannot start: {error}") from error
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode != 0 or _PANIC.search(said):
            raise BatchFailedError("crashed", f"exit status {done.returncode} {said[:300]}")
        return done.stdout


def _find_executable() -> str:
    """Return the path of the ruff that belongs to this Python, or of the one on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / ("ruff.exe" if os.name == "nt" else "ruff")
    found = str(beside) if beside.exists() else shutil.which("ruff")
    if found is None:
        raise ReweaveError("ruff is not installed: pip install ruff")
    return found
