"""The picture of ``reweave stats``: one figure of small histograms, for a paper or a data card.

Takes a ``Statistics``; needs the extra ``plot`` (matplotlib), imported only when a picture is drawn.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reweave.edits.statistics import Histogram, Statistics, Summary, summarize
from reweave.errors import MissingExtraError

_PANELS = {
    "edits_per_path": "edits a path",
    "lines_per_edit": "lines an edit",
    "hunks_per_edit": "hunks an edit",
    "tokens_per_edit": "tokens an edit",
    "tokens_per_program": "tokens a program",
}
_COLUMNS = 3
_MOST_BARS = 40
_FEWEST_PLACES = 7
_MOST_REASONS = 7
_INK, _MUTED, _BAR, _BAD = "#23262b", "#5d6168", "#3d8781", "#b4683a"
_LONGEST_LABEL = 34


def save_png(statistics: Statistics, path: Path) -> None:
    """Draw the figure and write it to ``path`` as PNG; its folder is made when it does not exist.

    Quantities that were not counted (tokens, as a rule) have no panel. A histogram's axis ends at the 99th
    percentile; how many observations lie beyond is written in its panel.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        # No pyplot: it keeps figures in a global list and asks for a display.
        from matplotlib.figure import Figure  # noqa: PLC0415 - takes half a second
    except ImportError as error:
        raise MissingExtraError("the PNG of reweave stats", "plot") from error

    panels: list[Callable[[Any], None]] = []
    for name, label in _PANELS.items():
        histogram = getattr(statistics, name)
        if histogram:
            panels.append(lambda axes, label=label, histogram=histogram: _bars(axes, label, histogram))  # type: ignore[misc]
    panels.append(lambda axes: _outcomes(axes, statistics))
    rows = -(-len(panels) // _COLUMNS)
    figure = Figure(figsize=(10.5, 3.1 * rows), dpi=160)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
    grid: Any = figure.subplots(rows, _COLUMNS, squeeze=False).flat
    for axes, draw in zip(grid, panels, strict=False):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_MUTED)
        axes.tick_params(colors=_MUTED, labelsize=8)
        draw(axes)
    for axes in list(grid)[len(panels) :]:
        axes.set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the drawing program's version the same counts give the same bytes.
    figure.savefig(path, format="png", metadata={"Software": None})


def _bars(axes: Any, label: str, histogram: Histogram) -> None:
    row = summarize(label, histogram)
    low, high = min(histogram), _end(histogram, row.n)
    width = max(1, -(-(high - low + 1) // _MOST_BARS))
    heights: dict[int, int] = {}
    for value, n in histogram.items():
        if value <= high:
            start = low + (value - low) // width * width
            heights[start] = heights.get(start, 0) + n
    shares = [100 * n / row.n for n in heights.values()]
    axes.bar([start + (width - 1) / 2 for start in heights], shares, width=0.85 * width, color=_BAR)
    # Two or three bars are not drawn as walls.
    axes.set_xlim(low - 0.5 * width - 0.5, max(high, low + _FEWEST_PLACES) + 0.5 * width + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.axvline(row.median, color=_INK, linewidth=0.9, linestyle=(0, (4, 3)))
    beyond = sum(n for value, n in histogram.items() if value > high)
    _label(axes, label, f"n = {row.n:,}   {_centre(row)}")
    axes.set_ylabel("% of n", fontsize=8, color=_MUTED)
    if beyond:
        axes.text(
            0.98, 0.96, f"{beyond:,} beyond, up to {row.max:,}",
            transform=axes.transAxes, ha="right", va="top", fontsize=8, color=_MUTED,
        )  # fmt: skip


def _outcomes(axes: Any, statistics: Statistics) -> None:
    """Kept, and each reason for which a record was not; the commonest ones by name, the rest as one."""
    reasons = sorted(statistics.rejects.items(), key=lambda item: (-item[1], item[0]))
    bars = [("kept", statistics.kept, _BAR)]
    bars += [(f"{outcome}: {reason}", n, _BAD) for (outcome, reason), n in reasons[:_MOST_REASONS]]
    rest = sum(n for _, n in reasons[_MOST_REASONS:])
    if rest:
        bars.append((f"{len(reasons) - _MOST_REASONS} other reasons", rest, _BAD))
    read = statistics.read
    bars.reverse()
    axes.barh(range(len(bars)), [n for _, n, _ in bars], color=[colour for *_, colour in bars], height=0.35)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_ylim(len(bars) - 0.4 - max(len(bars), 5), len(bars) - 0.3)
    axes.set_xlim(0, max([n for _, n, _ in bars] + [1]))
    for position, (name, n, _) in enumerate(bars):
        share = f" ({n / read:.1%})" if read else ""
        label = f" {_plain(name)}: {n:,}{share}"
        axes.text(0, position + 0.22, label, va="bottom", fontsize=8, color=_INK)
    _label(axes, "records by outcome", f"n = {read:,} read")


def _label(axes: Any, title: str, numbers: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=_INK, fontweight="bold", pad=18)
    axes.text(0, 1.03, numbers, transform=axes.transAxes, fontsize=8, color=_MUTED)


def _centre(row: Summary) -> str:
    return f"mean {row.mean:,.1f}   median {row.median:,} (dashed)"


def _end(histogram: Histogram, n: int) -> int:
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen * 100 >= n * 99:
            return value
    return max(histogram)


def _plain(name: str) -> str:
    """Shorten, keep to what every font has, and keep data from being read as a formula (``$``)."""
    name = name.encode("ascii", "backslashreplace").decode()
    short = name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
    return short.replace("$", r"\$")
