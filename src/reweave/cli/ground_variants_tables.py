"""The tables at the end of ``reweave ground variants``."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from reweave.cli.ground_tables import funnel, plain_table
from reweave.ground.counts import Counts

FORMS = ("none", "type", "summary", "example")


def variants_tables(manifest: Mapping[str, Any]) -> Group:
    """Where the rows went, and what each form's file holds."""
    parts: list[RenderableType] = [funnel(Counts.from_json(manifest["rows"]), "Grounded rows")]
    parts += [Text(), _forms(manifest["forms"])]
    replay = manifest["replay"]
    if replay is not None:
        share = replay["share_of_rows"]
        told = f"{replay['taken']:,} of {replay['usable']:,} rows of replay in each file"
        parts.append(Text(f"{told}: {share:.1%} of its rows" if share is not None else told))
    return Group(*parts)


def _forms(forms: Mapping[str, Mapping[str, Any]]) -> RenderableType:
    counted = any("prompt_tokens" in each for each in forms.values())
    unit = "tokens" if counted else "characters"
    table = plain_table(f"Files, in {unit}", "form", "rows", "prompts", "completions", "their digest")
    for form in sorted(forms, key=FORMS.index):
        each = forms[form]
        sizes = [each.get("prompt_tokens"), each.get("completion_tokens")]
        if not counted:
            sizes = [each["prompt_characters"], each["completion_characters"]]
        shown = [f"{size:,}" for size in sizes]
        table.add_row(form, f"{each['rows']:,}", *shown, each["completions_sha256"][:8])
    return table
