"""Python source files in: one file, the files of a folder, or those of an installed package.

Nothing is imported or run. A file's text is its bytes read as UTF-8, with its byte order mark and its line
endings: programs replay byte for byte. A file in another encoding, even a declared one (PEP 263), is a
``invalid-utf8`` row, since text that was recoded is no longer what its own first line says.
"""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.fingerprint import list_fingerprint

NOT_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class PythonSource:
    """Python files, one record each: ``{"id": …, "program": …, "path": …}``.

    Attributes:
        kind: ``python-file``, ``python-folder`` or ``package``.
        name: What was asked for, without the folders above it.
        files: Each file's id, its path as shown in the row, and where it is.
        notes: What was left out, in sentences.
    """

    kind: str
    name: str
    files: tuple[tuple[str, str, Path], ...]
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each file as a row; one that cannot be read is ``unreadable-file`` or ``invalid-utf8``."""
        for name, shown, path in self.files[start:]:
            try:
                text = path.read_bytes().decode()
            except OSError as error:
                yield RowError("unreadable-file", f"{shown}: {error.strerror or error}")
            except UnicodeDecodeError as error:
                yield RowError("invalid-utf8", f"{shown}: {error}")
            else:
                yield orjson.dumps({"id": name, "program": text, "path": shown})

    def fingerprint(self) -> dict[str, Any]:
        """The list's names and sizes, hashed; a change that keeps a file's size goes unseen."""
        listed = list_fingerprint((shown, path) for _, shown, path in self.files)
        return {"kind": self.kind, "name": self.name, **listed}

    def count_hint(self) -> int | None:
        """The number of files."""
        return len(self.files)


def walk(root: Path) -> tuple[list[Path], list[str]]:
    """List a folder's files, recursively, sorted by their path below it.

    Left out are hidden folders, virtual environments, installed packages and caches; links to folders are not
    followed.

    Returns:
        The files, and sentences that name what was left out.
    """
    files: list[Path] = []
    left_out: list[str] = []
    unread: list[str] = []
    for folder, names, members in os.walk(root, onerror=lambda error: unread.append(str(error.filename))):
        here = Path(folder)
        skipped = [name for name in names if _is_skipped(here / name)]
        left_out += [_shown(here / name, root) for name in skipped if name != "__pycache__"]
        names[:] = [name for name in names if name not in skipped]
        files += [here / name for name in members]
    notes = []
    if left_out:
        left_out.sort()
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        notes.append(f"folders left out: {', '.join(left_out[:5])}{more}")
    if unread:
        notes.append(f"folders that cannot be listed: {', '.join(sorted(unread))}")
    return sorted(files, key=lambda path: path.relative_to(root).as_posix()), notes


def python_folder(root: Path, files: list[Path], notes: list[str]) -> PythonSource:
    """Make a source of a folder's Python files; ids are paths below the folder."""
    shown = [(_shown(path, root), path) for path in files]
    listed = tuple((name, name, path) for name, path in shown)
    return PythonSource("python-folder", root.resolve().name, listed, tuple(notes))


def python_file(path: Path) -> PythonSource:
    """Make a source of one Python file."""
    return PythonSource("python-file", path.name, ((path.name, path.name, path),))


def package(name: str) -> PythonSource:
    """Make a source of an installed package or module, found without importing it.

    Args:
        name: A dotted name, such as ``json`` or ``email.mime``.

    Raises:
        InputError: There is no such module, or it has no Python source.
    """
    spec = _find(name)
    below = name.replace(".", "/")
    if spec.submodule_search_locations is not None:
        listed = []
        notes: list[str] = []
        for location in spec.submodule_search_locations:  # several for a namespace package
            files, skipped = walk(Path(location))
            notes += skipped
            for path in files:
                if path.suffix == ".py":
                    shown = f"{below}/{_shown(path, Path(location))}"
                    listed.append((_module(shown), shown, path))
        if not listed:
            raise InputError(f"package {name} has no Python source on this machine")
        return PythonSource("package", name, tuple(listed), tuple(notes))
    if spec.origin is None or not spec.origin.endswith(".py") or not Path(spec.origin).is_file():
        raise InputError(f"module {name} has no Python source: it is built in or compiled")
    return PythonSource("package", name, ((name, f"{below}.py", Path(spec.origin)),))


def _find(name: str) -> importlib.machinery.ModuleSpec:
    """Find a module's spec, parents through the path finder, which does not import them."""
    top, *rest = name.split(".")
    try:
        # The path first: the standard library's frozen modules have their source there.
        spec = importlib.machinery.PathFinder.find_spec(top) if top not in sys.builtin_module_names else None
        spec = spec or importlib.util.find_spec(top)
        so_far = top
        for part in rest:
            if spec is None or spec.submodule_search_locations is None:
                break
            so_far += "." + part
            spec = importlib.machinery.PathFinder.find_spec(so_far, spec.submodule_search_locations)
    except (ImportError, ValueError, AttributeError) as error:
        raise InputError(f"cannot look for a module called {name!r}: {error}") from error
    if spec is None or so_far != name:
        raise InputError(f"no module is called {name!r} in this Python ({sys.executable})")
    return spec


def _is_skipped(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in NOT_SOURCE or (folder / "pyvenv.cfg").is_file()


def _shown(path: Path, root: Path) -> str:
    """A path below the root, with ``/``; bytes of its name that are no text become U+FFFD."""
    return path.relative_to(root).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _module(shown: str) -> str:
    return shown.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
