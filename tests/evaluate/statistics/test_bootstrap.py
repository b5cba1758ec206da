"""The bootstrap, and what it says of the formulas."""

import numpy as np
import pytest
from populations import draw

from reweave.errors import EstimateError
from reweave.evaluate.statistics.bootstrap import bootstrap, bootstrap_means
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import estimate_mean, estimate_share


@pytest.mark.parametrize("population", ["u-shaped", "hard", "easy"])
@pytest.mark.parametrize("k", [1, 10])
def test_agrees_with_the_formulas(population, k):
    """164 tasks, 10,000 draws: standard error within 3 %, the interval's ends within 15 % of its width."""
    generator = np.random.default_rng(21)
    values = task_pass_at_k(200, generator.binomial(200, draw(population, 164, generator)), k)
    drawn, formula = bootstrap(values, seed=1), estimate_mean(values)
    assert drawn.value == formula.value
    assert drawn.stderr == pytest.approx(formula.stderr, rel=0.03)
    width = formula.ci95[1] - formula.ci95[0]
    assert drawn.ci95 == pytest.approx(formula.ci95, abs=0.15 * width)
    assert drawn.ci95 == pytest.approx(estimate_share(values).ci95, abs=0.25 * width)


def test_agrees_with_the_clustered_formula():
    """Unequal groups with much in common: the clustered error is what drawing whole groups gives."""
    generator = np.random.default_rng(22)
    sizes = generator.integers(1, 9, 80)
    groups = np.repeat(np.arange(80), sizes).tolist()
    scores = np.clip(
        np.repeat(generator.uniform(0, 1, 80), sizes) + generator.normal(0, 0.1, len(groups)), 0, 1
    )
    drawn, formula = bootstrap(scores, groups, seed=2), estimate_share(scores, groups)
    assert drawn.stderr == pytest.approx(formula.stderr, rel=0.06)
    assert drawn.stderr > 1.5 * bootstrap(scores, seed=2).stderr
    assert (drawn.n_tasks, drawn.n_groups) == (len(groups), 80)


def test_is_exact_where_it_can_be_counted():
    """Two tasks: means 0, 1/2 and 1 come up in a quarter, half and a quarter of the draws."""
    means = bootstrap_means([0.0, 1.0], draws=40_000, seed=3)
    shares = [(means == value).mean() for value in (0, 0.5, 1)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_columns_share_their_draws():
    """Two equal columns give equal means, draw by draw: differences are paired."""
    scores = np.random.default_rng(4).uniform(size=30)
    means = bootstrap_means(np.stack([scores, scores, 1 - scores], axis=1), draws=500, seed=5)
    assert means.shape == (500, 3)
    assert (means[:, 0] == means[:, 1]).all()
    assert means[:, 0] + means[:, 2] == pytest.approx(1)


def test_seed_fixes_the_draws():
    """Equal seeds, equal draws; others, others. One block or several is the same."""
    scores = np.linspace(0, 1, 50)
    assert (bootstrap_means(scores, seed=9) == bootstrap_means(scores, seed=9)).all()
    assert (bootstrap_means(scores, seed=9) != bootstrap_means(scores, seed=10)).any()


def test_draws_in_blocks_are_the_same(monkeypatch):
    """Little memory, many blocks: the same draws."""
    scores = np.linspace(0, 1, 50)
    whole = bootstrap_means(scores, draws=1_000, seed=9)
    monkeypatch.setattr("reweave.evaluate.statistics.bootstrap._WEIGHTS", 700)
    assert bootstrap_means(scores, draws=1_000, seed=9) == pytest.approx(whole, rel=1e-12)


def test_one_task_has_no_error():
    """One group cannot be drawn anew."""
    assert bootstrap([0.5]).ci95 is None
    with pytest.raises(EstimateError):
        bootstrap([])
    with pytest.raises(EstimateError):
        bootstrap([[0.5]])
    with pytest.raises(EstimateError):
        bootstrap_means([0.5, 1.0], draws=0)
