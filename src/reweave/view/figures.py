"""Figures for a paper: pass@k against k, pass@k against FLOPs, failures by reason; PNG and SVG of each.

Drawn from the same run directories as the report, in the same colours, each series with a mark of its own for
print. Needs the extra ``plot`` (matplotlib), imported only when a figure is drawn.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reweave.errors import MissingExtraError
from reweave.evaluate.run_files import RunFiles
from reweave.view.curves import Point
from reweave.view.report_sections import curves, curves_by_flops
from reweave.view.report_tables import run_labels

_COLOURS = ("#0b6660", "#b4521e", "#4b55b5", "#8a6a00", "#9a2f77", "#2f7d32", "#5b6470", "#0f6ea8")
_MARKS = "os^Dv<>P"
_INK, _MUTED = "#23262b", "#5d6168"
_LONGEST_NAME = 40
_LOG_FROM = 8


def save_figures(runs: Sequence[RunFiles], folder: Path) -> list[Path]:
    """Draw the figures and write each as ``NAME.png`` and ``NAME.svg``.

    The names are ``pass-at-k``, ``pass-at-k-by-flops`` (where a run knows its FLOPs) and ``failures``. The
    same runs give the same bytes.

    Args:
        runs: One or more.
        folder: Made when it does not exist.

    Returns:
        The files written.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        # No pyplot: it keeps figures in a global list and asks for a display.
        import matplotlib as mpl  # noqa: PLC0415 - takes half a second
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("the figures of reweave report", "plot") from error

    labels = [_plain(label) for label in run_labels(runs)]
    drawings: dict[str, Callable[[Any], None]] = {
        "pass-at-k": lambda axes: _lines(axes, curves(runs, labels), "k"),
    }
    if any(run.flops for run in runs):
        across = "floating-point operations to draw k samples of a task"
        drawings["pass-at-k-by-flops"] = lambda axes: _lines(axes, curves_by_flops(runs, labels), across)
    drawings["failures"] = lambda axes: _failures(axes, runs, labels)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # Text stays text, to be searched and edited; the salt, and no date, make two drawings the same
    # bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "reweave", "font.size": 9}):
        for name, draw in drawings.items():
            figure = Figure(figsize=(4.8, 3.4), dpi=300)
            figure.set_layout_engine("constrained")
            axes = figure.subplots()
            axes.spines[["top", "right"]].set_visible(False)
            axes.spines[["left", "bottom"]].set_color(_MUTED)
            axes.tick_params(colors=_MUTED)
            draw(axes)
            for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
                path = folder / f"{name}.{kind}"
                figure.savefig(path, format=kind, metadata=metadata)
                written.append(path)
    return written


def _lines(axes: Any, series: Sequence[tuple[str, Sequence[Point]]], across: str) -> None:
    for index, (name, points) in enumerate(series):
        if not points:
            continue
        x, y = [point.x for point in points], [100 * point.y for point in points]
        colour = _COLOURS[index % len(_COLOURS)]
        ends = [
            (p.x, 100 * p.y, 100 * p.low, 100 * p.high)
            for p in points
            if p.low is not None and p.high is not None
        ]
        if ends:
            below = [max(0.0, middle - low) for _, middle, low, _ in ends]
            above = [max(0.0, high - middle) for _, middle, _, high in ends]
            axes.errorbar(
                [end[0] for end in ends], [end[1] for end in ends], yerr=[below, above],
                fmt="none", ecolor=colour, elinewidth=0.9, capsize=2,
            )  # fmt: skip
        axes.plot(
            x, y, color=colour, marker=_MARKS[index % len(_MARKS)], markersize=4, linewidth=1.3, label=name
        )
    values = [point.x for _, points in series for point in points]
    if values and max(values) / min(values) >= _LOG_FROM:
        axes.set_xscale("log")
        if across == "k":
            ticks = sorted(set(values))
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(across, color=_INK)
    axes.set_ylabel("pass@k, % (95 % intervals)", color=_INK)
    if len(series) > 1:
        axes.legend(frameon=False, fontsize=8)


def _failures(axes: Any, runs: Sequence[RunFiles], labels: Sequence[str]) -> None:
    """Bars of the share of samples with each reason but ``passed``."""
    counts = [Counter(reason for each in run.reasons().values() for reason in each) for run in runs]
    total = sum(counts, Counter())
    total.pop("passed", None)
    reasons = [reason for reason, _ in sorted(total.items(), key=lambda item: (item[1], item[0]))]
    height = 0.8 / len(runs)
    for index, (count, label) in enumerate(zip(counts, labels, strict=True)):
        n = max(1, sum(count.values()))
        places = [place - (index - (len(runs) - 1) / 2) * height for place in range(len(reasons))]
        shares = [100 * count[reason] / n for reason in reasons]
        axes.barh(
            places, shares, height=0.9 * height, color=_COLOURS[index % len(_COLOURS)],
            label=f"{label} (n = {sum(count.values()):,})",
        )  # fmt: skip
    axes.set_yticks(range(len(reasons)), [_plain(reason) for reason in reasons])
    axes.set_xlabel("% of samples", color=_INK)
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _plain(name: str) -> str:
    """Shorten, keep to what every font has, and keep data from being read as a formula (``$``)."""
    name = name.encode("ascii", "backslashreplace").decode()
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 3] + "..."
    # A label that begins with an underscore is left out of legends.
    return short.replace("$", r"\$").removeprefix("_") or "run"
