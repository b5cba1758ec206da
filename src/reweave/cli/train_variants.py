"""``reweave train variants``: one data set as several training sets that can be compared."""

from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option


def variants(
    pairs: Annotated[Path, Flag(help="Rows of instruction and program: JSONL, gzip, zstd or Parquet.")],
    out: Annotated[Path, Flag("-o", "--out", help="A folder; a training set each goes below it.")],
    tokenizer: Annotated[str, Flag(help="The folder, or the name, of the model that will be trained.")],
    steps: Annotated[int, Flag(min=1, help="Optimizer steps of each set.")],
    tokens_per_step: Annotated[int, Flag(min=1, help="Trained tokens of each step.")] = 16384,
    form: Annotated[
        list[str] | None, Flag(help="How edits are written; repeatable.", show_default="unified, short")
    ] = None,
    paths: Annotated[int, Flag(min=1, help="Edit sequences sampled a program.")] = 5,
    seed: Annotated[int, Flag(help="Same seed, same bytes.")] = 1,
    max_length: Annotated[
        int, Flag(min=2, help="A program with a longer row, in any set, is left out of all.")
    ] = 1024,
    prompt: Annotated[str, Flag(help="The prompt's template.")] = "{instruction}",
    checker: Annotated[str | None, Flag(help="As for reweave edits.", show_default="ruff")] = None,
    tolerance: Annotated[float, Flag(help="How far a step may be off, as a share of its tokens.")] = 0.02,
    limit: Annotated[int, Flag(min=0, help="The first N pairs only; 0: all.")] = 0,
) -> None:
    """Make instruct, lintseq and randseq sets of the same programs, at equal steps and equal trained tokens.

    manifest.json says what is equal and proves it; each set is trained in its order by
    `reweave train sft --variant DIR/NAME`.

    Example: reweave train variants --pairs pairs.jsonl --tokenizer ./base --steps 500 -o variants
    """
    from rich.console import Console

    from reweave.cli.train_tables import variants_table
    from reweave.edits.codec import FORMS
    from reweave.errors import InputError, RowError
    from reweave.records import Reject
    from reweave.storage import Fields, make_reject, open_source, row_to_program
    from reweave.train.folder import sha256
    from reweave.train.prepare import load_tokenizer
    from reweave.train.variants import make_variants

    forms: Any = form
    unknown = [each for each in form or [] if each not in FORMS]
    if unknown:
        raise InputError(f"no form {unknown[0]!r}; there are {', '.join(FORMS)}")
    rows, rejects, fields = [], list[Reject](), Fields()
    for number, raw in enumerate(open_source(str(pairs)).rows()):
        if limit and number >= limit:
            break
        try:
            if isinstance(raw, RowError):
                raise raw
            program = row_to_program(raw, number, fields)
        except RowError as error:
            rejects.append(make_reject(error, None if isinstance(raw, RowError) else raw, number, fields))
            continue
        rows.append({"id": program.id, "instruction": program.instruction, "program": program.text})
    made = make_variants(
        rows, load_tokenizer(tokenizer), steps=steps, tokens_per_step=tokens_per_step,
        forms=forms or ("unified", "short"), paths=paths, seed=seed, max_length=max_length, prompt=prompt,
        checker=checker, tolerance=tolerance, rejects=rejects,
        sources=[{"name": pairs.name, "sha256": sha256(pairs)}],
    )  # fmt: skip
    made.save(out)
    console = Console()
    console.print(variants_table(made.manifest))
    console.print(f"the proof is in {out / 'manifest.json'}", highlight=False, soft_wrap=True)
