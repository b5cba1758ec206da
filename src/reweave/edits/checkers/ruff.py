"""Ruff as a checker: a folder of states in one call, 20 to 40 µs a state.

Sees undefined names, use before assignment, misplaced ``return``, broken syntax and the errors of its
pylint family; does not see attributes, arity or types (`reweave.edits.lookahead` knows some of these).
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import orjson

from reweave.edits.checkers.base import Verdict
from reweave.errors import CheckerError, ReweaveError
from reweave.records import Diagnostic

RULES = "E9,F5,F6,F7,F82,PLE"

# A state that must be complained about. If it is not, the whole batch was not looked at.
_SENTINEL = "undefined_name_that_must_be_reported\n"
_MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - used only when it is there and writable
_PANIC = re.compile(r"panicked|This indicates a bug in Ruff")


class RuffChecker:
    """Checks with ``ruff check``, one process a batch.

    Configuration files, ``noqa`` comments and caches are ignored: a verdict depends on the text alone.

    Args:
        executable: The ruff to run; by default the one installed with this Python, then PATH.
        timeout: Seconds a batch may take for each 1,000 states or 4 MB in it.
    """

    name = "ruff"

    def __init__(self, executable: str | None = None, timeout: float = 60.0) -> None:
        self._executable = executable or _find_ruff()
        self._timeout = timeout
        root = _MEMORY_DISK if os.access(_MEMORY_DISK, os.W_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="reweave-ruff-", dir=root))
        self._written = 0
        self._environment = {"RAYON_NUM_THREADS": "1", "NO_COLOR": "1"}
        if "SYSTEMROOT" in os.environ:  # Windows starts no process without it
            self._environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        self._command = [
            self._executable, "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero", "--quiet",
            "--no-respect-gitignore", "--target-version", "py314", "--select", RULES,
            "--output-format", "json-lines", ".",
        ]  # fmt: skip

    @cached_property
    def version(self) -> str:
        """Name and version, such as ``ruff 0.17.5``."""
        done = subprocess.run([self._executable, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts, one verdict each, in their order."""
        try:
            return self._run(texts)
        except CheckerError as error:
            if len(texts) <= 1:
                return [error for _ in texts]
        # Something in the batch brings ruff down: halve until it stands alone, keep the rest.
        middle = len(texts) // 2
        return self.check(texts[:middle]) + self.check(texts[middle:])

    def close(self) -> None:
        """Remove the scratch folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __del__(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, texts: Sequence[str]) -> list[Verdict]:
        size = self._write(texts)
        allowed = self._timeout * (1 + len(texts) / 1_000 + size / 4_000_000)
        try:
            done = subprocess.run(
                self._command, cwd=self._folder, env=self._environment, capture_output=True,
                timeout=allowed, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise CheckerError("ruff", "timeout", f"no answer in {allowed:.0f} s") from error
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode != 0 or _PANIC.search(said):
            raise CheckerError("ruff", "crashed", f"exit status {done.returncode}: {said.strip()[:300]}")
        verdicts: list[list[Diagnostic]] = [[] for _ in range(len(texts) + 1)]
        for line in done.stdout.split(b"\n"):
            if line:
                item = orjson.loads(line)
                file = item["filename"]
                number = int(file[max(file.rfind("/"), file.rfind("\\")) + 1 : -3])
                if number < len(verdicts):
                    code = item["code"] or "invalid-syntax"
                    verdicts[number].append(Diagnostic(item["location"]["row"], code, item["message"]))
        if not verdicts.pop():
            raise CheckerError("ruff", "skipped", "it did not report the error planted in the batch")
        return [self._judge(verdict) for verdict in verdicts]

    @staticmethod
    def _judge(verdict: list[Diagnostic]) -> Verdict:
        for diagnostic in verdict:
            if diagnostic.code in {"E902", "panic"}:  # the file was not read, or ruff broke on it
                return CheckerError("ruff", "crashed", diagnostic.message[:300])
        return verdict

    def _write(self, texts: Sequence[str]) -> int:
        """Write the states as 0.py, 1.py …, over those of the batch before; return their bytes."""
        folder = self._folder
        size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        prefix = f"{folder}{os.sep}"
        opened, write, close = os.open, os.write, os.close
        try:
            for number, text in enumerate((*texts, _SENTINEL)):
                data = text.encode("utf-8", "surrogatepass")
                handle = opened(f"{prefix}{number}.py", flags, 0o600)
                try:
                    done = write(handle, data)
                    while done < len(data):
                        done += write(handle, data[done:])
                finally:
                    close(handle)
                size += len(data)
            count = len(texts) + 1
            for number in range(count, self._written):
                os.unlink(f"{prefix}{number}.py")  # noqa: PTH108 - hot
        except OSError as error:
            raise ReweaveError(f"the scratch folder {folder} cannot be written: {error}") from error
        self._written = count
        return size


def _find_ruff() -> str:
    """Return the path of the ruff that belongs to this Python, or of the one on PATH."""
    import sysconfig

    beside = Path(sysconfig.get_path("scripts")) / ("ruff.exe" if os.name == "nt" else "ruff")
    if beside.exists():
        return str(beside)
    found = shutil.which("ruff")
    if found is None:
        raise ReweaveError("ruff is not installed: pip install ruff")
    return found
