"""What the tests of tracing share: one sandbox with numpy and pandas, and a way through it."""

import pytest

from reweave.errors import SandboxError
from reweave.ground.trace import trace
from reweave.ground.trace.config import TraceConfig


@pytest.fixture(scope="session")
def data_box():
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
def traced(data_box):
    """A function from a context and a candidate to the trace or refusal."""

    def run(context, program, **settings):
        return trace(data_box, context, program, TraceConfig(**{"wall": 20.0, **settings}))

    return run
