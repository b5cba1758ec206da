"""``reweave ground ablation``: all forms of specification on the same tasks, and what sets them apart."""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reweave.cli import ground_asking as of

if TYPE_CHECKING:
    from rich.table import Table

Training = partial(of.Flag, rich_help_panel="Training a model for each form")


def ablation(
    benchmark: of.Benchmark,
    out: Annotated[Path, of.Flag("-o", "--out", help="The ablation's folder; started again, it goes on.")],
    specs: of.References = None,
    form: Annotated[
        list[str] | None,
        of.Specs(help="Shown beside none; repeatable.", show_default="type, summary and example"),
    ] = None,
    leakage: Annotated[
        list[str] | None,
        of.Specs(
            help="oracle, value-free, noisy, self or given; repeatable: forms and levels make the cells.",
            show_default="oracle",
        ),
    ] = None,
    given: of.Given = None,
    noise_seed: of.NoiseSeed = None,
    samples: Annotated[
        str | None, of.Flag(help="A folder of samples that exist: a file a cell, such as none.jsonl.")
    ] = None,
    train: Annotated[
        Path | None,
        Training(help="A folder of none.jsonl, type.jsonl, …: a model is trained on each, and asked."),
    ] = None,
    base: Annotated[str | None, Training(help="The model that each begins as.")] = None,
    split: of.Split = None,
    limit: of.Limit = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    n: of.N = None,
    temperature: of.Temperature = None,
    top_p: of.TopP = None,
    min_p: of.MinP = None,
    max_tokens: of.MaxTokens = None,
    stop: of.Stop = None,
    seed: of.Seed = None,
    prompt: of.Prompt = None,
    concurrency: of.Concurrency = None,
    timeout: of.Timeout = None,
    retries: of.Retries = None,
    extract: of.Extract = None,
    tier: of.Tier = None,
    unsafe_no_isolation: of.Unsafe = False,
    python: of.Python = None,
    k: of.K = None,
    workers: of.Workers = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Ask with every form of specification, and tell the forms apart: same tasks, seed and number of samples.

    With --train, a model is trained for each form, on rows that differ in nothing else, and asked with its
    form and with none, so that the data's effect and the specification's separate. Tables [train] and
    [serve] of the TOML file are as for reweave align rounds. The table is in OUT/report.md, all of it in
    OUT/results.json, each cell's run in a folder of its own.

    Example: reweave ground ablation ds1000 --specs grounded.jsonl --model NAME --base-url URL -n 10 -o DIR

    Example: reweave ground ablation ds1000 --specs grounded.jsonl --train variants --base ./model -o DIR
    """
    from rich.console import Console

    from reweave.cli.eval_run import endpoint_of, line_of
    from reweave.evaluate.run import Source
    from reweave.ground.evaluation.ablation import run_ablation
    from reweave.settings import read_tables

    flags = {**of.flags_of(locals()), "forms": form or None, "leakages": leakage or None}
    values = read_tables(config, set_ or [], flags)
    settings = _settings(benchmark, values, train, base)
    made, place = settings.evaluate, settings.place
    with ExitStack() as stack:
        endpoint = endpoint_of(made, place)
        source = None if endpoint is None else Source(endpoint=endpoint, on_progress=line_of(stack, place))
        results = run_ablation(
            settings,
            out,
            lambda line: typer.echo(line, err=True),
            source=source,
            workers=place.workers or None,
        )
    Console().print(ablation_table(results))
    typer.echo(
        f"the table, and what sets the cells apart: {out / 'report.md'}; all of it: {out / 'results.json'}"
    )


def _settings(benchmark: str, values: dict[str, Any], train: Path | None, base: str | None) -> Any:
    """Make the settings of nested ones."""
    from reweave.align.rounds.config import ServeConfig
    from reweave.errors import InputError
    from reweave.ground.evaluation.ablation import Ablation
    from reweave.ground.evaluation.config import AblationConfig, split
    from reweave.ground.evaluation.models import Training as Trained
    from reweave.settings import checked

    if (train is None) != (base is None):
        raise InputError("--train FOLDER and --base MODEL go together")
    tables = {name: values.pop(name, {}) for name in ("train", "serve")}
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            raise InputError(f"configuration: {name} is a table, [{name}]")
    cells = checked(AblationConfig, split(values, AblationConfig))
    training = None
    if train is not None and base is not None:
        training = Trained(train, base, tables["train"], checked(ServeConfig, tables["serve"]))
    made, place = of.taken(values)
    return Ablation(benchmark, cells, made, place, training)


def ablation_table(results: Mapping[str, Any]) -> "Table":
    """Draw the cells' figures; their intervals are in the report, for want of room."""
    from rich.table import Table
    from rich.text import Text

    from reweave.ground.evaluation.report import cell_table

    ks = sorted({int(k) for row in results["cells"] for k in row["pass@k"]})
    names, rows = cell_table(results["cells"], ks)
    title = f"{results['n_tasks']:,} tasks, the same in all cells; intervals: report.md"
    table = Table(title=Text(title), title_justify="left")
    for name in names:
        table.add_column(name, justify="left" if name in {"model", "cell"} else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell.partition(" [")[0]) for cell in row))
    return table
