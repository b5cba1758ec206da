"""What the tests of validation share: a sandbox that is started once, and a way through it."""

import pytest

from reweave.align.validate import stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import Response
from reweave.errors import SandboxError


@pytest.fixture(scope="session")
def box():
    """Two workers in the best tier that holds here."""
    from reweave.sandbox import Limits, Sandbox

    try:
        sandbox = Sandbox(workers=2, limits=Limits(wall=10.0))
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def validated(box):
    """A function from (program, tests) pairs of one instruction, or of many, to their columns."""

    def columns(*pairs, together=False, **settings):
        config = ValidateConfig(**{"mutants": 12, "wall": 5.0, **settings})
        responses = [Response(f"r{number}", *pair) for number, pair in enumerate(pairs)]
        groups = [responses] if together else [[each] for each in responses]
        made = stream.run((judge(group, config) for group in groups), box)
        return [each.column(config) for group in made for each in group]

    return columns
