"""``reweave align instructions``: tasks from concepts."""

from reweave.cli import align_stage as of


def instructions(
    rows: of.Rows,
    out: of.Out,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    temperature: of.Temperature = None,
    concurrency: of.Concurrency = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Ask a model for tasks, each from a row's concepts (columns id, concepts), a category and a difficulty.

    Both are drawn before it is asked, and stay with the row. Instructions that mention code or files that are
    not there, or were there before, are rejected: responses to them would be paid for.

    Example: reweave align instructions run/concepts/rows.jsonl -o run/instructions --config align.toml
    """
    flags = of.endpoint_flags(model, base_url, kind, concurrency)
    flags |= {"preset": preset, "seed": seed, "limit": limit, "instructions.temperature": temperature}
    of.run_verb("instructions", rows, out, config, set_, flags)
