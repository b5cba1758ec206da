"""What the tests of tasks share: sandboxes that are started once, and the folder of published files."""

import os
from pathlib import Path

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import Limits, Sandbox


def opened(**settings):
    """Give a sandbox, or skip with the reason."""
    try:
        return Sandbox(workers=2, limits=Limits(wall=20.0), **settings)
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")


@pytest.fixture(scope="session")
def box():
    """Two workers in the best tier that holds here."""
    with opened() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def data_box():
    """Two workers with numpy and pandas loaded."""
    pytest.importorskip("pandas")
    with opened(zygote="data") as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def data():
    """Give the folder that ``REWEAVE_DATA`` names."""
    folder = os.environ.get("REWEAVE_DATA")
    if not folder:
        pytest.skip("REWEAVE_DATA names no folder")
    return Path(folder)
