"""``reweave ground run``: the whole chain, from tables to grounded rows."""

from typing import Annotated, Any

import typer

from reweave.cli import align_stage as of


def run(
    out: of.Out,
    input_: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Tables, notebooks, folders of them.")
    ] = None,
    config: of.Config = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    concurrency: of.Concurrency = None,
    intents: Annotated[
        str | None, of.Flag(help="A file of tasks (context_id, intent), in place of a model's.")
    ] = None,
    candidates: Annotated[
        str | None, of.Flag(help="A file of programs (intent_id, code), in place of a model's.")
    ] = None,
    summary: Annotated[
        str | None, of.Flag(help="Who writes the I/O summaries: trace, or model.", show_default="trace")
    ] = None,
    seed: of.Seed = None,
    limit: Annotated[int | None, of.Flag(help="Read only the first N files.", show_default="all")] = None,
    workers: Annotated[
        int | None, of.Flag(min=1, help="Files read, programs run at once.", show_default="one a core")
    ] = None,
    set_: of.Sets = None,
) -> None:
    """Make grounded rows of tables: contexts, tasks, programs, what running them has shown.

    A generalist model writes tasks, a code model programs; with --intents and --candidates none is asked. The
    programs run in the sandbox: what runs, leaves something, does so twice alike and is new is kept, with its
    specifications. Each stage has a folder in DIR. Killed at any moment and started again, the chain asks for
    nothing that was answered, and ends with the same bytes.

    Example: reweave ground run tables/ -o DIR --model NAME --base-url http://127.0.0.1:8000/v1

    Example: reweave ground run tables/ -o DIR --intents intents.jsonl --candidates candidates.jsonl
    """
    from reweave.ground.chain.config import read_config
    from reweave.ground.chain.run import run_chain
    from reweave.models.live import LiveLine

    flags = endpoint_flags("coder", model, base_url, kind, concurrency)
    flags |= {"given_intents": intents, "given_candidates": candidates, "summary": summary, "seed": seed}
    flags |= {"limit": limit, "workers": workers, "input": input_ or None}
    settings = read_config(config, set_ or [], flags)

    with LiveLine() as line:
        made = run_chain(settings, out, on_progress=line, on_stage=of.tell_stage)
    of.tell_chain(made, f"the rows are in {made.rows}")


def endpoint_flags(
    role: str, model: str | None, base_url: str | None, kind: str | None, concurrency: int | None
) -> dict[str, Any]:
    """Give the flags about the model that is asked, by their places in the configuration."""
    flags = {"model": model, "base_url": base_url, "kind": kind, "concurrency": concurrency}
    return {f"endpoints.{role}.{name}": value for name, value in flags.items()}
