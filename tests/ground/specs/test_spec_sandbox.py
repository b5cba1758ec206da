"""Values as they come out of the sandbox: frames, arrays, plain data, and what does not cross."""

import pandas as pd
import pytest

from reweave.errors import SandboxError
from reweave.ground.specs import contract, example, summary, type_desc
from reweave.sandbox import NotPlain, Sandbox

DF = pd.DataFrame({"k": ["a", "b", "a"], "v": [1.5, 2.5, 4.0], "day": pd.to_datetime(["2024-01-31"] * 3)})


@pytest.fixture(scope="module")
def box():
    """A worker that has pandas."""
    try:
        with Sandbox(workers=1, zygote="data") as sandbox:
            yield sandbox
    except SandboxError as error:
        pytest.skip(f"untrusted code cannot be held here: {error}")


def traced(box, code):
    run = box.run_cells([code], inputs={"df": DF})
    assert run.reason == "passed", run.detail
    return dict(run.cells[0].variables)


def test_values_of_a_run(box):
    """Each variable is described, and a second run of the same code fulfils the contract of the first."""
    code = (
        "import numpy as np, pandas as pd\n"
        "table = df.groupby('k', as_index=False)['v'].mean()\n"
        "counts = df['k'].value_counts()\n"
        "both = table.set_index('k').T\n"
        "arr = df['v'].to_numpy()\n"
        "top = df['v'].max()\n"
        "last = df['day'].max()\n"
        "cats = df['k'].astype('category')\n"
        "names = {'a': [1, 2], 'b': (None, pd.NaT)}\n"
        "make = lambda: 1\n"
    )
    outputs = traced(box, code)
    made = contract({"df": DF}, outputs)
    assert made.check({"df": DF}, traced(box, code)) == []
    assert type_desc(outputs["table"]) == "a pandas DataFrame with 2 columns"
    assert type_desc(outputs["last"]) == "a pandas Timestamp"
    assert "one row for each k of df" in summary({"df": DF}, outputs)
    assert "a | 2" in example({"df": DF}, {"counts": outputs["counts"]})
    broken = made.check({"df": DF}, traced(box, code.replace("mean()", "sum()")))
    assert {each.output for each in broken} == {"table", "both"}
    assert {each.level for each in broken} == {"example"}


def test_axes(box):
    """Of axes the sandbox gives a description; that is the type."""
    outputs = traced(box, "class Axes:\n    pass\nax = Axes()\n")
    assert outputs["ax"] == NotPlain("an Axes")
    assert contract({}, outputs).check({}, outputs) == []
