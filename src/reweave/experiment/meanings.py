"""What the grammar's steps and endings mean, apart from how programs write them: tests expect it.

The programs of ``steps.toml`` and ``endings.toml`` are held against these by running them in the sandbox.
"""

import math
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any

Numbers = list[int]

STEPS: Mapping[str, Callable[[Numbers, int], Numbers]] = {
    "even": lambda xs, _: [x for x in xs if x % 2 == 0],
    "odd": lambda xs, _: [x for x in xs if x % 2],
    "positive": lambda xs, _: [x for x in xs if x > 0],
    "negative": lambda xs, _: [x for x in xs if x < 0],
    "above": lambda xs, c: [x for x in xs if x > c],
    "below": lambda xs, c: [x for x in xs if x < c],
    "multiples": lambda xs, c: [x for x in xs if x % c == 0],
    "plus": lambda xs, c: [x + c for x in xs],
    "times": lambda xs, c: [x * c for x in xs],
    "remainder": lambda xs, c: [x % c for x in xs],
    "square": lambda xs, _: [x**2 for x in xs],
    "negate": lambda xs, _: [-x for x in xs],
    "absolute": lambda xs, _: [abs(x) for x in xs],
    "running": lambda xs, _: list(accumulate(xs)),
    "differences": lambda xs, _: [x - before for before, x in zip([0, *xs], xs, strict=False)],
    "unique": lambda xs, _: list(dict.fromkeys(xs)),
    "records": lambda xs, _: [x for i, x in enumerate(xs) if all(x > y for y in xs[:i])],
    "doubled": lambda xs, _: [x for x in xs for _ in range(2)],
    "backwards": lambda xs, _: list(reversed(xs)),
    "ascending": lambda xs, _: sorted(xs),
    "descending": lambda xs, _: sorted(xs, reverse=True),
    "first": lambda xs, c: xs[:c],
    "skip": lambda xs, c: xs[c:],
}
"""From a list and the step's constant (0 where it has none) to a list."""

ENDINGS: Mapping[str, Callable[[Numbers, int], Any]] = {
    "list": lambda xs, _: xs,
    "total": lambda xs, _: sum(xs),
    "product": lambda xs, _: math.prod(xs),
    "count": lambda xs, _: len(xs),
    "largest": lambda xs, _: max(xs, default=0),
    "smallest": lambda xs, _: min(xs, default=0),
    "mean": lambda xs, _: sum(xs) // len(xs) if xs else 0,
    "last": lambda xs, _: xs[-1] if xs else 0,
    "text": lambda xs, _: "-".join(map(str, xs)),
    "frequent": lambda xs, c: xs.count(c),
    "any": lambda xs, c: any(x > c for x in xs),
    "swings": lambda xs, _: sum(x if i % 2 == 0 else -x for i, x in enumerate(xs)),
}
"""From a list and the ending's constant to what is returned."""
