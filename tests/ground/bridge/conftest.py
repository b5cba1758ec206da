"""What the tests of the bridge share: one sandbox with numpy and pandas, and ways through it."""

import pytest

from reweave.errors import SandboxError
from reweave.ground.bridge.config import BridgeConfig


@pytest.fixture(scope="session")
def bridge_box():
    """Two workers with numpy and pandas, in the best tier that holds here."""
    pytest.importorskip("pandas", reason="the data extra is not installed")
    from reweave.sandbox import Sandbox

    try:
        sandbox = Sandbox(workers=2, zygote="data")
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with sandbox:
        yield sandbox


@pytest.fixture
def specified(bridge_box):
    """A function from a program and its tests to what its row gains, or the error."""
    from reweave.errors import RowError
    from reweave.ground.bridge.functions import specified as work
    from reweave.sandbox.works import run_works

    def whole(program, tests, config):
        try:
            return (yield from work("f", program, tests, config))
        except RowError as error:
            return error

    def run(program, tests, **settings):
        config = BridgeConfig(**{"wall": 20.0, "mutants": 12, **settings})
        [made] = run_works([whole(program, tests, config)], bridge_box, most_open=1)
        return made

    return run
