"""Examples that run untrusted code are skipped, with the reason, where nothing can hold it."""

import functools
import os

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # each worker with a thread a core: threads that wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

_TORCH = (
    "tests/train/", "tests/generate/", "tests/experiment/", "tests/test_chain.py", "tests/align/perplexity/",
    "tests/serve/test_model_folder.py", "tests/ground/evaluation/test_ablation_trained.py",
)  # fmt: skip
"""What imports torch, which takes ten seconds of a core: one worker does."""
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


def pytest_xdist_make_scheduler(config, log):
    """Give a file's tests to one worker, so that what they share is made once; and to one all of torch's."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            if file == "tests/edits/test_corpora.py":  # minutes, and what is shared is shared by corpus
                return file + nodeid.partition("[")[2]
            return "torch" if file.startswith(_TORCH) else file

    return ByFile(config, log) if config.getvalue("dist") == "loadscope" else None
