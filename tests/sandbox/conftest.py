"""What the sandbox's tests share: a sandbox that is started once, and a skip that says what is missing."""

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import Limits, Sandbox


@pytest.fixture(scope="session")
def box():
    """Two workers in the best tier that holds here."""
    try:
        sandbox = Sandbox(workers=2, limits=Limits(wall=10.0))
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def data_box():
    """Two workers with numpy and pandas loaded."""
    pytest.importorskip("pandas")
    try:
        sandbox = Sandbox(workers=2, zygote="data", limits=Limits(wall=20.0))
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with sandbox:
        yield sandbox
