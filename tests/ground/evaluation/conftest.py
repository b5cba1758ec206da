"""What the tests of evaluation with specifications share: a benchmark, and the traces of its references."""

import pytest
import spec_bench

from reweave.errors import SandboxError


@pytest.fixture(scope="session")
def spec_place(tmp_path_factory):
    """A folder with ``bench.jsonl`` and ``grounded.jsonl``, in the best tier that holds here."""
    pytest.importorskip("pandas", reason="the data extra is not installed")
    from reweave.ground.run import ground
    from reweave.ground.trace.config import TraceConfig

    place = tmp_path_factory.mktemp("specified")
    source = spec_bench.write(place / "bench.jsonl")
    config = TraceConfig(wall=20.0, same_calls=0, mutants=0)
    try:
        ground(str(source), place / "grounded.jsonl", config, workers=2)
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    return place
