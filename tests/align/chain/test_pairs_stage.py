"""The end of the chain: the last rules, the form, and whose tests come along."""

import pytest

from reweave.align.chain.pairs import PairsStage
from reweave.align.config import make_config


def rows(count, **changes):
    return [
        {
            "id": f"s{i}/t0/{n}",
            "instruction_id": f"s{i}/t0",
            "instruction": f"Write a function that adds {i}.",
            "response": "Here:\n\n```python\ndef f(x): ...\n```",
            "tests": "assert f(1)\n",
            "score": n,
            **changes,
        }
        for i in range(count)
        for n in range(2)
    ]


def stage(**settings):
    return PairsStage(make_config({"pairs": settings}))


def test_prompt_and_completion(stage_run):
    """Prompt and completion, every other column as it was, no tests unless asked for."""
    kept, _, _ = stage_run(stage(), rows(3))
    for row, before in zip(kept, rows(3), strict=True):
        new = {"prompt": before["instruction"], "completion": before["response"], "with_tests": False}
        assert row == before | new


def test_half_with_tests(stage_run):
    """In preset paper half of the instructions bring their tests: with all responses, or with none."""
    kept, _, _ = stage_run(PairsStage(make_config({"preset": "paper"})), rows(400))
    by_instruction = {}
    for row in kept:
        by_instruction.setdefault(row["instruction_id"], set()).add(row["with_tests"])
        assert row["completion"].startswith(row["response"])
        assert (row["tests"].strip() in row["completion"]) is row["with_tests"]
    assert all(len(each) == 1 for each in by_instruction.values())
    assert 150 < sum(each == {True} for each in by_instruction.values()) < 250


def test_messages(stage_run):
    """The same as a conversation."""
    kept, _, _ = stage_run(stage(form="messages"), rows(1))
    assert kept[0]["messages"] == [
        {"role": "user", "content": kept[0]["instruction"]},
        {"role": "assistant", "content": kept[0]["response"]},
    ]
    assert "prompt" not in kept[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"response": "```python\n# TODO\n```"}, "placeholder"),
        ({"tests": "assert f(1)  # FIXME"}, "placeholder"),
        ({"instruction": "Write: your code here"}, "placeholder"),
        ({"instruction": "Write " + "very " * 200 + "much."}, "instruction-too-long"),
        ({"tests": "print(f(1))"}, "tests-without-assert"),
        ({"tests": None}, "missing-column"),
    ],
)
def test_rules(stage_run, changes, reason):
    """Each rule rejects under its name."""
    kept, rejects, done = stage_run(stage(), rows(1, **changes))
    assert not kept
    assert {reject["reason"] for reject in rejects.values()} == {reason}
    assert done.counts.rejected[reason] == 2
