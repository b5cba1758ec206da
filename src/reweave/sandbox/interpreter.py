"""The Python that samples run under: reweave's own, or another one or a virtual environment by setting."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reweave.errors import SandboxError

OLDEST = (3, 8)
_ASK = (
    "import json, sys; print(json.dumps([list(sys.version_info[:3]), sys.prefix, sys.base_prefix,"
    " sys.exec_prefix, sys.base_exec_prefix]))"
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python installation.

    Args:
        executable: Absolute path, symbolic links kept: they lead a virtual environment to its packages.
        version: Such as ``(3, 11, 7)``.
        folders: What a process must be able to read to run it, outermost only.
    """

    executable: str
    version: tuple[int, ...]
    folders: tuple[str, ...]


@lru_cache
def interpreter(python: str | None = None) -> Interpreter:
    """Look at a Python installation.

    Args:
        python: Its executable, or the folder of a virtual environment; None for the one we run under.

    Raises:
        SandboxError: It does not start, or is older than 3.8.
    """
    path = Path(python or sys.executable)
    if path.is_dir():
        path = path / "bin" / "python"
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links of a virtual environment
    try:
        done = subprocess.run(
            [path, "-I", "-c", _ASK], capture_output=True, text=True, check=True, timeout=60
        )
        version, *prefixes = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise SandboxError(f"no Python to run samples: {path}: {error}") from error
    if tuple(version) < OLDEST:
        raise SandboxError(f"{path} is Python {version}; samples need 3.8 or later")
    folders = {*prefixes, *(os.path.realpath(prefix) for prefix in prefixes)}
    real = Path(os.path.realpath(path))
    if not any(real.is_relative_to(folder) for folder in folders):
        folders.add(str(real.parent))
    outermost = tuple(
        sorted(
            folder
            for folder in folders
            if not any(other != folder and Path(folder).is_relative_to(other) for other in folders)
        )
    )
    return Interpreter(str(path), tuple(version), outermost)
