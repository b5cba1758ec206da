"""pylint as a checker: the linter of the LintSeq paper, long-lived and in a process of its own.

Counted are categories E and F and two warnings that break programs: W0311 (bad indentation) and W0231
(a base class's ``__init__`` not called), as in the published tool (LintSeq, section 3). What happens
inside the process is the worker's room: `pylint_worker`. This module starts it, feeds it one state at a
time, ends it when a state takes too long, and never lets a state pass that was not looked at.

Known differences from the published tool: messages that contain ``|`` count (there they are lost in a
split); packages installed beside pylint are never resolved, so a verdict is the same on every machine;
``sys.stdin.buffer`` and ``sys.stdout.buffer`` exist (there the streams are redirected while pylint looks at
them: E1101); no state learns from earlier ones; what crashes pylint (F0001, F0002) is no verdict.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from reweave.edits.checkers import pylint_worker
from reweave.edits.checkers.base import Verdict
from reweave.edits.checkers.lines import line_of_row, not_utf8
from reweave.errors import CheckerError, MissingExtraError
from reweave.records import Diagnostic

_NAME = "pylint"
_WARNINGS = frozenset({"W0311", "W0231"})
_CRASHES = frozenset({"F0001", "F0002"})  # pylint's own report that it did not get through
_BLAMED = re.compile(r"\bon line (\d+)")
_START_SECONDS = 60.0


class PylintChecker:
    """Checks texts with pylint, in an environment that holds the standard library and nothing else.

    Args:
        imports: Report imports that do not resolve (E0401, E0402). Every third-party import is then an
            error, installed or not; this is the published behaviour in an empty environment. Without it,
            what comes from such an import is unknown to pylint and draws no message.
        timeout: Seconds a state may take before its process is killed and it gets `CheckerError`.
        recycle: States after which the process is replaced, because astroid's memory grows.

    Raises:
        MissingExtraError: pylint is not installed.
    """

    name = _NAME

    def __init__(self, *, imports: bool = False, timeout: float = 20.0, recycle: int = 50_000) -> None:
        if importlib.util.find_spec("pylint") is None:
            raise MissingExtraError("checker pylint", "pylint")
        self.version = f"{_NAME} {importlib.metadata.version('pylint')}"
        self._options = [] if imports else ["--disable=import-error,relative-beyond-top-level"]
        self._timeout = timeout
        self._recycle = recycle
        self._checked = 0
        self._worker: _Worker | None = None

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts one after the other in the long-lived process; see `Checker.check`."""
        return [self._check(text) for text in texts]

    def close(self) -> None:
        """End the process. The next `check` starts another."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _check(self, text: str) -> Verdict:
        if fault := not_utf8(text, "E0001"):
            return [fault]
        died = ""
        for _ in range(2):  # a process may be killed for reasons that are not the state's: try once more
            worker = self._ready_worker()
            self._checked += 1
            try:
                reply = worker.ask(text, self._timeout)
            except TimeoutError:
                self.close()
                return CheckerError(_NAME, "timeout", f"no verdict within {self._timeout:g} s")
            except EOFError as error:
                self.close()
                died = str(error)
                continue
            if "crashed" in reply:
                self.close()  # its linter stopped half-way, and may remember that
                return CheckerError(_NAME, "crashed", reply["crashed"])
            return _verdict(text, reply["messages"])
        return CheckerError(_NAME, "crashed", f"the process died twice: {died}")

    def _ready_worker(self) -> "_Worker":
        if self._worker is not None and self._checked >= self._recycle:
            self.close()
        if self._worker is None:
            self._worker = _Worker(self._options)
            self._checked = 0
        return self._worker


def _verdict(text: str, messages: list[tuple[str, int, str]]) -> Verdict:
    found = []
    for code, row, message in messages:
        if code in _CRASHES:
            return CheckerError(_NAME, "crashed", message)
        if code[0] not in "EF" and code not in _WARNINGS:
            continue
        if code == "E0001":
            if blamed := _BLAMED.search(message):
                row = int(blamed[1])  # noqa: PLW2901 (the line to delete is the one it names)
            elif "\0" in text:  # reported without a line
                row = len(text[: text.index("\0")].split("\n"))  # noqa: PLW2901 (as above)
        found.append(Diagnostic(line_of_row(text, row), code, message))
    return found


class _Worker:
    """One pylint process. A thread reads its replies, so that waiting can time out on every platform."""

    def __init__(self, options: list[str]) -> None:
        # -S, -s, -P and no PYTHON* variables: the child's path is the standard library. A fixed hash seed,
        # because astroid walks sets and a verdict must be the same in every run.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment["PYTHONHASHSEED"] = "0"
        if home := os.environ.get("PYTHONHOME"):
            environment["PYTHONHOME"] = home
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-S", "-W", "ignore", str(Path(pylint_worker.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=environment,
        )
        self._replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(self._process.stdout, self._replies), daemon=True).start()
        self._end = weakref.finalize(self, _end, self._process, self._stderr)
        path = [os.path.abspath(entry) for entry in sys.path if entry]  # noqa: PTH100 (entries are strings)
        try:
            self.ask({"path": path, "options": options}, _START_SECONDS)
        except (EOFError, TimeoutError) as error:
            self.end()
            raise CheckerError(_NAME, "crashed", f"its process did not start: {error}") from error

    def ask(self, message: Any, timeout: float) -> Any:
        """Send one message and wait for the reply.

        Raises:
            TimeoutError: No reply in time; the process may still be at it, and must be ended.
            EOFError: The process has died; says with what last words.
        """
        assert self._process.stdin is not None
        try:
            pylint_worker.write_frame(self._process.stdin, message)
            reply = self._replies.get(timeout=timeout)
        except queue.Empty as error:
            raise TimeoutError(f"no reply within {timeout:g} s") from error
        except OSError:  # broken pipe
            reply = None
        if reply is None:
            status = self._process.wait()
            self._stderr.seek(0)
            words = self._stderr.read()[-1000:].decode(errors="replace").strip()
            raise EOFError(f"exit status {status} {words}".strip())
        return reply

    def end(self) -> None:
        """Kill the process; it holds nothing worth finishing."""
        self._end()


def _pump(stream: IO[bytes], replies: "queue.SimpleQueue[Any]") -> None:
    """Pass frames on until the process closes its end; then None."""
    with stream:
        frame: Any = True
        while frame is not None:
            frame = pylint_worker.read_frame(stream)
            replies.put(frame)


def _end(process: subprocess.Popen[bytes], stderr: IO[bytes]) -> None:
    process.kill()
    process.wait()
    stderr.close()
    if process.stdin is not None:
        with contextlib.suppress(OSError):  # what was buffered for a process that is gone
            process.stdin.close()
