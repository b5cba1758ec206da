"""Numbered lists in a model's answers: the texts of their items, in the order in which they count."""

import re

_NUMBER = re.compile(r"^[ \t]{0,3}(?:\*\*)?(\d{1,3})[.):](?:\*\*)?[ \t]+(?=\S)", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def items(text: str) -> list[str]:
    """Give the items of a list that counts from 1; what stands before and after it is left out.

    A number that does not go on with the count is text of the item before: ``2. Take the top`` may be
    followed by a line that begins with ``10.``. An item ends with its paragraph.

    >>> items("Here they are:\\n1. Sum the prices.\\n2) Plot them\\n   by region.\\n\\nI hope this helps.")
    ['Sum the prices.', 'Plot them by region.']
    """
    starts: list[tuple[int, int]] = []  # of the number, of the text behind it
    for found in _NUMBER.finditer(text):
        if int(found[1]) == len(starts) + 1:
            starts.append((found.start(), found.end()))
    ends = [*(start for start, _ in starts), len(text)][1:]
    return [
        " ".join(_PARAGRAPH.split(text[begin:end])[0].split())
        for (_, begin), end in zip(starts, ends, strict=True)
    ]
