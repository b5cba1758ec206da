"""Literal leaks: values of the outputs, or expressions of the program, that stand in a specification.

A specification tells what should come out, not what came out, nor how. Found are numbers, texts and instants
of the outputs, however the number is written (``numerals``: rounded, with separators, as a percentage), and
expressions of the program with a call or an operator, whatever their spaces and quotes, with or without the
variable they begin with. What stands in the inputs or in the intent is no leak (``known``), nor what is met
everywhere by chance (``orders.distinctive``), nor names of columns. A paraphrase is not found: this is a lint
of literals.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from reweave.ground.specs.clauses import views
from reweave.ground.specs.expressions import expressions, squeezed
from reweave.ground.specs.keys import Tagged
from reweave.ground.specs.known import VALUES, Known, is_number, keys, names, sizes
from reweave.ground.specs.numerals import NUMBER, near, precise, read, telling
from reweave.ground.specs.orders import distinctive
from reweave.ground.specs.relations import Inputs

TEXT = 100_000
"""Characters of a specification that are read."""
_LEAST = 3  # characters of a text
_MOST = 200
_INSTANT = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?!\d)")
_COUNTED = re.compile(
    r",?\s*(?:more\s+)?(?:rows?|columns?|levels?|dimensions?|elements?|entry|entries|characters?|lines?|bytes?)\b"
)
_QUOTED = "['\"`\u201c\u2018]"
_SHAPE = re.compile(r"shape \([\d, ]*\)")
_OWN_WORDS = """
    and another array ascending bool bytes category characters columns computed date datetime
    descending dict each empty float from index input int interval level levels lines list longer
    many matplotlib missing mixed more named names negative none not object one order other output
    pandas period plain range repetition row rows same series set shape shorter sorted str string
    the their those timedelta tuple value values with
"""
_OWN = frozenset(_OWN_WORDS.split())
"""Words of every specification: an output that is such a word is no leak unless it stands in quotes."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One literal that should not stand there.

    Args:
        sort: ``number``, ``text``, ``instant`` or ``expression``.
        literal: As it stands in the specification.
        start: Where, in characters.
    """

    sort: Literal["number", "text", "instant", "expression"]
    literal: str
    start: int


def leaks(
    code: str,
    spec: str,
    outputs: Mapping[str, Any],
    *,
    inputs: Mapping[str, Any] | None = None,
    intent: str = "",
) -> list[Leak]:
    """Find what a specification gives away, in the order of its text.

    Args:
        code: The reference program, or an answer; what does not parse has no expressions.
        spec: The specification.
        outputs: The values that the program gave.
        inputs: The values that it was given: what is in them is known.
        intent: What was asked: what is in it is known.
    """
    spec = spec[:TEXT]
    seen, given = views(outputs), views(inputs or {})
    known = Known(given, intent[:TEXT])
    sides = [*names(seen), *names(given)]
    found = [*_expressions(code, spec, intent), *_instants(seen, spec, known)]
    taken = [range(leak.start, leak.start + len(leak.literal)) for leak in found]
    for leak in [*_numbers(seen, spec, known), *_texts(seen, spec, known, sides)]:
        if not any(leak.start in span for span in taken):
            found.append(leak)
            taken.append(range(leak.start, leak.start + len(leak.literal)))
    return sorted(found, key=lambda leak: (leak.start, leak.sort))


def _numbers(seen: Inputs, spec: str, known: Known) -> Iterator[Leak]:
    """Find numbers of the outputs, as exactly as they are written."""
    values = sorted({float(key) for key in keys(seen) if is_number(key) and distinctive(key)})
    if not values:
        return
    lengths = {*sizes(seen), *known.sizes}
    elsewhere = [range(*match.span()) for find in (_SHAPE, _INSTANT) for match in find.finditer(spec)]
    for match in NUMBER.finditer(spec):
        text = match.group()
        number, unit = read(text)
        if number is None or not telling(text, number) or float(number) in known.numbers:
            continue
        counted = float(number) in lengths and _COUNTED.match(spec, match.end())
        if counted or any(match.start() in span for span in elsewhere):
            continue
        scales = (1.0, 100.0) if text.endswith("%") else (1.0,)
        half = (
            float(unit) / 2 * (1 + 1e-9) if precise(text, number, len(values)) else 1e-12 * abs(float(number))
        )
        if any(near(values, float(number) / scale, half / scale) for scale in scales):
            yield Leak("number", text, match.start())


def _instants(seen: Inputs, spec: str, known: Known) -> Iterator[Leak]:
    """Find instants and days of the outputs."""
    every = islice(keys(seen), VALUES)
    values = {
        key.value for key in every if isinstance(key, Tagged) and key.tag == "datetime"
    } - known.instants
    days = {value[:10] for value in known.instants}
    for match in _INSTANT.finditer(spec):
        written = match.group().replace(" ", "T")
        day = len(written) == 10
        hit = any(value.startswith(written) for value in values)
        if hit and not (day and written in days) and match.group().casefold() not in known.intent:
            yield Leak("instant", match.group(), match.start())


def _texts(seen: Inputs, spec: str, known: Known, names: Iterable[str]) -> Iterator[Leak]:
    """Find texts of the outputs as whole words; words of every specification in quotation marks alone."""
    names = {name.casefold() for name in names}
    folded = spec.casefold()
    if len(folded) != len(spec):  # places would shift
        folded = spec.lower() if len(spec.lower()) == len(spec) else spec
    for text in islice(dict.fromkeys(key for key in keys(seen) if type(key) is str), VALUES):
        sought = text.strip().casefold()[:_MOST]
        if (
            len(sought) < _LEAST
            or sought in names
            or sought in known.intent
            or _stands_in(sought, known.texts)
        ):
            continue
        quoted = _QUOTED if sought in _OWN else r"(?<!\w)"
        for match in re.finditer(quoted + re.escape(sought) + r"(?!\w)", folded):
            start = match.end() - len(sought)
            yield Leak("text", spec[start : match.end()], start)


def _stands_in(sought: str, texts: set[str]) -> bool:
    return sought in texts or (len(texts) <= 1000 and any(sought in text for text in texts))


def _expressions(code: str, spec: str, intent: str) -> Iterator[Leak]:
    """Find whole expressions of the program, the longest first, none within another."""
    text, places = squeezed(spec)
    known, _ = squeezed(intent)
    taken: list[range] = []
    for sought in expressions(code):
        if sought in known:
            continue
        at = text.find(sought)
        if at >= 0 and not any(at in span for span in taken):
            taken.append(range(at, at + len(sought)))
            start, end = places[at], places[at + len(sought) - 1] + 1
            yield Leak("expression", spec[start:end], start)
