"""ty as a checker: names, attributes, calls and bases, a batch of states in one call.

It knows what a linter of names cannot: that an attribute or method is not there yet, that a call has too few
arguments. Of its rules only those are on that mean "this program is broken"; matters of typing style,
and imports, are not its business here. It beats pylint's speed several times over.

How a batch is laid out as files is the room of `batch_files`. Comments ``# type: ignore`` are not heeded;
``# ty: ignore`` is, there being no option against it.
"""

import importlib.metadata
import importlib.util
import json
import os
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

RULES = (
    "duplicate-base",
    "inconsistent-mro",
    "index-out-of-bounds",
    "invalid-base",
    "invalid-context-manager",
    "invalid-raise",
    "invalid-super-argument",
    "missing-argument",
    "missing-attribute",
    "not-callable",
    "not-iterable",
    "not-subscriptable",
    "parameter-already-assigned",
    "possibly-unresolved-reference",
    "too-many-positional-arguments",
    "unavailable-implicit-super-arguments",
    "unknown-argument",
    "unresolved-reference",
)

_NAME = "ty"
_SYNTAX = "invalid-syntax"
_FINISHED = (1, 101)  # errors found, the sentinel's if no other; 101: also a file on which it gave up
_SILENT = frozenset({"revealed-type"})  # an answer to `reveal_type(x)`, no complaint


class TyChecker:
    """Checks texts with ty: syntax errors and `RULES`.

    The verdict is for the Python version that runs reweave, on Linux, with the standard library alone.

    Args:
        timeout: Seconds a call may take before it is ended and its batch halved.

    Raises:
        MissingExtraError: ty is not installed.
    """

    name = _NAME

    def __init__(self, *, timeout: float = 60.0) -> None:
        if importlib.util.find_spec("ty") is None:
            raise MissingExtraError("checker ty", "ty")
        self.version = f"{_NAME} {importlib.metadata.version('ty')}"
        self._executable = _find_executable()
        self._timeout = timeout
        self._folder: BatchFolder | None = None

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts in one call of ty; see `Checker.check`."""
        faults = {number: fault for number, text in enumerate(texts) if (fault := not_utf8(text, _SYNTAX))}
        checked = iter(check_halving(_NAME, self._look, [t for n, t in enumerate(texts) if n not in faults]))
        return [[faults[number]] if number in faults else next(checked) for number in range(len(texts))]

    def close(self) -> None:
        """Remove the scratch folder. The next `check` makes another."""
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _look(self, texts: Sequence[str]) -> list[Verdict]:
        if self._folder is None:
            folder = BatchFolder()
            try:
                _configure(folder.root)
            except OSError as error:
                raise BatchFailedError("crashed", f"cannot write the configuration: {error}") from error
            self._folder = folder
        sentinel = self._folder.fill(texts)
        reports = self._run(self._folder)
        if not any(code == "unresolved-reference" for code, _, _ in reports.get(sentinel, [])):
            raise BatchFailedError("skipped", "it did not report the error in the sentinel file")
        return [_verdict(text, reports.get(number, [])) for number, text in enumerate(texts)]

    def _run(self, folder: BatchFolder) -> dict[int, list[tuple[str, int, str]]]:
        """Run ty over the folder; return what it reports, (code, row, message), by number of file."""
        arguments = [
            "check",
            "--output-format=gitlab",
            "--no-progress",
            "--color=never",
            "--no-respect-ignore-files",
            "--include-scripts",  # a state with inline metadata is a state
            f"--config-file={folder.root / 'ty.toml'}",
            f"--project={folder.states}",
            str(folder.states),
        ]
        try:
            done = subprocess.run(
                [self._executable, *arguments],
                cwd=folder.states,
                env=_environment(folder.root),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BatchFailedError("timeout", f"no verdict within {self._timeout:g} s") from error
        except OSError as error:
            raise BatchFailedError("crashed", f"cannot start: {error}") from error
        words = f"exit status {done.returncode} {done.stderr[-1000:].decode(errors='replace')}".strip()
        if done.returncode not in _FINISHED:
            raise BatchFailedError("crashed", words)
        try:
            return _parse(json.loads(done.stdout))
        except (ValueError, KeyError, TypeError) as error:
            raise BatchFailedError("crashed", f"{words}: {error}") from error


def _parse(entries: list[dict[str, Any]]) -> dict[int, list[tuple[str, int, str]]]:
    reports: dict[int, list[tuple[str, int, str]]] = {}
    for entry in entries:
        location, code = entry["location"], entry["check_name"]
        file = Path(location["path"]).stem
        if not file.isdecimal():
            # About the call as a whole, not about a state: a configuration it did not understand, say.
            raise ValueError(f"{code}: {entry['description']}")
        message = entry["description"].removeprefix(f"{code}: ")
        reports.setdefault(int(file), []).append((code, location["positions"]["begin"]["line"], message))
    return reports


def _verdict(text: str, reports: list[tuple[str, int, str]]) -> Verdict:
    found = []
    for code, row, message in reports:
        if code == _SYNTAX or code in RULES:
            found.append(Diagnostic(line_of_row(text, row), code, message))
        elif code not in _SILENT:  # "panic", "io": it did not get through this file
            return CheckerError(_NAME, "crashed", f"{code}: {message}")
    return found


def _configure(root: Path) -> None:
    """Write the configuration and an environment without packages.

    Both keep ty from looking about: for settings in parent folders, for a virtual environment around it.
    """
    environment = root / "environment"
    library = "Lib" if os.name == "nt" else f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    (environment / library / "site-packages").mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "pyvenv.cfg").write_text(f"home = {environment / 'bin'}\n", encoding="utf-8")
    lines = [
        "[rules]",
        'all = "ignore"',
        *[f'{rule} = "error"' for rule in RULES],
        "[environment]",
        f"python = {json.dumps(str(environment))}",
        f'python-version = "{sys.version_info[0]}.{sys.version_info[1]}"',
        'python-platform = "linux"',
        'root = ["."]',
        "[analysis]",
        "respect-type-ignore-comments = false",
    ]
    (root / "ty.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _environment(root: Path) -> dict[str, str]:
    outside = ("TY_", "RAYON_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "UV_")
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith(outside)}
    # No settings of the user's; one thread, because reweave runs a process a core.
    none = str(root / "none")
    threads = {"TY_MAX_PARALLELISM": "1", "RAYON_NUM_THREADS": "1"}
    return kept | threads | {"XDG_CONFIG_HOME": none, "APPDATA": none}


def _find_executable() -> str:
    from ty import find_ty_bin  # noqa: PLC0415 (an optional dependency)

    return str(find_ty_bin())
