"""Where a specification comes from in use: the same text at several levels of leakage.

``oracle`` is the text as it is made from the true outputs. ``value-free`` holds no literal of the outputs:
names, kinds and relations alone. ``noisy`` is what someone would write who remembers wrongly: columns are
dropped, renamed and made up, and some sentences left out, drawn by a seed. ``none`` is no text. What a model
or a user writes is just text, and needs nothing from here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from reweave.edits.stream import Stream
from reweave.errors import InputError
from reweave.ground.specs import examples, summaries, telling
from reweave.ground.specs import naming as names
from reweave.ground.specs.clauses import LEVELS, Clause, found, views
from reweave.ground.specs.naming import Naming, named
from reweave.ground.specs.relations import Inputs
from reweave.ground.specs.words import NAME, clip

Form = Literal["none", "type", "summary", "example"]
Leakage = Literal["oracle", "value-free", "noisy", "none"]
FORMS: tuple[Form, ...] = get_args(Form)
LEAKAGES: tuple[Leakage, ...] = get_args(Leakage)

_DROP, _RENAME, _ADD, _SILENT = 20, 20, 50, 25  # in a hundred
_INVENTED = ("id", "group", "rank", "total", "flag", "note", "score", "level")
_AFFIXES = ("new_{}", "{}_value", "{}_2", "the_{}")
_KEPT = {"type", "columns", "families", "name"}


def spec_text(
    form: Form,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    *,
    leakage: Leakage = "oracle",
    seed: int = 1,
    record: str = "",
) -> str:
    """Write a specification of a form at a level of leakage; nothing where either is ``none``.

    Args:
        form: Which specification.
        inputs: The traced values before.
        outputs: The traced values afterwards.
        leakage: The level.
        seed: Of what ``noisy`` draws.
        record: The row's id: rows are drawn apart.

    Raises:
        InputError: No such form or level.
    """
    if form not in FORMS:
        raise InputError(f"no form of specification {form!r}; there are {', '.join(FORMS)}")
    if leakage not in LEAKAGES:
        raise InputError(f"no level of leakage {leakage!r}; there are {', '.join(LEAKAGES)}")
    if "none" in {form, leakage}:
        return ""
    told = [each for each in found(inputs, outputs) if each.level in LEVELS[:2]]
    by_output = telling.grouped(told)
    naming: dict[str, Naming] = {}
    if leakage == "value-free":
        looked = views(inputs)
        naming = {name: _hidden(clauses, looked) for name, clauses in by_output.items()}
    elif leakage == "noisy":
        looked, stream = views(inputs), _Draws(seed, record)
        naming = {name: _noisy(clauses, looked, stream) for name, clauses in by_output.items()}
        by_output = {name: _fewer(each, naming[name], stream) for name, each in by_output.items()}
    if form == "type":
        typed = [(name, each) for name, of in by_output.items() for each in of if each.claim == "type"]
        lines = [
            f"{clip(name, NAME)}: {telling.phrase(each, naming.get(name, Naming()))}" for name, each in typed
        ]
        return "\n".join(lines)
    if form == "summary":
        return summaries.written(inputs, by_output, naming)
    return examples.written(inputs, outputs, naming)


def _hidden(clauses: Sequence[Clause], inputs: Inputs) -> Naming:
    """Leave out values, and names that are values: what a pivot makes columns of."""
    naming = names.plain(clauses)
    own = names.labels(clauses)
    theirs = {json.dumps(column.label) for of in inputs.values() for column in (*of.columns, *of.index)}
    values = {key for of in inputs.values() for column in of.sources for key in column.distinct}
    columns = []
    for label, name in zip(own.columns, naming.columns, strict=False):
        value = json.dumps(label) not in theirs and label is not None and _is_value(label, values)
        columns.append(None if value else name)
    if own.columns == tuple(range(len(own.columns))):  # numbered, not named
        columns = list(naming.columns)
    hidden = columns.count(None)
    return replace(
        naming, columns=tuple(columns) if own.columns else naming.columns, hidden=hidden, holes=True
    )


def _is_value(label: Any, values: set[Any]) -> bool:
    """Say whether a label is no name: not text, or a text that stands in an input."""
    return not isinstance(label, str) or label in values


def _fewer(clauses: Sequence[Clause], naming: Naming, stream: "_Draws") -> list[Clause]:
    """Leave some claims out, and count the columns as they are named now."""
    width = sum(name is not None for name in naming.columns) + len(naming.added) + naming.more
    kept = [each for each in clauses if each.claim in _KEPT or not stream.hits(_SILENT)]
    framed = [each.claim == "type" and "columns" in each.told for each in kept]
    return [
        replace(each, told={**each.told, "columns": width}) if frame else each
        for each, frame in zip(kept, framed, strict=True)
    ]


class _Draws:
    """Draws one after the other."""

    def __init__(self, seed: int, record: str) -> None:
        self._stream, self._drawn = Stream(seed, f"spec\0{record}", 0), 0

    def below(self, bound: int) -> int:
        self._drawn += 1
        return self._stream.below(self._drawn - 1, bound)

    def hits(self, percent: int) -> bool:
        return self.below(100) < percent


def _noisy(clauses: Sequence[Clause], inputs: Inputs, stream: _Draws) -> Naming:
    """Drop columns, rename some, and make some up: other columns of the inputs first."""
    naming = names.plain(clauses)
    labelled = any(label is not None for label in names.labels(clauses).columns)
    if not labelled:
        return naming
    columns: list[str | None] = []
    for name in naming.columns:
        if stream.hits(_DROP) and len(naming.columns) > 1:
            columns.append(None)
        elif name is not None and stream.hits(_RENAME):
            columns.append(_AFFIXES[stream.below(len(_AFFIXES))].format(name))
        else:
            columns.append(name)
    added: list[tuple[str, str]] = []
    wide = any(clause.claim == "columns" for clause in clauses)
    if wide and stream.hits(_ADD):
        known = {*naming.columns, *columns}
        theirs = [
            (named(each.label), each.family)
            for of in inputs.values()
            for each in of.columns
            if each.label is not None
        ]
        made_up = [each for each in [*theirs, *((name, "int") for name in _INVENTED)] if each[0] not in known]
        if made_up:
            added.append(made_up[stream.below(len(made_up))])
    return replace(naming, columns=tuple(columns), added=tuple(added))
