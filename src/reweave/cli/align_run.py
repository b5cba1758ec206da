"""``reweave align run``: the whole chain from one TOML file."""

from typing import Annotated

from reweave.cli import align_stage as of


def run(
    out: of.Out,
    config: of.Config = None,
    input_: Annotated[
        str | None, of.Flag("--input", help="What it begins with: a file of seeds; code, with [seeds].")
    ] = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    concurrency: of.Concurrency = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    set_: of.Sets = None,
) -> None:
    """Run all stages, one after the other: seeds, concepts, instructions, responses, and what follows.

    Each stage has a folder in DIR; funnel.json says what each rule dropped, summary.json what it cost. Killed
    at any moment and started again, it asks for nothing that was answered, and ends with the same bytes.

    Example: reweave align run --config align.toml -o DIR && reweave align funnel DIR
    """
    from reweave.align.config import read_config
    from reweave.align.run import run_chain
    from reweave.models.live import LiveLine

    flags = of.endpoint_flags(model, base_url, kind, concurrency)
    flags |= {"preset": preset, "seed": seed, "limit": limit, "input": input_}
    settings = read_config(config, set_ or [], flags)

    with LiveLine() as line:
        made = run_chain(settings, out, on_progress=line, on_stage=of.tell_stage)
    of.tell_chain(made, f"the run is in {out}")
