"""When two names of a concept are one: case, plurals and punctuation do not count.

Only what is simple is done: the last word loses its plural, unless it is code or only looks like a plural.
"""

import re
import unicodedata
from itertools import pairwise

LONGEST = 12  # words; what is longer is a sentence, and no concept
_BULLET = re.compile(r"^\s*(?:[-*+\u2022\u2013\u2014]+|\(?\d{1,2}[.)])\s+")
_EDGES = " \t\"'`*_.,;:!?\u201c\u201d\u2018\u2019"
_SINGULAR = ("ss", "us", "is", "as", "os", "ics")  # of class, status, analysis, alias, pathos, statistics
_ALIKE = {"series", "args", "kwargs", "https", "rows/columns", "news", "lens", "yields", "does", "has", "vs"}
_SENSE = {
    "indices": "index",
    "caches": "cache",
    "matrices": "matrix",
    "vertices": "vertex",
    "children": "child",
}


def split_concepts(text: str) -> list[str]:
    """Take the concepts out of an answer: one a line; of a single line, what commas outside brackets divide.

    >>> split_concepts("- handling of None, True and False\\n- slicing")
    ['handling of None, True and False', 'slicing']
    >>> split_concepts("slicing, calls such as max(a, b), loops")
    ['slicing', 'calls such as max(a, b)', 'loops']
    """
    lines = [line for line in text.splitlines() if line.strip()]
    parts = _by_commas(lines[0]) if len(lines) == 1 and not _BULLET.match(lines[0]) else lines
    return [part for part in (_BULLET.sub("", each).strip() for each in parts) if part]


def normalise(concept: str) -> str:
    """Give the one name of a concept; empty where it is none.

    >>> normalise("List Comprehensions."), normalise("`random.choices()`"), normalise("data classes")
    ('list comprehension', 'random.choices()', 'data class')
    """
    text = unicodedata.normalize("NFKC", concept).lower()
    words = text.strip(_EDGES).replace("`", "").replace("**", "").split()
    if not words or len(words) > LONGEST or not any(map(str.isalnum, "".join(words))):
        return ""
    return " ".join([*words[:-1], _singular(words[-1])])


def _singular(word: str) -> str:
    if word in _SENSE:
        return _SENSE[word]
    if len(word) < 4 or not word.isalpha() or word in _ALIKE or not word.endswith("s"):
        return word
    if word.endswith(_SINGULAR):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1]


def _by_commas(line: str) -> list[str]:
    depth, cuts = 0, [-1]
    for place, letter in enumerate(line):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth <= 0:
            cuts.append(place)
    return [line[before + 1 : after] for before, after in pairwise([*cuts, len(line)])]
