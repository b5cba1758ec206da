"""Curves as inline SVG: pass@k against k, or against what the samples cost.

Colours, sizes and dashes are the style sheet's (classes ``series-0`` and on); every point carries its k, so
that the page's script can mark the chosen one. The figures for a paper are ``figures``' part.
"""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

COLOURS = 8  # the style sheet's; a ninth series has the first one's again, with another dash
_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 18, 14, 46
_LOG_FROM = 8  # an axis is logarithmic where its largest value is this many times its least
_NARROWEST_TICKS = 26  # units between two labels
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKS = (
    "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z",
    "M-3.3-3.3h6.6v6.6h-6.6z",
    "M0-4.4 4.2 3.2h-8.4z",
    "M0-4.6 4.6 0 0 4.6-4.6 0z",
)


@dataclass(frozen=True, slots=True)
class Point:
    """One place on a curve.

    Args:
        k: Samples drawn.
        x: Where it stands: k, or floating-point operations.
        y: A share between 0 and 1.
        low: The lower end of its interval, or None.
        high: The upper end, or None.
    """

    k: int
    x: float
    y: float
    low: float | None
    high: float | None


def chart(curves: Sequence[tuple[str, Sequence[Point]]], *, title: str, across: str) -> str:
    """Draw curves into one SVG element.

    Args:
        curves: Names and points; the points by growing x. A curve without points keeps its colour.
        title: What a screen reader is told.
        across: The horizontal axis' label.
    """
    points = [point for _, line in curves for point in line]
    highest = max([point.y if point.high is None else point.high for point in points] + [0.05])
    top = min(1.0, math.ceil(highest * 5) / 5)
    place, ticks = _across([point.x for point in points])
    down = _HEIGHT - _TOP - _BOTTOM

    def height(share: float) -> float:
        return _TOP + down * (1 - min(max(share, 0), top) / top)

    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts = [f'<text class="axis" x="{middle}" y="{_HEIGHT - 6}">{html.escape(across)}</text>']
    steps = 5 if top > 0.5 else 4
    for step in range(steps + 1):
        y = height(top * step / steps)
        parts.append(f'<path class="rule" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="y" x="{_LEFT - 8}" y="{y + 4:.1f}">{100 * top * step / steps:g} %</text>')
    parts += [
        f'<text class="x" x="{place(x):.1f}" y="{_HEIGHT - _BOTTOM + 18}">{label}</text>'
        for x, label in ticks
    ]
    for index, (name, line) in enumerate(curves):
        parts.append(_curve(index, name, line, place, height))
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def swatch(index: int) -> str:
    """Draw the piece of line and the mark that stand for a series in a legend."""
    return (
        f'<svg class="swatch {_series(index)}" viewBox="-14 -6 28 12" aria-hidden="true">'
        f'<path class="line" d="M-13 0H13"/><path class="mark" d="{_MARKS[index % len(_MARKS)]}"/></svg>'
    )


def _series(index: int) -> str:
    dashed = " dashed" if index // COLOURS % 2 else ""
    return f"series-{index % COLOURS}{dashed}"


def _curve(
    index: int,
    name: str,
    line: Sequence[Point],
    place: Callable[[float], float],
    height: Callable[[float], float],
) -> str:
    ends = [
        (place(p.x), height(p.low), height(p.high)) for p in line if p.low is not None and p.high is not None
    ]
    band = ""
    if len(ends) > 1:
        upper = "L".join(f"{x:.1f} {high:.1f}" for x, _, high in ends)
        lower = "L".join(f"{x:.1f} {low:.1f}" for x, low, _ in reversed(ends))
        band = f'<path class="band" d="M{upper}L{lower}z"/>'
    whiskers = "".join(
        f"M{x:.1f} {low:.1f}V{high:.1f}M{x - 3:.1f} {low:.1f}h6M{x - 3:.1f} {high:.1f}h6"
        for x, low, high in ends
    )
    path = "L".join(f"{place(point.x):.1f} {height(point.y):.1f}" for point in line)
    mark = f'<path class="mark" d="{_MARKS[index % len(_MARKS)]}"/>'
    marks = "".join(
        f'<g data-k="{point.k}" transform="translate({place(point.x):.1f} {height(point.y):.1f})">'
        f"<title>{html.escape(_said(name, point))}</title>{mark}</g>"
        for point in line
    )
    return (
        f'<g class="{_series(index)}">{band}<path class="whisker" d="{whiskers}"/>'
        f'<path class="line" d="{"M" + path if path else ""}"/>{marks}</g>'
    )


def _said(name: str, point: Point) -> str:
    interval = (
        ""
        if point.low is None or point.high is None
        else f" ({100 * point.low:.1f} to {100 * point.high:.1f})"
    )
    return f"{name}: pass@{point.k} = {100 * point.y:.1f} %{interval}"


def _across(values: list[float]) -> tuple[Callable[[float], float], list[tuple[float, str]]]:
    """Where a value stands, and the ticks."""
    low, high = (min(values), max(values)) if values else (1.0, 1.0)
    logarithmic = low > 0 and high / low >= _LOG_FROM
    width = _WIDTH - _LEFT - _RIGHT - 24

    def place(value: float) -> float:
        if low == high:
            return _LEFT + 12 + width / 2
        share = math.log(value / low) / math.log(high / low) if logarithmic else (value - low) / (high - low)
        return _LEFT + 12 + width * share

    ticks: list[tuple[float, str]] = []
    for value in _round_values(low, high, values):
        if not ticks or place(value) - place(ticks[-1][0]) >= _NARROWEST_TICKS:
            ticks.append((value, _short(value)))
    return place, ticks


def _round_values(low: float, high: float, values: list[float]) -> list[float]:
    """The values themselves while they are counts; else powers of ten and, where few, 2 and 5 times these."""
    if high < 1e5:
        return sorted(set(values))
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    tens = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
    inside = [value for value in tens if low <= value <= high]
    whole = [value for value in inside if math.log10(value) == round(math.log10(value))]
    chosen = whole if len(whole) > 2 else inside
    return chosen if len(chosen) > 1 else sorted({low, high})


def _short(value: float) -> str:
    if value < 1e5:
        return f"{value:g}"
    power = math.floor(math.log10(value) + 1e-9)
    factor = f"{value / 10.0**power:.2g}"
    ten = f"10{str(power).translate(_SUPERSCRIPT)}"
    return ten if factor == "1" else f"{factor}·{ten}"
