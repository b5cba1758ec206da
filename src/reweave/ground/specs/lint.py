"""Literal leaks: values of the outputs, or expressions of the program, that stand in a specification.

A specification tells what should come out, not what came out, nor how. Found are numbers, texts and instants
of the outputs, however the number is written (rounded, with separators, as a percentage), and expressions of
the program with a call or an operator, whatever their spaces and quotes, with or without the variable they
begin with. What stands in the inputs or in the intent is no leak, nor what is met everywhere by chance
(``orders.distinctive``), nor names of columns. A paraphrase is not found: this is a lint of literals.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Literal

from reweave.ground.specs.clauses import views
from reweave.ground.specs.expressions import expressions, squeezed
from reweave.ground.specs.naming import named
from reweave.ground.specs.orders import distinctive
from reweave.ground.specs.relations import Inputs
from reweave.ground.specs.views import Tagged

VALUES = 5000
"""Output values that are looked for, of each sort."""
TEXT = 100_000
"""Characters of a specification that are read."""
_LEAST = 3  # characters of a text
_MOST = 200
_WHOLE = 4  # digits of a whole number that may be a rounded one
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?(?!\w|\.\d)")
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
    known = _Known(given, intent[:TEXT])
    sides = [*_names(seen), *_names(given)]
    found = [*_expressions(code, spec, intent), *_instants(seen, spec, known)]
    taken = [range(leak.start, leak.start + len(leak.literal)) for leak in found]
    for leak in [*_numbers(seen, spec, known), *_texts(seen, spec, known, sides)]:
        if not any(leak.start in span for span in taken):
            found.append(leak)
            taken.append(range(leak.start, leak.start + len(leak.literal)))
    return sorted(found, key=lambda leak: (leak.start, leak.sort))


def _keys(views_: Inputs, most: int | None = VALUES) -> Iterator[Any]:
    """Give every key of some views, what containers hold of plain values included."""
    for seen in views_.values():
        if seen.scalar is not None:
            yield from _inside(seen.scalar)
        for column in (*seen.columns, *(() if seen.plain else seen.index)):
            for key in islice(dict.fromkeys(column.keys or ()), most):
                yield from _inside(key)


def _inside(key: Any) -> Iterator[Any]:
    if isinstance(key, Tagged) and isinstance(key.value, tuple):
        key = key.value
    if type(key) is tuple:
        for each in key:
            yield from _inside(each)
    else:
        yield key


def _names(views_: Inputs) -> Iterator[str]:
    for name, seen in views_.items():
        yield name
        for column in (*seen.columns, *seen.index):
            yield named(column.label)


class _Known:
    """What the inputs and the intent hold: none of it is a leak."""

    def __init__(self, given: Inputs, intent: str) -> None:
        keys = list(_keys(given, None))
        self.texts = {key.casefold() for key in keys if type(key) is str}
        self.instants = {key.value for key in keys if isinstance(key, Tagged) and key.tag == "datetime"}
        self.numbers = {float(key) for key in keys if _is_number(key)}
        self.numbers |= {
            float(number) for number, _ in map(_read, _NUMBER.findall(intent)) if number is not None
        }
        self.sizes = set(_sizes(given))
        self.numbers |= self.sizes
        self.intent = intent.casefold()


def _sizes(views_: Inputs) -> Iterator[float]:
    """Give the lengths that a specification may tell: rows, columns, elements, characters and lines."""
    for seen in views_.values():
        yield from map(float, filter(None, (seen.rows, seen.width)))
        yield from (float(column.size) for column in seen.columns)
        held = seen.scalar.value if isinstance(seen.scalar, Tagged) else seen.scalar
        if isinstance(held, (str, bytes)):
            yield float(len(held))
            yield float(held.count("\n" if isinstance(held, str) else b"\n") + 1)


def _is_number(key: Any) -> bool:
    return type(key) is float or (type(key) is int and abs(key) < 1 << 200)


def _numbers(seen: Inputs, spec: str, known: _Known) -> Iterator[Leak]:
    """Find numbers of the outputs, as exactly as they are written."""
    values = sorted({float(key) for key in _keys(seen) if _is_number(key) and distinctive(key)})
    if not values:
        return
    sizes = {*_sizes(seen), *known.sizes}
    elsewhere = [range(*match.span()) for find in (_SHAPE, _INSTANT) for match in find.finditer(spec)]
    for match in _NUMBER.finditer(spec):
        text = match.group()
        number, unit = _read(text)
        if number is None or not _telling(text, number) or float(number) in known.numbers:
            continue
        counted = float(number) in sizes and _COUNTED.match(spec, match.end())
        if counted or any(match.start() in span for span in elsewhere):
            continue
        scales = (1.0, 100.0) if text.endswith("%") else (1.0,)
        half = (
            float(unit) / 2 * (1 + 1e-9)
            if _precise(text, number, len(values))
            else 1e-12 * abs(float(number))
        )
        if any(_near(values, float(number) / scale, half / scale) for scale in scales):
            yield Leak("number", text, match.start())


def _read(text: str) -> tuple[Decimal | None, Decimal]:
    """Give a written number and the unit of its last digit."""
    try:
        number = Decimal(text.rstrip("%").replace(",", ""))
        if not -300 < number.adjusted() < 300:
            return None, Decimal(0)
        return number, Decimal(1).scaleb(int(number.as_tuple().exponent))
    except (InvalidOperation, ValueError, OverflowError):
        return None, Decimal(0)


def _digits(text: str) -> int:
    """Count the significant digits of a written number."""
    return len(re.sub(r"\D", "", text.lower().partition("e")[0]).strip("0"))


def _telling(text: str, number: Decimal) -> bool:
    """Say whether a written number is unlikely by chance: two digits, or a whole number of ten and more."""
    return _digits(text) > 1 or (number == number.to_integral_value() and abs(number) >= 10)


def _precise(text: str, number: Decimal, values: int) -> bool:
    """Say whether a number may be a rounded value: the more values there are, the more digits it needs."""
    least = 2 + len(str(values - 1)) * (values > 1)
    return _digits(text) >= max(
        least, _WHOLE if number == number.to_integral_value() and "." not in text else 0
    )


def _near(values: list[float], number: float, half: float) -> bool:
    """Say whether one of some sorted values lies so near a number."""
    at = bisect_left(values, number - half)
    return at < len(values) and values[at] <= number + half


def _instants(seen: Inputs, spec: str, known: _Known) -> Iterator[Leak]:
    """Find instants and days of the outputs."""
    keys = islice(_keys(seen), VALUES)
    values = {key.value for key in keys if isinstance(key, Tagged) and key.tag == "datetime"} - known.instants
    days = {value[:10] for value in known.instants}
    for match in _INSTANT.finditer(spec):
        written = match.group().replace(" ", "T")
        day = len(written) == 10
        hit = any(value.startswith(written) for value in values)
        if hit and not (day and written in days) and match.group().casefold() not in known.intent:
            yield Leak("instant", match.group(), match.start())


def _texts(seen: Inputs, spec: str, known: _Known, names: Iterable[str]) -> Iterator[Leak]:
    """Find texts of the outputs as whole words; words of every specification in quotation marks alone."""
    names = {name.casefold() for name in names}
    folded = spec.casefold()
    if len(folded) != len(spec):  # places would shift
        folded = spec.lower() if len(spec.lower()) == len(spec) else spec
    for text in islice(dict.fromkeys(key for key in _keys(seen) if type(key) is str), VALUES):
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
