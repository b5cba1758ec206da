"""One grounded row as prompts, one a form, and a completion; or the reason why it is not to be trained on.

The completion is the row's code, byte for byte. Columns of the row come along, but for those that its prompt
holds and those that its trace made: these stay with the grounded row, which the id names. A column of the
source that is named like one of ours, or that training would take for an edit sequence, goes out as
``source_NAME``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reweave.edits.codec import MARKER
from reweave.errors import RowError
from reweave.ground.several import COLUMN, runs_of, spec_of
from reweave.ground.specs import LEVELS, Level, leaks
from reweave.ground.variants.config import VariantsConfig
from reweave.ground.variants.lengths import Lengths
from reweave.ground.variants.template import Template

REASONS = (
    "missing-column", "not-text", "evaluation-only", "no-code", "no-intent", "holds-marker", "not-accepted",
    "weak-spec", "no-value", "damaged-value", "cut-values", "no-spec", "leaks", "holds-eos", "too-long",
)  # fmt: skip
"""Why a row is not kept, in the order in which it is asked."""

_TRACED = frozenset((
    "context", "intent", "code", "inputs", "outputs", "apart", "removed", "printed", "calls", "specs",
    "contract", "contracts", "round_trip", "instructions", "tables", "card", "head", "summary_traced", COLUMN,
))  # fmt: skip
_OURS = frozenset((
    "id", "prompt", "completion", "form", "leakage", "replay", "prompts", "tokens", "path", "messages",
    "edits", "states",
))  # fmt: skip


def prepared(
    name: str, row: Mapping[str, Any], config: VariantsConfig, template: Template, lengths: Lengths | None
) -> dict[str, Any]:
    """Give a row with its prompts by form, its completion, the columns that come along, and its lengths.

    Args:
        name: Its id.
        row: A grounded row.
        config: The settings.
        template: Of the prompts.
        lengths: Counts tokens; None where nobody asks.

    Raises:
        RowError: One of ``REASONS``.
    """
    context, intent, code = (_text(row, column) for column in ("context", "intent", "code"))
    if row.get("evaluation_only") and not config.evaluation_only:
        raise RowError("evaluation-only", "its authors forbid training on it: --evaluation-only keeps it")
    if not code.strip():
        raise RowError("no-code", "column 'code' is empty")
    if not intent.strip():
        raise RowError("no-intent", "column 'intent' is empty: nothing says what to write")
    if MARKER in code:
        raise RowError("holds-marker", f"training would read {MARKER} in its code as the start of an edit")
    wanted: list[Level] = [form for form in LEVELS if form in config.forms]
    _accepted(row, wanted)
    _telling_enough(row, wanted, config.least_rejected)
    specs = _specs(name, row, wanted, config)
    if config.leaks == "drop":
        _refuse_leaks(row, specs)
    card = row["card"] if isinstance(row.get("card"), str) else ""
    prompts: dict[str, str] = {
        form: template.fill(context, intent, "" if form == "none" else specs[form], card)
        for form in config.forms
    }
    made = {"id": name, "prompts": prompts, "completion": code}
    if lengths is not None:
        counts, trained = lengths.of(prompts, code)
        made["tokens"] = {"prompts": counts, "completion": trained}
    return {**made, "more": _carried(row)}


def _text(row: Mapping[str, Any], column: str) -> str:
    if column not in row:
        raise RowError("missing-column", f"no column {column!r}; there are {', '.join(row) or 'none'}")
    text = row[column]
    if not isinstance(text, str):
        raise RowError("not-text", f"column {column!r} holds a {type(text).__name__}")
    return text


def _accepted(row: Mapping[str, Any], wanted: Sequence[Level]) -> None:
    """Refuse a row whose contract does not accept its own program, in a form that is wanted."""
    trip = row.get("round_trip")
    for form in wanted:
        told = trip.get(form) if isinstance(trip, Mapping) else None
        if not isinstance(told, Mapping):
            raise RowError("missing-column", f"no {form!r} in column 'round_trip': trace the row again")
        if told.get("accepts") is not True:
            raise RowError("not-accepted", f"{form}: its contract does not accept its own program")


def _telling_enough(row: Mapping[str, Any], wanted: Sequence[Level], least: float) -> None:
    """Refuse a row of which no form rejects enough wrong programs: what the last one does is the most."""
    if not least or not wanted:
        return
    trip = row["round_trip"]
    judged, rejected = trip.get("judged", 0), trip[wanted[-1]].get("rejected", 0)
    if not judged or rejected / judged < least:
        raise RowError("weak-spec", f"{wanted[-1]}: {rejected} of {judged} mutants rejected, under {least:g}")


def _specs(
    name: str, row: Mapping[str, Any], wanted: Sequence[Level], config: VariantsConfig
) -> dict[Level, str]:
    """Give the specifications of a row at the level of leakage that is asked for."""
    given = row.get("specs")
    own: dict[Level, str] = {}
    for form in wanted:
        text = given.get(form) if isinstance(given, Mapping) else None
        if not isinstance(text, str):
            raise RowError("missing-column", f"no {form!r} in column 'specs': trace the row again")
        own[form] = text
    if config.leakage == "oracle" or not wanted:
        return _told(own)
    runs, cut = runs_of(row)
    if cut and any(spec_of(form, runs) != text for form, text in own.items()):
        shown = ", ".join(cut[:3])
        raise RowError("cut-values", f"{shown}: stored in part, and the text would differ: raise row_bytes")
    how: Any = {"leakage": config.leakage, "seed": config.seed, "record": name}
    return _told({form: spec_of(form, runs, **how) for form in wanted})


def _told(specs: dict[Level, str]) -> dict[Level, str]:
    for form, text in specs.items():
        if not text.strip():
            raise RowError("no-spec", f"{form}: there is nothing to say of its outputs")
    return specs


def _refuse_leaks(row: Mapping[str, Any], specs: Mapping[Level, str]) -> None:
    """Refuse a row of which a specification gives the program away: an expression of it."""
    for form, text in specs.items():
        for leak in leaks(row["code"], text, {}, intent=row["intent"]):
            raise RowError("leaks", f"{form}: {leak.sort} {leak.literal[:80]!r}")


def _carried(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {column: value for column, value in row.items() if column not in _TRACED and column != "id"}
    return {f"source_{column}" if column in _OURS else column: value for column, value in kept.items()}
