"""``reweave report``: one page, figures or an export of runs of ``reweave eval``."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Run directories of reweave eval; the first is compared with."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The page, or the export.", show_default="RUN/report.html"),
    ] = None,
    title: Annotated[str | None, typer.Option(help="The page's title.", show_default="the benchmark")] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Write PNG and SVG for a paper into this folder; no page without -o.")
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(help="Write the samples for another tool instead: evalplus, bigcodebench, lm-eval."),
    ] = None,
) -> None:
    """Write one self-contained HTML page: pass@k with intervals, curves, every task, every sample.

    Several runs stand side by side, with their paired differences to the first. The page opens from the disk,
    with no server and no network; above 20 MB its samples go to further pages, linked.

    Example: reweave report base edits -o report.html && open report.html
    """
    from reweave.errors import InputError
    from reweave.evaluate.run_files import read_run

    if export is not None:
        if len(runs) > 1:
            raise InputError(f"--export writes one run, and {len(runs)} are given: export them one by one")
        if out is None:
            raise InputError("--export needs a file: give -o FILE")
        if figures is not None or title is not None:
            raise InputError("--export writes no page and no figure: leave --figures and --title out")
    read = [read_run(run) for run in runs]
    for run in read:
        for note in run.notes:
            typer.echo(f"{run.folder}: {note}", err=True)
    if export is not None and out is not None:
        from reweave.evaluate.exports import export as write_export

        done = write_export(read[0], export, out)
        typer.echo(
            f"wrote {', '.join(map(str, done.paths))}: {done.samples:,} samples, {done.empty:,} without code"
            + (f"; {done.left_out:,} left out, their lines cannot be read" if done.left_out else "")
        )
        return
    if figures is not None:
        from reweave.view.figures import save_figures

        typer.echo(f"drew {', '.join(path.name for path in save_figures(read, figures))} in {figures}")
    if figures is None or out is not None:
        from reweave.view.report import write_report

        pages = write_report(read, out if out is not None else runs[0] / "report.html", title=title)
        typer.echo(f"wrote {pages[0]}" + (f" and {len(pages) - 1} more pages" if len(pages) > 1 else ""))
