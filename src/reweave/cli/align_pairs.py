"""``reweave align pairs``: responses in the form that is trained on."""

from typing import Annotated

from reweave.cli import align_stage as of


def pairs(
    rows: of.Rows,
    out: of.Out,
    form: Annotated[
        str | None, of.Flag(help="prompt-completion, or messages.", show_default="prompt-completion")
    ] = None,
    tests: Annotated[
        float | None,
        of.Flag(help="Share of instructions whose responses bring their tests.", show_default="0"),
    ] = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Sanitise responses and write them as prompt and completion, or as messages; every other column stays.

    Nothing is selected here, and no model is asked.

    Example: reweave align pairs run/validated/rows.jsonl -o run/pairs --preset paper
    """
    flags = {"preset": preset, "seed": seed, "limit": limit, "pairs.form": form, "pairs.tests": tests}
    of.run_verb("pairs", rows, out, config, set_, flags)
