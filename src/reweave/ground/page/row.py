"""A grounded row as the page shows it: plain data of bounded size.

``id``; ``intent``, ``context``, ``card`` (null where there is none) and ``code``, each its text and how many
characters are left out; ``inputs`` and ``outputs``, each the variables (``values``) and how many are left;
``specs``: (form, text, characters left out, whether the program is accepted, mutants rejected); ``judged``;
``claims``: (level, output, claim, words); ``mutants``: (kind, line, change, outcome); ``more_claims``,
``more_mutants``; ``facts``: (name, text) of all else that the row holds; ``evaluation_only``.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson

from reweave.errors import InputError, MissingExtraError, RowError
from reweave.ground.page.fields import cut, need
from reweave.ground.page.values import drawn
from reweave.ground.specs import LEVELS, Contract, telling
from reweave.ground.specs.words import clip

CODE, INTENT, SPEC, PRINTED = 20_000, 8_000, 20_000, 2_000
VARIABLES, CLAIMS, MUTANTS, FACTS = 16, 400, 400, 30
NAME, FACT, CHANGE = 300, 600, 240
"""Characters of an id, of a fact, of what a mutant changes."""
_OWN = frozenset(
    (
        "id",
        "context",
        "intent",
        "card",
        "code",
        "inputs",
        "outputs",
        "specs",
        "contract",
        "round_trip",
        "printed",
    )
)


def page_row(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Give a row as the page shows it.

    Args:
        row: As ``reweave ground trace`` writes it.
        number: Its place in the input, which names a row that has no id.

    Raises:
        RowError: It is no grounded row, or a part of it is damaged.
        MissingExtraError: It holds arrays or frames, and numpy or pandas is not installed.
    """
    trip = need(row, "round_trip", dict)
    card = row.get("card")
    claims, more_claims = _claims(need(row, "contract", dict))
    mutants = need(trip, "mutants", list, "round_trip.")
    return {
        "id": clip(_id(row, number), NAME),
        "intent": cut(need(row, "intent", str), INTENT),
        "context": cut(need(row, "context", str), CODE),
        "card": cut(card, CODE) if isinstance(card, str) and card else None,
        "code": cut(need(row, "code", str), CODE),
        "inputs": _variables(need(row, "inputs", dict)),
        "outputs": _variables(need(row, "outputs", dict)),
        "specs": _specs(need(row, "specs", dict), trip),
        "judged": need(trip, "judged", int, "round_trip."),
        "claims": claims,
        "more_claims": more_claims,
        "mutants": [_mutant(each) for each in mutants[:MUTANTS]],
        "more_mutants": max(len(mutants) - MUTANTS, 0),
        "facts": _facts(row),
        "evaluation_only": bool(row.get("evaluation_only")),
    }


def _id(row: Mapping[str, Any], number: int) -> str:
    found = row.get("id")
    return str(found) if type(found) in {str, int} else str(number)


def _variables(values: Mapping[str, Any]) -> list[Any]:
    shown = [drawn(name, need(values, name, dict)) for name in islice(values, VARIABLES)]
    return [shown, max(len(values) - VARIABLES, 0)]


def _specs(texts: Mapping[str, Any], trip: Mapping[str, Any]) -> list[list[Any]]:
    """Give the forms in the order in which each tells more than the one before it."""
    found = []
    for form in LEVELS:
        worth = need(trip, form, dict, "round_trip.")
        accepts = need(worth, "accepts", bool, f"round_trip.{form}.")
        rejected = need(worth, "rejected", int, f"round_trip.{form}.")
        found.append([form, *cut(need(texts, form, str, "specs."), SPEC), accepts, rejected])
    return found


def _claims(content: Mapping[str, Any]) -> tuple[list[list[str]], int]:
    """Give the claims in words, those of each level together."""
    try:
        made = Contract.from_json(content)
    except InputError as error:
        raise RowError("damaged-contract", str(error)) from error
    clauses = sorted(made.clauses[:CLAIMS], key=lambda each: LEVELS.index(each.level))
    of = telling.grouped(clauses)
    try:
        told = [
            [each.level, clip(each.output, NAME), each.claim, telling.claim(each, of[each.output])]
            for each in clauses
        ]
    except MissingExtraError:
        raise
    except Exception as error:
        raise RowError("damaged-contract", f"a claim cannot be read: {error!r}"[:FACT]) from error
    return told, max(len(made.clauses) - CLAIMS, 0)


def _mutant(each: Any) -> list[Any]:
    if type(each) is not dict:
        raise RowError("not-grounded", "round_trip.mutants holds what is no object")
    where = "round_trip.mutants: "
    return [
        clip(need(each, "kind", str, where), NAME),
        need(each, "line", int, where),
        clip(need(each, "what", str, where), CHANGE),
        clip(need(each, "outcome", str, where), NAME),
    ]


def _facts(row: Mapping[str, Any]) -> list[list[str]]:
    """Give what it prints, and every column that has no place of its own."""
    found = [["printed", clip(row["printed"], PRINTED)]] if isinstance(row.get("printed"), str) else []
    others = [name for name in row if name not in _OWN and row[name] not in (None, "", [], {})]
    found += [[clip(name, NAME), clip(_written(row[name]), FACT)] for name in others[:FACTS]]
    if len(others) > FACTS:
        found.append(["other columns", f"{len(others) - FACTS:,} more"])
    return [[name, text] for name, text in found if text]


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return orjson.dumps(value).decode()
