"""Made-up benchmarks: tasks whose chance of passing is drawn from a population that is known exactly."""

import math

import numpy as np

# Mixtures of beta distributions: (weight, alpha, beta). Real benchmarks are U-shaped: most tasks pass nearly
# always or nearly never.
POPULATIONS = {
    "u-shaped": ((1.0, 0.5, 0.5),),
    "two-humped": ((0.5, 0.3, 3.0), (0.5, 3.0, 0.3)),
    "hard": ((0.7, 0.2, 6.0), (0.3, 1.0, 1.0)),
    "easy": ((0.8, 8.0, 0.3), (0.2, 0.7, 0.7)),
    "nearly solved": ((0.95, 30.0, 0.1), (0.05, 1.0, 1.0)),
    "nearly hopeless": ((0.95, 0.1, 30.0), (0.05, 1.0, 1.0)),
}


def draw(population, shape, generator):
    """Draw tasks' chances of passing."""
    weights, alphas, betas = np.array(POPULATIONS[population]).T
    part = generator.choice(len(weights), p=weights, size=shape)
    return generator.beta(alphas[part], betas[part])


def true_pass_at_k(population, k):
    """The population's own pass@k: 1 less the mean of (1 - p)^k, in closed form for a beta distribution."""
    return sum(
        weight
        * (1 - math.exp(math.lgamma(b + k) - math.lgamma(b) + math.lgamma(a + b) - math.lgamma(a + b + k)))
        for weight, a, b in POPULATIONS[population]
    )


def tables(population, shape, n, ks, generator):
    """Sample n times at every task; give each task's pass@k for every k, and the chances themselves."""
    from reweave.evaluate.statistics.pass_at_k import task_pass_at_k

    chances = draw(population, shape, generator)
    passes = generator.binomial(n, chances)
    return {k: task_pass_at_k(n, passes, k) for k in ks}, chances
