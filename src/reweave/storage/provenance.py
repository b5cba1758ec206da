"""Where installed code is from: its distribution, version and licence; and the standard library as a source.

Nothing is imported: metadata is read from files. Whether a licence permits what is done with a data set is
for its maker to judge; this is what there is to judge by.
"""

import platform
import sys
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from reweave.storage.python_files import PythonSource, walk

STANDARD_LIBRARY = "stdlib"
TESTS = frozenset({"test", "tests", "idle_test"})
"""Folders of tests, by name."""

_LICENCE_CLASSIFIER = "License :: "


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an input is part of; every text is empty where it is not known."""

    package: str = ""
    version: str = ""
    licence: str = ""

    def to_json(self) -> dict[str, str]:
        """Return what is known."""
        known = {"package": self.package, "version": self.version, "licence": self.licence}
        return {key: value for key, value in known.items() if value}


def provenance(spec: str) -> Provenance:
    """Tell what a source of `open_source` is part of: known for ``stdlib`` and ``package:NAME`` alone."""
    if spec == STANDARD_LIBRARY:
        return _python()
    if not spec.startswith("package:"):
        return Provenance()
    top = spec.removeprefix("package:").partition(".")[0]
    if top in sys.stdlib_module_names:
        return _python()
    names = sorted(set(metadata.packages_distributions().get(top, ())))
    if not names:
        return Provenance(package=top)
    found = metadata.distribution(names[0])
    return Provenance(names[0], found.version, licence(found.metadata))


def standard_library() -> PythonSource:
    """Make a source of the standard library of this Python, without its tests."""
    root = Path(sysconfig.get_path("stdlib"))
    files, notes = walk(root)  # site-packages is skipped by it
    shown = [(path.relative_to(root).as_posix(), path) for path in files if path.suffix == ".py"]
    listed = tuple((name, name, path) for name, path in shown if not is_test(PurePosixPath(name)))
    left_out = f"{len(shown) - len(listed):,} files of tests left out"
    return PythonSource("stdlib", STANDARD_LIBRARY, listed, (*notes, left_out))


def is_test(path: PurePosixPath) -> bool:
    """Whether a file lies in a folder of tests."""
    return not TESTS.isdisjoint(path.parts[:-1])


def licence(fields: Any) -> str:
    """Tell a distribution's licence from its metadata: an SPDX expression, classifiers, or its first line.

    Args:
        fields: Its core metadata, a mapping of several values a key.
    """
    expression = fields.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [
        value.removeprefix(_LICENCE_CLASSIFIER).removeprefix("OSI Approved :: ")
        for value in fields.get_all("Classifier") or ()
        if value.startswith(_LICENCE_CLASSIFIER)
    ]
    if classifiers:
        return ", ".join(sorted(set(classifiers)))
    first = next((line.strip() for line in (fields.get("License") or "").splitlines() if line.strip()), "")
    return first[:100] or "unknown"


def _python() -> Provenance:
    known = "PSF-2.0" if sys.implementation.name == "cpython" else "unknown"
    return Provenance(platform.python_implementation(), platform.python_version(), known)
