"""How often do 95 % intervals hold the truth, and how often do equal models differ "significantly"?

Benchmarks are simulated from populations of tasks whose pass@k is known
(tests/evaluate/statistics/populations.py): tasks are drawn, then samples, and every interval is held against
the population's own value. Beside ours stands the plain ``mean ± t · stderr``. The tests hold a part of this
to its bands; this prints all of it. A minute.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from reweave.evaluate.statistics.paired import paired_difference
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import estimate_share
from reweave.evaluate.statistics.student_t import two_sided_quantile


def held(scores, truth, groups=None):
    """Give the share, in %, that ours and the plain interval hold."""
    ours = plain = 0
    for each in scores:
        estimate = estimate_share(each, groups)
        ours += estimate.ci95[0] <= truth <= estimate.ci95[1]
        half = two_sided_quantile(0.05, estimate.n_groups - 1.0) * estimate.stderr
        plain += abs(estimate.value - truth) <= half
    return 100 * ours / len(scores), 100 * plain / len(scores)


def false_positives(a, b, groups=None):
    """Give the share of pairs, in %, with p < 0.05."""
    named = dict(enumerate(groups)) if groups is not None else None
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    found = [
        paired_difference(dict(enumerate(x)), dict(enumerate(y)), named).p_value < 0.05 for x, y in pairs
    ]
    return 100 * np.mean(found)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--benchmarks", type=int, default=2_000, help="simulated in each setting")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "evaluate" / "statistics"))
    from populations import POPULATIONS, draw, true_pass_at_k

    generator = np.random.default_rng(options.seed)
    print("coverage in %: ours (mean ± t · stderr)\n")
    print(f"{'population':16}{'tasks':>6}{'n':>5}" + "".join(f"{f'pass@{k}':>9}{'':16}" for k in (1, 5, 10)))
    every = []
    for population in POPULATIONS:
        for tasks, n in ((30, 10), (100, 10), (100, 200), (164, 1), (164, 10), (164, 20), (500, 10)):
            passes = generator.binomial(n, draw(population, (options.benchmarks, tasks), generator))
            line = f"{population:16}{tasks:6}{n:5}"
            for k in (1, 5, 10):
                if k > n:
                    continue
                truth = true_pass_at_k(population, k)
                ours, plain = held(task_pass_at_k(n, passes, k), truth)
                every.append((tasks * min(truth, 1 - truth), ours, plain))
                line += f"{truth:9.3f}{ours:7.1f} ({plain:4.1f}) "
            print(line)
    usual, near_edge = [e for e in every if e[0] >= 8], [e for e in every if e[0] < 8]
    for name, chosen in (("8 tasks' worth of passes, and of failures, or more", usual), ("fewer", near_edge)):
        ours, plain = [e[1] for e in chosen], [e[2] for e in chosen]
        print(f"{name}: {len(chosen)} settings")
        print(f"  ours {min(ours):.1f} to {max(ours):.1f}, plain from {min(plain):.1f}")

    print("\ngroups of equally hard tasks, pass@5, n = 10: clustered (taken for independent tasks)")
    settings = ((60, "5 each"), (20, "5 each"), (10, "5 each"), (20, "1 to 20"), (60, "1 to 20"))
    for n_groups, sizes in settings:
        size = np.full(n_groups, 5) if sizes == "5 each" else np.linspace(1, 20, n_groups).astype(int)
        chances = np.repeat(draw("u-shaped", (options.benchmarks, n_groups), generator), size, axis=1)
        scores = task_pass_at_k(10, generator.binomial(10, chances), 5)
        truth = true_pass_at_k("u-shaped", 5)
        groups = np.repeat(np.arange(n_groups), size).tolist()
        clustered, independent = held(scores, truth, groups)[0], held(scores, truth)[0]
        print(f"{n_groups:4} groups, {sizes:8}{clustered:6.1f} ({independent:.1f})")

    print("\np < 0.05 between two runs of one model, in %")
    for population in POPULATIONS:
        line = f"{population:16}"
        for tasks, n, k in ((164, 1, 1), (164, 10, 1), (164, 10, 5), (500, 10, 1)):
            chances = draw(population, (options.benchmarks, tasks), generator)
            a, b = (task_pass_at_k(n, generator.binomial(n, chances), k) for _ in range(2))
            line += f"{tasks:5} tasks, n={n}, k={k}:{false_positives(a, b):5.1f}"
        print(line)


if __name__ == "__main__":
    main()
