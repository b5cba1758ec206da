"""The corpora as records: what each program tries, and what must happen. Running them is ``run``'s business.

A program opens with a header of comments, one field a line. Every one has ``tries``; a containment probe also
has ``must`` (what has to happen), ``kind``, and where they apply:

``ends``  the reasons with which a dynamic probe may end (:mod:`reweave.sandbox.results`)
``tier``  the tiers that promise it, and in brackets why the others do not; every tier where it is missing
``runs``  how often it runs in a row: what an earlier run leaves, a later one must not find

A static probe defines ``probe(host)``, which makes one attempt and returns ``contained: …`` or
``ESCAPED: …``; ``host`` is what :mod:`reweave.sandbox.probes.host` laid out for it to find. A dynamic probe
just runs, within a ceiling of its own, and prints a line with ``ESCAPED`` where it got to the ceiling. Both
are harmless where they succeed.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, cast

from reweave.sandbox.results import Tier

SUFFIX = ".py.txt"
_FIELD = re.compile(r"# ([a-z]+): (.+)")


@dataclass(frozen=True, slots=True)
class Probe:
    """A program that tries to get out, or to take more than it may.

    Args:
        name: The file's.
        kind: ``static`` makes one attempt and reports it, ``dynamic`` just runs.
        tries: What it tries.
        must: What has to happen.
        ends: The reasons with which a dynamic probe may end.
        tiers: The tiers that promise to hold it.
        runs: How often it is run in a row.
        source: The program.
    """

    name: str
    kind: Literal["static", "dynamic"]
    tries: str
    must: str
    ends: tuple[str, ...]
    tiers: tuple[Tier, ...]
    runs: int
    source: str


@dataclass(frozen=True, slots=True)
class Forgery:
    """A wrong solution of the :class:`Task` that tries to be counted as right.

    Args:
        name: The file's.
        tries: How.
        source: The program.
    """

    name: str
    tries: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the forgeries get wrong.

    Args:
        entry_point: The function to write.
        prompt: Its signature and docstring, as benchmarks give them.
        reference: A right solution.
        tests: ``check(candidate)`` with equality assertions alone.
        assertions: ``check(candidate)`` with assertions that only a test that runs can judge.
        inputs: Positional arguments, one list a call.
        expected: The answers to them.
    """

    entry_point: str
    prompt: str
    reference: str
    tests: str
    assertions: str
    inputs: list[list[Any]]
    expected: list[Any]


def probes() -> tuple[Probe, ...]:
    """Return the containment probes, by name."""
    return tuple(
        Probe(
            name=name,
            kind=cast(Literal["static", "dynamic"], fields["kind"]),
            tries=fields["tries"],
            must=fields["must"],
            ends=tuple(fields.get("ends", "").split()),
            tiers=cast(
                tuple[Tier, ...],
                tuple(fields.get("tier", "strong default reduced").partition("(")[0].split()),
            ),
            runs=int(fields.get("runs", "1")),
            source=source,
        )
        for name, source, fields in _programs("containment")
    )


def forgeries() -> tuple[Forgery, ...]:
    """Return the forgeries, by name."""
    return tuple(Forgery(name, fields["tries"], source) for name, source, fields in _programs("forgeries"))


def task() -> Task:
    """Return the task that the forgeries get wrong."""
    folder = resources.files(__package__) / "forgeries"
    return Task(**tomllib.loads((folder / "task.toml").read_text(encoding="utf-8")))


def header(source: str) -> dict[str, str]:
    """Return the fields of a program's header."""
    fields: dict[str, str] = {}
    for line in source.splitlines():
        match = _FIELD.fullmatch(line)
        if match is None:
            break
        fields[match[1]] = match[2]
    return fields


def _programs(folder: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    files = (resources.files(__package__) / folder).iterdir()
    for file in sorted((file for file in files if file.name.endswith(SUFFIX)), key=lambda file: file.name):
        source = file.read_text(encoding="utf-8")
        yield file.name.removesuffix(SUFFIX), source, header(source)
