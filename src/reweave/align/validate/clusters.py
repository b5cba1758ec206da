"""Which responses agree: every program of an instruction against every response's tests.

Programs that pass the same tests are one cluster (CodeT, arXiv 2207.10397, section 2; there a test is one
assertion, here it is one response's whole test text). Agreement is the cluster's share of the responses times
the share of the tests it passes: 1 where all pass everything, 0 for a program that passes none. Tests whose
text asserts nothing, or nothing but tautologies, are not among them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Where one response stands among the others.

    Args:
        cluster: The cluster's number: 0 is the largest, of equals the one that came first.
        size: Responses in it.
        passed: Tests it passes.
        responses, tests: How many there were in all: the numbers that ``value`` rests on.
    """

    cluster: int
    size: int
    passed: int
    responses: int
    tests: int

    @property
    def value(self) -> float | None:
        """The agreement, from 0 to 1; None where there were no tests to agree on."""
        return self.size * self.passed / (self.responses * self.tests) if self.tests else None


def columns(good: Mapping[str, bool], programs: int, budget: int) -> list[str]:
    """Choose the test texts that every program is run against.

    Args:
        good: By test text, in the responses' order: whether the program it came with passes it.
        programs: How many there are.
        budget: Runs there may be, those of a program against its own tests included.

    Returns:
        Those that their own program passes first: others may be passed by none.
    """
    return sorted(good, key=lambda text: not good[text])[: budget // programs]


def agreements(vectors: Sequence[tuple[bool, ...]]) -> list[Agreement]:
    """Give where each response stands.

    Args:
        vectors: One a response: which of the chosen tests it passes.
    """
    sizes = Counter(vectors)
    order = sorted(sizes, key=lambda vector: -sizes[vector])  # stable: of equals the first comes first
    return [
        Agreement(
            cluster=order.index(vector),
            size=sizes[vector],
            passed=sum(vector),
            responses=len(vectors),
            tests=len(vector),
        )
        for vector in vectors
    ]
