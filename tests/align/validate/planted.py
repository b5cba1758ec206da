"""The planted set of ``planted.toml``. Not a test itself."""

import tomllib
from pathlib import Path
from typing import NamedTuple

_READ = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_NAMED = _READ["programs"] | _READ["tests"]
SLUG, MERGE, STACK, ROMAN = (_READ["programs"][name] for name in ("slug", "merge", "stack", "roman"))
STRONG_SLUG = _READ["tests"]["strong_slug"]


class Case(NamedTuple):
    """One response.

    Args:
        name: What is planted.
        right: Whether the program is right.
        reason: ``accepted``, or the rule that must refuse it.
        program, tests: Source texts.
    """

    name: str
    right: bool
    reason: str
    program: str
    tests: str


def _case(name, right, reason, program, tests):
    return Case(name, right, reason, _NAMED.get(program, program), _NAMED.get(tests, tests))


CASES = tuple(_case(**case) for case in _READ["cases"])
