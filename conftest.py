"""Examples that run untrusted code are skipped, with the reason, where nothing can hold it."""

import functools
import os

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # each worker with a thread a core: threads that wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

_EXAMPLES = {"docs/sandbox.md", "README.md", "src/reweave/sandbox/__init__.py"}


@functools.cache
def _problem():
    from reweave.errors import SandboxError
    from reweave.sandbox import Sandbox

    try:
        Sandbox(workers=1).close()
    except SandboxError as error:
        return str(error)
    return None


def pytest_collection_modifyitems(config, items):
    """Mark the examples of the sandbox as skipped where it refuses."""
    for item in items:
        shown = item.path in {config.rootpath / name for name in _EXAMPLES}
        if shown and isinstance(item, pytest.DoctestItem) and _problem():
            item.add_marker(pytest.mark.skip(reason=f"untrusted code cannot be held here: {_problem()}"))
