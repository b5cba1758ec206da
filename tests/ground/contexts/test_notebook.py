"""Notebooks: the code up to the first analysis, and nothing that was computed."""

import orjson
import pytest

from reweave.errors import RowError
from reweave.sandbox import CellsJob


def notebook(*sources, **about):
    cells = [
        {"cell_type": "code", "source": source, "outputs": [{"data": {"text/plain": "SECRET"}}]}
        for source in sources
    ]
    return orjson.dumps({"cells": cells, "metadata": about, "nbformat": 4})


def reason(context, data):
    with pytest.raises(RowError) as raised:
        context("a.ipynb", data)
    return raised.value.reason


def test_up_to_the_first_analysis(context):
    """Imports, settings, helpers and loads come; looks, magics, outputs and what follows do not."""
    record = context(
        "study.ipynb",
        notebook(
            "%matplotlib inline\nimport pandas as pd\nimport numpy as np  # numbers\n",
            "pd.set_option('display.max_rows', 5)\nDATA = 'data/'\n\ndef clean(x):\n    return x.strip()\n",
            ["df = pd.read_csv(DATA + 'sales.csv', sep=';')\n", "df.head()\n", "print(df.shape)"],
            "other = pd.read_json('x.json').T\ntotal = df.groupby('a').sum()\ntotal",
            "import os",
        ),
    )
    assert record["code"] == (
        "import pandas as pd\nimport numpy as np  # numbers\n\n"
        "pd.set_option('display.max_rows', 5)\nDATA = 'data/'\ndef clean(x):\n    return x.strip()\n\n"
        "df = pd.read_csv(DATA + 'sales.csv', sep=';')\n\n"
        "other = pd.read_json('x.json').T\n"
    )
    assert record["variables"] == ["df", "other"]
    assert "4 of its 5 code cells, up to code cell 4, at \"total = df.groupby('a').sum()\"" in record["card"]
    assert "pandas as pd, numpy as np" in record["card"]
    assert "2 expressions that only show, 1 magics and shell lines" in record["card"]
    assert "SECRET" not in orjson.dumps(record).decode()


def test_the_code_runs(context, box):
    """What was taken runs in the sandbox, the table beside."""
    record = context(
        "a.ipynb", notebook("import pandas as pd", "df = pd.read_csv('t.csv')\ndf", "df.a.sum()")
    )
    [result] = box.map([CellsJob([record["code"]], files={"t.csv": b"a\n1\n2\n"})])
    assert result.passed
    assert list(result.cells[0].variables["df"]["a"]) == [1, 2]


@pytest.mark.parametrize(
    ("statement", "is_setup"),
    [
        ("try:\n    import x\nexcept ImportError:\n    x = None", True),
        ("from pathlib import Path\np = Path('a') / 'b'", True),
        ("plt.rcParams['figure.figsize'] = (10, 5)", True),
        ("np.random.seed(0)", True),
        ("warnings.filterwarnings('ignore')", True),
        ("with open('a.json') as f:\n    d = json.load(f)", True),
        ("@cache\ndef f():\n    return 1", True),
        ("t = pd.DataFrame({'a': [1, 2]})", True),
        ("t = pd.DataFrame(df)", False),
        ("n = len(df)", False),
        ("df['x'] = 1", False),
        ("df = df.dropna()", False),
        ("for x in df: pass", False),
        ("df.drop(columns='a', inplace=True)", False),
        ("df.head(df.a.sum())", False),
        ("m = pickle.load(open('m.pkl', 'rb'))", False),
        ("m = pd.read_pickle('m.pkl')", False),
        ("m = np.load('m.npy', allow_pickle=True)", False),
        ("os.system('rm -rf x')", False),
    ],
)
def test_what_is_setup(context, statement, is_setup):
    """Setting up is told from analysing by the statement alone; what unpickles is never set up."""
    imports = (
        "import json, os, pickle, warnings\nimport numpy as np, pandas as pd, matplotlib.pyplot as plt\n"
    )
    imports += "from functools import cache\n"
    record = context("a.ipynb", notebook(imports + "df = pd.read_csv('a.csv')", statement + "\nlast = 1"))
    assert ("last = 1" in record["code"]) == is_setup
    assert (statement in record["code"]) == is_setup


def test_two_statements_on_a_line(context):
    """The context can end within a line."""
    record = context("a.ipynb", notebook("import pandas as pd; df = pd.read_csv('a.csv'); df.x.plot()"))
    assert record["code"] == "import pandas as pd\ndf = pd.read_csv('a.csv')\n"


def test_older_notebooks(context):
    """Format 3 has worksheets, and input for source."""
    cells = [{"cell_type": "code", "input": "import pandas as pd\nd = pd.read_csv('a.csv')"}]
    data = orjson.dumps({"worksheets": [{"cells": cells}], "nbformat": 3})
    assert context("a.ipynb", data)["variables"] == ["d"]


def test_what_is_no_context(context):
    """Each has its reason."""
    for data, expected in (
        (b"", "invalid-json"),
        (b"{", "invalid-json"),
        (b"[]", "no-notebook"),
        (b"{}", "no-notebook"),
        (notebook("x <- read.csv('a.csv')", kernelspec={"language": "R"}), "not-python"),
        (notebook("import pandas as pd", "x = 1 +", "df = pd.read_csv('a.csv')"), "no-load"),
        (notebook("((((" * 5000), "no-load"),
        (notebook("x = " + "[" * 90 + "]" * 90), "no-load"),
        (notebook("x = " + "-" * 50_000 + "1"), "no-load"),
        (notebook("\0"), "no-load"),
        (notebook(), "no-load"),
    ):
        assert reason(context, data) == expected, data[:60]


def test_it_is_bounded(context):
    """A context that would be too long ends before, and so does a card."""
    many = "\n".join(f"import module_{number}" for number in range(2000))
    record = context("a.ipynb", notebook("import pandas as pd\ndf = pd.read_csv('a.csv')", many))
    assert len(record["code"]) <= 20_001
    assert len(record["card"]) <= 6000
    assert "where it would be over 20,000 characters" in record["card"]
