"""Real inputs, where a folder of them is named by REWEAVE_DATA."""

import os
from pathlib import Path

import orjson
import pytest

from reweave.storage import Fields, extract_code, open_source, row_to_program
from reweave.storage.extract import _parses

DATA = Path(os.environ.get("REWEAVE_DATA", ""))
pytestmark = pytest.mark.skipif("REWEAVE_DATA" not in os.environ, reason="REWEAVE_DATA is not set")


def test_instruction_pairs():
    """All 2,335 pairs become programs, each replaying its column byte for byte."""
    rows = list(open_source(str(DATA / "instruct-python-pairs" / "pairs.jsonl.gz")).rows())
    assert len(rows) == 2335
    for index, raw in enumerate(rows):
        row = orjson.loads(raw)
        program = row_to_program(raw, index, Fields())
        assert (program.id, program.instruction, program.text) == (
            row["id"],
            row["instruction"],
            row["program"],
        )


def test_recorded_answers():
    """Of 19 recorded answers of prose and fences none parses before extraction, all parse after."""
    (path,) = (DATA / "recorded-completions" / "self-align-chain").glob("*-i_r-*.jsonl.gz")
    answers = [orjson.loads(raw)["response"] for raw in open_source(str(path)).rows()]
    assert len(answers) == 19
    assert sum(map(_parses, answers)) == 0
    assert sum(_parses(extract_code(answer).code) for answer in answers) == 19


@pytest.mark.parametrize("name", ["humaneval", "mbpp"])
def test_recorded_bare_completions(name):
    """Completions without fences stay as they are."""
    (path,) = (DATA / "recorded-completions").glob(f"evalplus-*-{name}.jsonl")
    texts = [orjson.loads(raw)["completion"] for raw in open_source(str(path)).rows()]
    assert len(texts) > 100
    assert not any(extract_code(text).changed for text in texts)
