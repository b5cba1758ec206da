"""``reweave resolve``: what a model wrote, edit sequences as text, back into programs."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def resolve(
    file: Annotated[
        str,
        typer.Argument(help="JSONL (.gz, .zst) or Parquet with model output, one row a sample; - is stdin."),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where to write; stdout by default.")
    ] = None,
    field: Annotated[
        str | None,
        typer.Option(
            help="Column with the text, a list of edits, or messages.",
            show_default="the first of completion, edits, messages, text, output, response",
        ),
    ] = None,
    form: Annotated[str, typer.Option(help="unified, short, search-replace or states.")] = "unified",
    mode: Annotated[
        str,
        typer.Option(
            help="lenient: mend what can be mended. strict: exact or nothing. published: as the paper's code."
        ),
    ] = "lenient",
    marker: Annotated[str, typer.Option(help="What stands before each edit.")] = "<|diff|>",
    eos: Annotated[str, typer.Option(help="End-of-sequence text, if it is in the output.")] = "<|endoftext|>",
) -> None:
    """Resolve edit sequences into programs, with a status for each.

    Each row comes back with `program`, `status` (exact, repaired, empty, malformed) and `skipped`, which
    says what was mended or passed over. The counts go to stderr.

    Example: reweave resolve samples.jsonl -o programs.jsonl
    """
    from reweave.compute.resolve_run import resolve_rows

    counts = resolve_rows(file, out, field=field, form=form, mode=mode, marker=marker, eos=eos)
    read = sum(counts.values())
    told = ", ".join(f"{n:,} {status} ({n / read:.1%})" for status, n in sorted(counts.items()))
    sys.stderr.write(f"read {read:,}: {told or 'nothing'}\n")
    # As in `edits`: not one row of use is a failure, such as of a column that is not there.
    if read and counts["malformed"] == read:
        sys.exit(1)
