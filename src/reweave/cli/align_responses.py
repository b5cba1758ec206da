"""``reweave align responses``: solutions with tests."""

from typing import Annotated

from reweave.cli import align_stage as of


def responses(
    rows: of.Rows,
    out: of.Out,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    n: Annotated[int | None, of.Asking("-n", help="Responses to each.", show_default="10")] = None,
    temperature: of.Temperature = None,
    concurrency: of.Concurrency = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Ask a model for several responses with tests to each instruction (columns id, instruction).

    Every response is a row: the text that is trained on, its program, and its tests apart.

    Example: reweave align responses run/instructions/rows.jsonl -o run/responses --config align.toml -n 4
    """
    flags = of.endpoint_flags(model, base_url, kind, concurrency)
    flags |= {
        "preset": preset,
        "seed": seed,
        "limit": limit,
        "responses.temperature": temperature,
        "responses.n": n,
    }
    of.run_verb("responses", rows, out, config, set_, flags)
