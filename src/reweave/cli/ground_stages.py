"""``reweave ground intents``, ``candidates`` and ``summaries``: the stages that ask, one by one."""

from pathlib import Path
from typing import Annotated

from reweave.cli import align_stage as of
from reweave.cli.ground_run import endpoint_flags


def intents(
    rows: of.Rows,
    out: of.Out,
    given: Annotated[
        str | None, of.Flag("--intents", help="A file of tasks (context_id, intent), in place of a model's.")
    ] = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    temperature: Annotated[float | None, of.Asking(help="0 is greedy.", show_default="0.8")] = None,
    concurrency: of.Concurrency = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Ask a generalist model for a numbered series of tasks about each context (columns id, code, card).

    Example: reweave ground intents contexts.jsonl -o run/intents --model NAME --base-url URL
    """
    flags = endpoint_flags("generalist", model, base_url, kind, concurrency)
    flags |= {"seed": seed, "limit": limit, "intents.temperature": temperature, "given_intents": given}
    _run("intents", rows, out, config, set_, flags)


def candidates(
    rows: of.Rows,
    out: of.Out,
    given: Annotated[
        str | None,
        of.Flag("--candidates", help="A file of programs (intent_id, code), in place of a model's."),
    ] = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    temperature: Annotated[float | None, of.Asking(help="0 is greedy.", show_default="0.8")] = None,
    n: Annotated[int | None, of.Asking("-n", help="Programs for each task.", show_default="5")] = None,
    concurrency: of.Concurrency = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Ask a code model for programs that do each task (columns id, context, intent).

    Whether they run and what they leave, reweave ground trace says.

    Example: reweave ground candidates run/intents/rows.jsonl -o run/candidates --model NAME --base-url URL
    """
    flags = endpoint_flags("coder", model, base_url, kind, concurrency)
    flags |= {"seed": seed, "limit": limit, "candidates.temperature": temperature, "candidates.n": n}
    flags |= {"given_candidates": given}
    _run("candidates", rows, out, config, set_, flags)


def summaries(
    rows: of.Rows,
    out: of.Out,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    concurrency: of.Concurrency = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Have a generalist model write the I/O summaries of grounded rows, in place of the trace's own.

    Those that say a value or an expression of the answer are rejected.

    Example: reweave ground summaries grounded.jsonl -o run/summaries --model NAME --base-url URL
    """
    flags = endpoint_flags("generalist", model, base_url, kind, concurrency) | {"seed": seed, "limit": limit}
    _run("summaries", rows, out, config, set_, flags)


def _run(
    name: str, rows: str, out: Path, file: Path | None, sets: list[str] | None, flags: dict[str, object]
) -> None:
    from reweave.ground.chain.config import read_config
    from reweave.ground.chain.stages import make_stage

    config = read_config(file, sets or [], flags)
    of.run_one(make_stage(name, config), rows, out, config.limit)
