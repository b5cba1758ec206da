"""``reweave align concepts``: what one has to know to have written a seed."""

from reweave.cli import align_stage as of


def concepts(
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
    """Ask a model for the concepts behind each seed (columns id, code).

    Names of concepts are made one where they are the same; inventory.jsonl says how often each was named and
    used. Killed and started again, it asks for nothing that was answered.

    Example: reweave align concepts seeds.jsonl -o run/concepts --model NAME --base-url http://127.0.0.1:8000/v1
    """
    flags = of.endpoint_flags(model, base_url, kind, concurrency)
    flags |= {"preset": preset, "seed": seed, "limit": limit, "concepts.temperature": temperature}
    of.run_verb("concepts", rows, out, config, set_, flags)
