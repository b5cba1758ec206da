"""Words of bounded length: names, lists, counts."""

import json
from collections.abc import Iterable, Sequence

NAME = 40
"""Characters of one name."""


def clip(text: str, most: int) -> str:
    """Cut a text at ``most`` characters, the last then being an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def quoted(text: str) -> str:
    """Write text in single quotation marks on one line, what does not print as escapes."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    inside = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in inside)
    return f"'{inside}'"


def listed(names: Iterable[str], most: int = 12, more: int = 0) -> str:
    """Write names one after the other: ``a, b and c``, or the first of them and how many more.

    Args:
        names: What is listed.
        most: How many at most.
        more: How many there are besides.
    """
    names = list(names)
    more += max(len(names) - most, 0)
    names = names[:most]
    if more:
        return ", ".join([*names, ""])[:-2] + f" and {more:,} more" if names else f"{more:,} of them"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: ``1 row``, ``20 rows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def article(noun: str) -> str:
    """Put the indefinite article before a noun."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def either(words: Sequence[str]) -> str:
    """Write alternatives: ``int, float or str``."""
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
