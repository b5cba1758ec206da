"""Numbers as a text writes them: what they are, how exactly they are written, how likely by chance.

A written number may be a value that was rounded: it stands for all that it would be written for.
"""

import re
from bisect import bisect_left
from decimal import Decimal, InvalidOperation

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?(?!\w|\.\d)")
"""A number, with separators, an exponent or a percent sign."""
_WHOLE = 4  # digits of a whole number that may be a rounded one


def read(text: str) -> tuple[Decimal | None, Decimal]:
    """Give a written number and the unit of its last digit."""
    try:
        number = Decimal(text.rstrip("%").replace(",", ""))
        if not -300 < number.adjusted() < 300:
            return None, Decimal(0)
        return number, Decimal(1).scaleb(int(number.as_tuple().exponent))
    except (InvalidOperation, ValueError, OverflowError):
        return None, Decimal(0)


def _digits(text: str) -> int:
    """Count the significant digits of a written number."""
    return len(re.sub(r"\D", "", text.lower().partition("e")[0]).strip("0"))


def telling(text: str, number: Decimal) -> bool:
    """Say whether a written number is unlikely by chance: two digits, or a whole number of ten and more."""
    return _digits(text) > 1 or (number == number.to_integral_value() and abs(number) >= 10)


def precise(text: str, number: Decimal, values: int) -> bool:
    """Say whether a number may be a rounded value: the more values there are, the more digits it needs."""
    least = 2 + len(str(values - 1)) * (values > 1)
    return _digits(text) >= max(
        least, _WHOLE if number == number.to_integral_value() and "." not in text else 0
    )


def near(values: list[float], number: float, half: float) -> bool:
    """Say whether one of some sorted values lies so near a number."""
    at = bisect_left(values, number - half)
    return at < len(values) and values[at] <= number + half
