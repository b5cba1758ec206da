"""How many data-science mutants the reference answers of DS-1000's Pandas questions have."""

import ast
import os
import textwrap
from collections import Counter

import pytest

from reweave.ground.mutators import KINDS, columns_of, mutants
from reweave.parsing import parse_quietly
from reweave.tasks import load


def test_nearly_every_reference_has_mutants():
    """Half have seven or more, every mutator is of use somewhere, and each mutant is another program.

    With the columns of their contexts. References that are a function's body are moved to the margin.
    """
    if not os.environ.get("REWEAVE_DATA"):
        pytest.skip("REWEAVE_DATA names no folder")
    counts, kinds = [], Counter()
    for task in load("ds1000", split="Pandas"):
        program = textwrap.dedent(task.reference)
        found = mutants(program, columns_of(task.judge.context), most=0)
        texts = {each.program for each in found}
        assert len(texts) == len(found)
        assert ast.unparse(parse_quietly(program)) not in texts
        assert set(mutants(program, most=3)) <= set(mutants(program, most=0))
        counts.append(len(found))
        kinds.update({each.kind for each in found})
    assert len(counts) == 291
    assert sorted(counts)[len(counts) // 2] >= 7
    assert sum(count > 0 for count in counts) >= 0.9 * len(counts)
    assert set(kinds) == set(KINDS), kinds
