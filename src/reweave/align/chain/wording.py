"""What an instruction must not say: rules that are looked at before responses are paid for.

An instruction stands alone: whoever reads it has no code, no file and no figure beside it. A rule errs on
the side of dropping: another instruction costs less than ten responses to one that cannot be answered.
"""

import re
from collections.abc import Callable

RULES = ("too-short", "too-long", "placeholder", "refers-to-code", "refers-to-file")
_LEAST_WORDS = 4

_PLACEHOLDER = re.compile(
    r"\b(?:todo|fixme)\b|\byour (?:code|implementation|solution) (?:goes )?here\b", re.IGNORECASE
)
_CODE = re.compile(
    r"""\b(?:the|this|that)\ (?:\w+\ )?
        (?:code|function|class|method|program|script|snippet|implementation|definition)s?\ (?:that\ is\ )?
        (?:above|(?:given|shown|listed|provided)\ (?:above|here))\b
    | \b(?:above|aforementioned|above-mentioned)\ (?:(?!the\b)\w+\ )?
        (?:code|function|class|method|program|script|snippet|implementation|definition)\b
    | \b(?:the|this|your)\ (?:given|provided|existing|attached|original|following)\ (?:\w+\ )?
        (?:code|snippet|script|excerpt|implementation)\b
    | \bcode\ you\ (?:were|are)\ given\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHOWN = re.compile(r"```|^(?: {4}|\t)\S", re.MULTILINE)  # code that the instruction brings
_GIVEN_FILE = re.compile(
    r"""\b(?:the|this|an?)\ (?:given|provided|attached|existing|accompanying|supplied|enclosed)\ (?:\w+\ )?
        (?:file|data\ ?set|database|spreadsheet|image|folder|directory)\b(?!\ (?:name|path|handle))""",
    re.IGNORECASE | re.VERBOSE,
)
_FILE = re.compile(
    r"""\b[\w/-]{1,80}\.  # bounded: a text of one endless word is not to take for ever
        (?:csv|tsv|txt|jsonl?|xml|ya?ml|xlsx?|log|dat|db|sqlite3?|ini|toml|html?|pdf|png|jpe?g|parquet|py)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_READS = re.compile(
    r"\b(?:reads?|loads?|opens?|pars\w+|imports?|process\w*|analy[sz]\w+|from|contain\w*|in|of|with|using)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"""\b(?:writ\w+|sav\w+|creat\w+|export\w*|generat\w+|stores?|dump\w*|outputs?
        |such\ as|for\ example|e\.g\.|like)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_VERB = re.compile(r"^\W*(?:please )?(?:write|create|generate) ", re.IGNORECASE)  # what is asked for itself
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])|\n\s*\n")


def broken_rule(instruction: str, most_words: int) -> tuple[str, str] | None:
    """Give the first rule that an instruction breaks, and what breaks it; None where it breaks none.

    >>> broken_rule("Write a function that sums the numbers in data.csv.", 200)
    ('refers-to-file', 'data.csv')
    >>> broken_rule("Write a function that reads a file whose path is given, such as notes.txt.", 200)
    """
    words = len(instruction.split())
    if words < _LEAST_WORDS:
        return "too-short", f"{words} words"
    if words > most_words:
        return "too-long", f"{words} words"
    for rule, find in _FINDERS:
        found = find(instruction)
        if found is not None:
            return rule, found
    return None


def placeholder(text: str) -> str | None:
    """Give the mark of something unfinished in a text: todo, fixme, your code here."""
    found = _PLACEHOLDER.search(text)
    return found and found[0]


def _code(text: str) -> str | None:
    found = _CODE.search(text)
    return found[0] if found and not _SHOWN.search(text) else None


def _file(text: str) -> str | None:
    given = _GIVEN_FILE.search(text)
    if given:
        return given[0]
    for sentence in _SENTENCE.split(text):
        for name in _FILE.finditer(sentence):
            before = _VERB.sub("", sentence[: name.start()])
            if _READS.search(before) and not _WRITES.search(before):
                return name[0]
    return None


_FINDERS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("placeholder", placeholder),
    ("refers-to-code", _code),
    ("refers-to-file", _file),
)
