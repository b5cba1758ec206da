"""The recorded chain: 19 answers of a 15B base model with their tests, drawn by the published pipeline.

The answer is parsed here with the least that these rows need; the chain's own parser is elsewhere.
"""

import gzip
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from reweave.align.validate import stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import Response
from reweave.sandbox import Limits, Sandbox, StdinJob

FOLDER = Path(os.environ.get("REWEAVE_DATA", "nowhere"), "recorded-completions", "self-align-chain")
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
SEED = 1  # one answer draws random words
pytestmark = [
    pytest.mark.skipif(not FOLDER.exists(), reason="REWEAVE_DATA names no recorded-completions"),
    pytest.mark.usefixtures("box"),
]


def parsed():
    """Give (program, tests, whether the answer has both) of every row."""
    [path] = FOLDER.glob("*-i_r-*.jsonl.gz")
    for row in map(json.loads, gzip.decompress(path.read_bytes()).splitlines()):
        response, end, rest = row["response"].partition("</response>")
        _, begin, tests = rest.partition("<tests>")
        code = ["\n".join(FENCE.findall(part)) for part in (response, tests)]
        yield (*code, bool(end and begin))


def kind(run):
    """Give the class of how a program ended."""
    if run.reason == "failed":
        return re.match(r"\w+|$", run.detail)[0]
    return run.reason


@pytest.fixture(scope="module")
def data_box():
    pytest.importorskip("pandas")
    with Sandbox(workers=2, zygote="data") as box:
        yield box


def test_as_published(data_box):
    """18 of 19 are well-formed; response and tests as one program end as is known of them."""
    rows = list(parsed())
    assert [len(rows), sum(whole for _, _, whole in rows)] == [19, 18]
    # One answer prints without end: with room for that it is a timeout, as it was there
    limits = Limits(wall=2.0, output=1 << 29)
    jobs = [StdinJob(f"{program}\n{tests}", limits=limits, seed=SEED) for program, tests, _ in rows]
    assert Counter(map(kind, data_box.map(jobs))) == {
        "AssertionError": 7,
        "NameError": 4,
        "TypeError": 2,
        "missing-module": 1,
        "FileNotFoundError": 2,
        "EOFError": 1,
        "timeout": 1,
        "passed": 1,
    }


def test_validated(data_box):
    """One is accepted. The others fail as they do there, but for a ``main`` that no test has asked for."""
    config = ValidateConfig(seed=SEED, mutants=10, cross_calls=0)
    responses = [Response(str(n), *row[:2]) for n, row in enumerate(parsed()) if row[2]]
    judged = stream.run((judge([each], config) for each in responses), data_box)
    columns = {each.response.id: each.column(config) for [each] in judged}
    assert [name for name, column in columns.items() if column["accepted"]] == ["0"]
    reasons = Counter(column["reason"] for column in columns.values())
    assert reasons == {"accepted": 1, "missing-module": 1, "failed": 16}
    wanted = {
        "1": "NameError", "5": "NameError", "9": "NameError", "15": "NameError", "13": "TypeError",
        "16": "TypeError", "12": "EOFError", "17": "FileNotFoundError", "11": "AttributeError",
    }  # fmt: skip
    for name, error in wanted.items():
        assert error in columns[name]["detail"]
    asserted = set(columns) - set(wanted) - {"0", "2"}
    assert len(asserted) == 7
    for name in asserted:
        assert "assert" in columns[name]["detail"]
        assert 0 < columns[name]["asserts_reached"] <= columns[name]["asserts"]
