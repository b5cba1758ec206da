"""evalplus' rule for expected outputs, and the evaluation of trees."""

import math

import pytest

from reweave.sandbox.judge.compare import same

NAN = float("nan")


@pytest.mark.parametrize(
    ("answer", "expected", "atol", "verdict"),
    [
        (1, 1, 0, True),
        (1, 2, 0, False),
        ([1, 2], (1, 2), 0, False),
        (1, True, 0, True),
        (0.1 + 0.2, 0.3, 0, True),
        (0.3001, 0.3, 0, False),
        (0.3001, 0.3, 1e-3, True),
        (1, 1.0000001, 0, False),
        ([0.1 + 0.2], [0.3], 0, True),
        ((0.1 + 0.2,), [0.3], 0, False),
        ([0.1 + 0.2, 1], [0.3, 1], 0, False),
        ([0.1 + 0.2, 1], [0.3, 1], 1e-6, True),
        ([0.3, 1.0], [0.3], 1e-6, False),
        ([[0.3000001]], [[0.3]], 1e-6, True),
        ({"a": 0.3000001}, {"a": 0.3}, 1e-6, False),
        (NAN, NAN, 1e-6, False),
        (math.inf, math.inf, 0, True),
        (1.0, math.inf, 1e-6, False),
        (10**400, 1.0, 1e-6, False),
        ("a", "b", 1e-6, False),
        (None, 0.0, 0, False),
        ([None], [0.0], 0, False),
    ],
)
def test_same(answer, expected, atol, verdict):
    """Exact, or close where the expected value is of floats or a tolerance is given; types agree."""
    assert same(answer, expected, atol) is verdict


@pytest.mark.parametrize("seed", range(20))
def test_same_is_evalplus_rule(seed):
    """On random flat values it says what the published rule, with numpy, says."""
    import random

    numpy = pytest.importorskip("numpy")
    draw = random.Random(seed)

    def published(out, exp, atol):
        exact = out == exp
        floats = isinstance(exp, float) or (
            isinstance(exp, list | tuple) and exp and all(isinstance(each, float) for each in exp)
        )
        if atol == 0 and floats:
            atol = 1e-6
        if exact or atol == 0:
            return bool(exact)
        try:
            if type(out) is not type(exp) or (isinstance(exp, list | tuple) and len(out) != len(exp)):
                return False
            return bool(numpy.allclose(out, exp, rtol=1e-07, atol=atol))
        except (TypeError, ValueError):
            return False

    def value():
        number = draw.choice([0, 1, 1.0, 0.5, 0.5000000001, 0.5001, -3, True, 1e9, 1e9 + 50])
        return draw.choice([number, [number, 1.0], (number, 0.5), "x", None, [], [number]])

    for _ in range(300):
        answer, expected, atol = value(), value(), draw.choice([0, 1e-6, 1e-3])
        assert same(answer, expected, atol) is published(answer, expected, atol), (answer, expected, atol)
