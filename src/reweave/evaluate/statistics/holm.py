"""Many differences looked at: p-values corrected for their number."""

from collections.abc import Sequence


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Correct p-values for their number (Holm 1979); None, where there was nothing to test, stays so.

    >>> holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    order = sorted((value, i) for i, value in enumerate(values) if value is not None)
    corrected: list[float | None] = [None] * len(values)
    most = 0.0
    for rank, (value, i) in enumerate(order):
        most = max(most, min(1.0, (len(order) - rank) * value))
        corrected[i] = most
    return corrected
