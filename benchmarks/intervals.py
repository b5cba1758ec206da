"""Is there a better interval for pass@k near 0 and 1? Ours against others, on the settings of coverage.py.

Every candidate is given the same: the mean, its variance, the number of tasks. Those for counts take the
effective number of tasks, p (1 - p) / variance, "capped" at the number of tasks. Then the case that can be
reckoned exactly, one sample a task; and the rates at which no interval at all can cover 93 to 97 %. Wants
scipy, which reweave does not (`pip install scipy`). A minute.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import stats

from reweave.evaluate.statistics import standard_errors
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k

TASKS_AND_SAMPLES = ((30, 10), (100, 10), (100, 200), (164, 1), (164, 10), (164, 20), (500, 10))


def ours(few):
    """Give the library's interval, its ends moved below `few` tasks' worth of passes or of failures."""

    def ends(p, variance, tasks, _):
        kept = standard_errors._FEW  # noqa: SLF001 - what is tried out here is no setting
        standard_errors._FEW = few  # noqa: SLF001
        try:
            pairs = zip(p.tolist(), variance.tolist(), strict=True)
            return np.transpose([standard_errors._wilson(a, b, tasks) for a, b in pairs])  # noqa: SLF001
        finally:
            standard_errors._FEW = kept  # noqa: SLF001

    return ends


def effective(p, variance, tasks, capped):
    product = p * (1 - p)
    inverse = np.divide(
        variance, product, out=np.full_like(p, 1 / tasks), where=(product > 0) & (variance > 0)
    )
    return 1 / (np.maximum(inverse, 1 / tasks) if capped else inverse)


def wilson(p, variance, tasks, t, capped=False):
    spread = t * t / effective(p, variance, tasks, capped)
    half = np.sqrt(spread * (p * (1 - p) + spread / 4)) / (1 + spread)
    centre = (p + spread / 2) / (1 + spread)
    return centre - half, centre + half


def agresti_coull(p, variance, tasks, t):
    n = effective(p, variance, tasks, capped=False)
    centre = (p * n + t * t / 2) / (n + t * t)
    half = t * np.sqrt(centre * (1 - centre) / (n + t * t))
    return centre - half, centre + half


def logit(p, variance, tasks, t):
    n = effective(p, variance, tasks, capped=False)
    inner = (p * n + 0.5) / (n + 1)
    at, half = np.log(inner / (1 - inner)), t / np.sqrt(n * inner * (1 - inner))
    return np.where(p <= 0, 0, 1 / (1 + np.exp(half - at))), np.where(p >= 1, 1, 1 / (1 + np.exp(-half - at)))


def beta(shift, *, capped):
    """Give Clopper and Pearson's interval, or with a shift the one by the beta of the counts and it."""

    def ends(p, variance, tasks, t):
        n = effective(p, variance, tasks, capped) * (stats.norm.ppf(0.975) / t) ** 2  # Korn and Graubard
        x, y = p * n, (1 - p) * n
        more = (0, 1) if shift is None else (shift, shift)
        low = stats.beta.ppf(0.025, x + more[0], y + more[1])
        high = stats.beta.ppf(0.975, x + more[1], y + more[0])
        return np.where(x > 0, low, 0), np.where(y > 0, high, 1)

    return ends


CANDIDATES = {
    "ours, from 4": ours(4.0),
    "ours, from 2": ours(2.0),
    "ours, from 3": ours(3.0),
    "ours, from 6": ours(6.0),
    "Wilson": wilson,
    "Wilson, capped": lambda *given: wilson(*given, capped=True),
    "Agresti-Coull": agresti_coull,
    "logit, t": logit,
    "Clopper-Pearson": beta(None, capped=False),
    "Clopper-Pearson, capped": beta(None, capped=True),
    "Jeffreys": beta(0.5, capped=False),
    "Jeffreys, capped": beta(0.5, capped=True),
    "uniform prior": beta(1.0, capped=False),
}


def simulated(benchmarks, seed):
    """Print how each candidate does on the settings of coverage.py."""
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "evaluate" / "statistics"))
    from populations import POPULATIONS, draw, true_pass_at_k

    generator = np.random.default_rng(seed)
    held, worth = {name: [] for name in CANDIDATES}, []
    for population in POPULATIONS:
        for tasks, n in TASKS_AND_SAMPLES:
            passes = generator.binomial(n, draw(population, (benchmarks, tasks), generator))
            for k in (k for k in (1, 5, 10) if k <= n):
                truth, scores = true_pass_at_k(population, k), task_pass_at_k(n, passes, k)
                worth.append(tasks * min(truth, 1 - truth))
                p, t = scores.mean(1), stats.t.ppf(0.975, tasks - 1)
                variance = np.where(np.ptp(scores, axis=1) == 0, 0, scores.var(1, ddof=1) / tasks)
                for name, ends in CANDIDATES.items():
                    low, high = ends(p, variance, tasks, t)
                    held[name].append(100 * np.mean((low <= truth) & (truth <= high)))
    near = np.array(worth) < 8
    print(f"{'coverage in %':26}{near.size - near.sum():4} usual settings {near.sum():6} near an edge")
    print(f"{'':26}{'range':>16} {'below 93':>13} {'93 to 97':>9} {'above':>6}  range")
    for name, shares in held.items():
        usual, edge = np.array(shares)[~near], np.array(shares)[near]
        below, above = (edge < 93).sum(), (edge > 97).sum()
        within = edge.size - below - above
        print(
            f"{name:26}{usual.min():8.1f} to {usual.max():.1f}{below:12}{within:10}{above:8}"
            f"  {edge.min():.1f} to {edge.max():.1f}"
        )


def exact():
    """Print the least coverage with one sample a task, and where none can be 93 to 97 %."""
    rates = np.linspace(0.005, 8, 1600)
    print("\none sample a task, up to 8 passes expected: least coverage in % with 30, 164, 500 tasks")
    for name, ends in CANDIDATES.items():
        least = []
        for tasks in (30, 164, 500):
            x = np.arange(tasks + 1)
            p = x / tasks
            low, high = ends(p, p * (1 - p) / (tasks - 1), tasks, stats.t.ppf(0.975, tasks - 1))
            truth = rates / tasks
            held = (low[:, None] <= truth) & (truth <= high[:, None])
            least.append(100 * (stats.binom.pmf(x[:, None], tasks, truth) * held).sum(0).min())
        print(f"{name:26}" + "".join(f"{each:8.1f}" for each in least))
    print("\nexpected passes of 164 tasks at which no run of counts has a chance of 93 to 97 %:")
    sums = np.cumsum(stats.binom.pmf(np.arange(60)[:, None], 164, rates / 164), axis=0)
    sums = np.vstack([np.zeros_like(rates), sums])
    chances = sums[None] - sums[:, None]  # of a run of counts: from, to, rate
    none = ~((chances >= 0.93) & (chances <= 0.97)).any(axis=(0, 1))
    edges = np.flatnonzero(np.diff(np.r_[False, none, False].astype(int)))
    print(
        ", ".join(
            f"{rates[a]:.2f} to {rates[b - 1]:.2f}" for a, b in zip(edges[::2], edges[1::2], strict=True)
        )
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--benchmarks", type=int, default=2_000, help="simulated in each setting")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with np.errstate(all="ignore"):
        simulated(options.benchmarks, options.seed)
        exact()


if __name__ == "__main__":
    main()
