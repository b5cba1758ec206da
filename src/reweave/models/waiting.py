"""How long until the next attempt: what the server asks for, else twice as long each time, spread out.

The spread keeps many requests that failed together from coming back together. It is drawn from the request
and the attempt, not from a clock, so that a run can be repeated.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reweave.edits.stream import Stream

_FIRST, _LONGEST = 0.5, 60.0  # seconds
_STEPS = 1 << 20


def delay(key: bytes, sample: int, attempt: int, retry_after: float | None) -> float:
    """Seconds to wait after a failed attempt.

    Args:
        key: The request's, in the log.
        sample: The first sample it asks for.
        attempt: The attempt that failed, from 1.
        retry_after: What the server asked for, seconds; never undercut.

    >>> 0.25 <= delay(b"k", 0, 1, None) <= 0.5 and 30 <= delay(b"k", 0, 40, None) <= 60
    True
    >>> 7 <= delay(b"k", 0, 1, 7) <= 8
    True
    """
    spread = Stream(0, key.hex(), sample).below(attempt, _STEPS) / _STEPS
    own = min(_FIRST * 2.0 ** min(attempt - 1, 30), _LONGEST) * (1 + spread) / 2
    return own if retry_after is None else max(own, retry_after + spread)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After``: seconds, or a date; or ``retry-after-ms``. None where there is none.

    A date is compared with the answer's own ``Date`` where it has one: clocks differ.

    >>> read_retry_after({"retry-after": "1.5"})
    1.5
    >>> read_retry_after(
    ...     {"retry-after": "Fri, 01 Aug 2025 12:00:30 GMT", "date": "Fri, 01 Aug 2025 12:00:00 GMT"}
    ... )
    30.0
    """
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    then = _date(headers.get("retry-after", ""))
    if then is None:
        return None
    return max(0.0, (then - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
