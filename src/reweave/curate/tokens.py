"""What of a text is compared: its words, or the shape of its code.

Two views. ``text``: words in lower case, without punctuation, as the published near-duplicate filter splits
them (letters, digits and ``_`` of any script; Chinese and Japanese characters are a word each, since nothing
stands between theirs). ``code``: the tokens of a program without comments and docstrings, layout left out and
every name that the program chooses written ``v``: a copy that was renamed, re-indented or commented anew has
the same tokens. Keywords, built-in names, attributes, numbers and strings stay, for they say what a program
does.

No parser: what does not parse has a view as well, and a line of another language does no harm. The exact form
of programs that do parse is ``normal``'s.
"""

import builtins
import keyword
import re
from collections.abc import Callable
from typing import Literal, get_args

View = Literal["text", "code"]
VIEWS: tuple[View, ...] = get_args(View)

_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana and Han: no spaces between words
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+")

_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_STRING = (  # one that is not closed ends with its line, or with the text
    r"[rbfuRBFU]{0,2}(?:'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z)"
    r"|'(?:[^\\\n']|\\.)*'?|\"(?:[^\\\n\"]|\\.)*\"?)"
)
_LEXEME = re.compile(
    rf"(?P<comment>\#[^\n]*)|(?P<string>{_STRING})|(?P<number>\d[\w.]*|\.\d[\w.]*)"
    r"|(?P<attribute>\.\s*[^\W\d]\w*)|(?P<name>[^\W\d]\w*)|(?P<line>\n)"
    r"|(?P<operator>[-+*/%@&|^=<>!:]=|\*\*=?|//=?|<<=?|>>=?|->|\.\.\.|[^\w\s])",
    re.DOTALL,
)

_QUOTES = re.compile(
    r"(?P<prefix>\w{0,2})(?P<quote>'{3}|\"{3}|'|\")(?P<inner>.*?)(?:(?P=quote)|\Z)\Z", re.DOTALL
)
_PLACE = re.compile(r"\{([^{}]*)\}")


def words(text: str) -> list[str]:
    """Give the words of a text, in lower case.

    >>> words("Sort the list_of words: O(n log n), 文字.")
    ['sort', 'the', 'list_of', 'words', 'o', 'n', 'log', 'n', '文', '字']
    """
    return _WORD.findall(text.lower())


def code_tokens(text: str) -> list[str]:
    """Give the tokens of a program that do not change when it is renamed, re-indented or commented anew.

    >>> code_tokens("def area(w, h):  # of a box\\n    return max(w, 0) * h.size")
    ['def', 'v', '(', 'v', ',', 'v', ')', ':', 'return', 'max', '(', 'v', ',', '0', ')', '*', 'v', '.size']
    """
    found: list[str] = []
    begins, depth = True, 0  # whether a statement may begin here: a string there is a docstring
    for lexeme in _LEXEME.finditer(text):
        kind, said = lexeme.lastgroup, lexeme[0]
        if kind == "comment":
            continue
        if kind == "line":
            begins = depth == 0
            continue
        if kind == "string" and begins and _ends_line(text, lexeme.end()):
            continue
        begins = False
        if kind == "name":
            found.append(said if said in _KEPT else "v")
        elif kind == "string":
            found.append(_string(said))
        elif kind == "attribute":
            found.append("." + said[1:].lstrip())
        else:
            if said in "([{":
                depth += 1
            elif said in ")]}":
                depth = max(depth - 1, 0)
            found.append(said)
    return found


def _string(literal: str) -> str:
    """Write a string with one kind of quotes, and the names in an f-string as names are written."""
    whole = _QUOTES.match(literal)
    if whole is None:
        return literal
    prefix, inner = whole["prefix"].lower(), whole["inner"]
    if "f" in prefix:
        inner = _PLACE.sub(lambda place: "{" + " ".join(code_tokens(place[1])) + "}", inner)
    return f"{prefix}'{inner}'"


def _ends_line(text: str, at: int) -> bool:
    end = text.find("\n", at)
    rest = text[at : len(text) if end < 0 else end].strip()
    return not rest or rest.startswith("#")


TOKENS: dict[View, Callable[[str], list[str]]] = {"text": words, "code": code_tokens}
"""Each view's way to its tokens."""
