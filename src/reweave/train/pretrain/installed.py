"""``installed``: the Python that is on this machine, as a source: standard library and site-packages.

Nothing is downloaded, imported or run. Files count only where a licence can be told: those of the standard
library, and those that an installed distribution lists as its own; each distribution's name, version and
licence go into the run's manifest. Folders called ``test`` or ``tests`` are left out. Whether a licence
permits what you do with a model is for you to judge: the manifest is there to judge by.

Files come in an order fixed by the hash of their names, so that the first few million tokens are a fair
sample of all.
"""

import platform
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from reweave.errors import RowError
from reweave.storage.provenance import is_test, licence
from reweave.storage.python_files import PythonSource, walk

NAME = "installed"


@dataclass(frozen=True, slots=True)
class InstalledSource:
    """What is installed, one record a file, as ``reweave.storage`` gives Python files.

    Attributes:
        files: The files.
        distributions: ``name``, ``version``, ``licence`` and ``files`` of each distribution that has any.
    """

    files: PythonSource
    distributions: tuple[Mapping[str, Any], ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Which distributions say nothing of a licence."""
        silent = [str(each["name"]) for each in self.distributions if each["licence"] == "unknown"]
        return (f"no licence is stated by {', '.join(silent)}",) if silent else ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each file as a row."""
        return self.files.rows(start)

    def fingerprint(self) -> dict[str, Any]:
        """The list's names and sizes, hashed."""
        return self.files.fingerprint()

    def count_hint(self) -> int | None:
        """The number of files."""
        return self.files.count_hint()


def installed() -> InstalledSource:
    """Find what this Python has."""
    found: dict[str, tuple[str, Path]] = {}
    told = [_standard_library(found)]
    seen = set()
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"] or "unknown"
        if name.lower() in seen:  # what comes first on the path is what would be imported
            continue
        seen.add(name.lower())
        before = len(found)
        for path in distribution.files or ():
            shown = PurePosixPath(path)
            if shown.suffix == ".py" and ".." not in shown.parts and not is_test(shown):
                found.setdefault(str(shown), (str(shown), Path(str(path.locate()))))
        if len(found) > before:
            told.append(
                {
                    "name": name,
                    "version": distribution.version,
                    "licence": licence(distribution.metadata),
                    "files": len(found) - before,
                }
            )
    listed = sorted(found.values(), key=lambda item: blake2b(item[0].encode(), digest_size=8).digest())
    files = tuple((shown, shown, path) for shown, path in listed)
    told.sort(key=lambda each: str(each["name"]).lower())
    return InstalledSource(PythonSource(NAME, NAME, files), tuple(told))


def _standard_library(found: dict[str, tuple[str, Path]]) -> dict[str, Any]:
    root = Path(sysconfig.get_path("stdlib"))
    files, _ = walk(root)  # site-packages is skipped by it
    for path in files:
        shown = PurePosixPath(path.relative_to(root).as_posix())
        if shown.suffix == ".py" and not is_test(shown):
            name = f"python{sys.version_info.major}.{sys.version_info.minor}/{shown}"
            found[name] = (name, path)
    return {
        "name": platform.python_implementation(),
        "version": platform.python_version(),
        "licence": "PSF-2.0" if sys.implementation.name == "cpython" else "unknown",
        "files": len(found),
    }
