"""Steps are settled by the seed, and take each row once an epoch."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.train.config import SftConfig, preset
from reweave.train.plan import make_steps, micro_batches


@given(st.integers(1, 60), st.integers(1, 20), st.floats(0.5, 3))
def test_every_row_once_an_epoch(rows, batch, epochs):
    steps = make_steps(rows, batch, seed=1, epochs=epochs)
    seen = Counter(row for step in steps for row in step)
    assert seen.total() == round(epochs * rows)
    assert all(len(step) == batch for step in steps[:-1])
    assert max(seen.values(), default=0) - min((seen[row] for row in range(rows)), default=0) <= 1


def test_seed_and_order():
    assert make_steps(50, 8, seed=1, epochs=2) == make_steps(50, 8, seed=1, epochs=2)
    assert make_steps(50, 8, seed=1) != make_steps(50, 8, seed=2)
    one, two = make_steps(64, 64, seed=1, epochs=2)
    assert sorted(one) == sorted(two)
    assert one != two


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40), st.integers(1, 12), st.integers(1, 4))
def test_micro_batches_hold_the_step_and_the_limit(lengths, batch, processes):
    steps = make_steps(len(lengths), batch, seed=1)
    plan = micro_batches(steps, lengths, tokens=500, processes=processes)
    for step, micros in zip(steps, plan, strict=True):
        assert len(micros) == len(plan[0])
        assert len(micros) % processes == 0
        assert sorted(row for micro in micros for row in micro) == sorted(step)
        assert all(len(micro) * max(lengths[row] for row in micro) <= 500 for micro in micros if micro)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "lintseq",
            {"learning_rate": 3e-4, "batch_size": 512, "max_length": 1024, "loss": "sum", "epochs": "10/s"},
        ),
        ("selfcodealign", {"optimizer": "adafactor", "batch_size": 64, "max_length": 1280, "epochs": "4"}),
        ("gift4code", {"learning_rate": 1e-5, "steps": 1500, "batch_size": 64}),
    ],
)
def test_published_presets(name, wanted):
    config = SftConfig(model="m", **preset(name))
    assert {key: getattr(config, key) for key in wanted} == wanted
