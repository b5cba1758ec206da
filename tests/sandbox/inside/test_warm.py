"""What the zygote does beforehand really runs."""

import subprocess
import sys

import pytest

from reweave.errors import SandboxError
from reweave.sandbox.inside import program, warm


def test_the_small_program_runs():
    """Its calls give what they are written to give: a tuple, and the error of the second call."""
    space = program.load(warm._PROGRAM)
    program.forget()
    assert isinstance(space["solve"]([3, 1, 2], "a b a"), tuple)
    with pytest.raises(TypeError):
        space["solve"](None)


def test_the_frames_program_runs_and_starts_no_thread():
    """Every line of it works with the pandas at hand; a fork server must keep to one thread."""
    pytest.importorskip("pandas")
    code = (
        "import os, numpy, pandas\n"
        "from reweave.sandbox.inside import program, warm\n"
        "found = program.load(warm._FRAMES)['solve']()[0]\n"
        "warm.up()\n"
        "import sys; packs = 'reweave.sandbox.inside.arrays_pandas' in sys.modules\n"
        "print(found, packs, len(os.listdir('/proc/self/task')))\n"
    )
    environment = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "1134.0 True 1\n", done.stderr


def test_the_cells_run():
    """Each of them comes to its end, and what they bind is captured."""
    pytest.importorskip("pandas")
    from reweave.sandbox import CellsJob, NotPlain, Returned, Sandbox

    try:
        box = Sandbox(workers=1, zygote="data")
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")
    with box:
        (result,) = box.map([CellsJob(warm._CELLS)])
    assert result.passed, result
    bound = {name: value for cell in result.cells for name, value in cell.variables.items()}
    assert set(bound) == {"frame", "column", "matrix", "names", "known"}
    assert not [name for name, value in bound.items() if isinstance(value, NotPlain)]
    assert isinstance(result.cells[2].outcome, Returned)
