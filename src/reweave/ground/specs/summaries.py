"""The I/O Summary: words that name the columns and shapes of inputs and outputs, and leave values out.

It is written from the clauses of level ``summary``, so that a contract at that level checks what it says.
GIFT4Code's summaries are written by a model; these are made by rule, the same for the same values.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from reweave.ground.specs import facts, telling
from reweave.ground.specs import naming as names
from reweave.ground.specs.clauses import LEVELS, MOST, Clause, found
from reweave.ground.specs.naming import Naming, named
from reweave.ground.specs.types import said
from reweave.ground.specs.views import view
from reweave.ground.specs.words import NAME, clip, listed

LENGTH = 4000
"""Characters of a summary."""
_INPUT_COLUMNS = 12
_ORIGINS = {"equal": "as in {of}", "reordered": "of {of}, in another order", "among": "of {of}"}
_SENTENCES = ("drawn", "groups", "picked", "index", "sorted", "unique", "scalar", "sign", "absent")


def summary(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    """Describe inputs and outputs in words, values left out. Never raises; at most ``LENGTH`` characters."""
    clauses = [clause for clause in found(inputs, outputs) if LEVELS.index(clause.level) < 2]
    return written(inputs, telling.grouped(clauses), {})


def written(
    inputs: Mapping[str, Any], by_output: Mapping[str, Sequence[Clause]], naming: Mapping[str, Naming]
) -> str:
    """Write a summary of clauses.

    Args:
        inputs: The inputs.
        by_output: The clauses of each output.
        naming: What the columns of outputs are called, where it is not their names.
    """
    was = {name: f"{name} before" for name in by_output if name in inputs}
    salient = [label for clauses in by_output.values() for label in _salient(clauses)]
    lines = [_input(str(name), value, salient) for name, value in islice(inputs.items(), MOST)]
    if len(inputs) > MOST:
        lines.append(f"There are {len(inputs) - MOST:,} more inputs.")
    for name, clauses in by_output.items():
        lines.append(_output(name, clauses, naming.get(name) or names.plain(clauses), was))
    return clip("\n".join(lines), LENGTH)


def _salient(clauses: Sequence[Clause]) -> list[Any]:
    """Give the labels that an output shares with its inputs, or may."""
    labels = [*names.labels(clauses).columns, *names.labels(clauses).levels]
    for clause in clauses:
        if clause.claim in {"origin", "scalar", "groups"}:
            labels += clause.told.get("by", [clause.told.get("source")])
    return [label for label in labels if label is not None]


def _input(name: str, value: Any, salient: Sequence[Any]) -> str:
    """Write an input: its type, its shape, and its columns, those first that the outputs are about."""
    seen = view(value)
    told = {fact.__name__: _fact(fact, value, seen) for fact in (facts.type_, facts.columns, facts.size)}
    words = f"{clip(name, NAME)} is {said(told['type_'])}"
    size = told["size"] and telling.phrase(Clause("summary", name, "size", told["size"]), Naming())
    words += f", with {size}" if size else ""
    if not told["columns"]:
        return f"Input: {words}."
    columns = list(seen.columns)
    if seen.width > _INPUT_COLUMNS:
        columns.sort(key=lambda column: column.label not in salient)
    listing = [f"{named(column.label) or 'None'} ({column.family})" for column in columns[:_INPUT_COLUMNS]]
    return f"Input: {words}: {listed(listing, _INPUT_COLUMNS, seen.width - len(listing))}."


def _fact(fact: Any, value: Any, seen: Any) -> Any:
    try:
        return fact(value, seen)
    except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
        return None


def _output(name: str, clauses: Sequence[Clause], naming: Naming, was: Mapping[str, str]) -> str:
    """Write an output, sentence by sentence."""
    phrases: dict[str, list[str]] = {}
    for clause in clauses:
        words = telling.phrase(clause, naming, was)
        if words:
            phrases.setdefault(clause.claim, []).append(words)
    first = f"{clip(name, NAME)} is {' '.join(phrases.get('type', ['a value']))}"
    for claim, before in (("size", "with "), ("rows", ""), ("keys", "with "), ("name", "with ")):
        first += "".join(f", {before}{words}" for words in phrases.get(claim, []))
    sentences = [f"Output: {first}."]
    columns = _columns(clauses, naming, was)
    if columns:
        sentences.append(f"Its columns are, in this order: {columns}.")
    elif "origin" in phrases:
        sentences.append(f"It has {'; '.join(phrases['origin'])}.")
    for claim in _SENTENCES:
        if claim in phrases:
            verb = {"sorted": "is", "scalar": "is", "sign": "is"}.get(claim, "has")
            sentences.append(f"It {verb} {'; '.join(phrases[claim])}.")
    return " ".join(sentences)


def _columns(clauses: Sequence[Clause], naming: Naming, was: Mapping[str, str]) -> str:
    """List a frame's columns: what each holds, and whether it is the input's or new."""
    told = {clause.claim: clause.told for clause in clauses}
    if "columns" not in told:
        return ""
    origins = {
        clause.told["place"][1]: clause.told
        for clause in clauses
        if clause.claim == "origin" and clause.told["place"][0] == "column"
    }
    listing = []
    for at, (name, label) in enumerate(zip(naming.columns, told["columns"]["names"], strict=False)):
        if name is None:
            continue
        family = told.get("families", [])[at : at + 1]
        origin = _from(origins.get(at), label, was)
        listing.append(f"{name} ({', '.join([*family, origin])})")
    listing += [f"{name} ({family})" for name, family in naming.added]
    if naming.hidden:
        listing.append(f"{naming.hidden} named by values")
    return listed(listing, len(listing), naming.more) if listing else ""


def _from(origin: Mapping[str, Any] | None, label: Any, was: Mapping[str, str]) -> str:
    if origin is None:
        return "computed"
    of = was.get(origin["input"], origin["input"])
    words = _ORIGINS[origin["how"]].format(of=of)
    return words if origin["source"] == label else f"{named(origin['source']) or 'the values'} {words}"
