"""The code in a model's answer: Markdown fences and thinking taken off, and said so.

Text without a fence or a leading ``<think>`` is left as it is, byte for byte, and so is text that parses as
Python although it has a fence somewhere (in a docstring, say). What is done is returned in a word or two and
goes into the row's column ``extracted``. Nothing is judged here: whether the code parses is the sampler's
question.

The rules, in order:

1. Thinking (``<think>`` or ``<thinking>``) at the start goes, with the blank lines after it; one that never
   ends takes everything with it. Where only ``</think>`` is seen, the chat template has opened it.
2. Blocks fenced as ``python``, ``py``, ``python3`` … are the code; several are joined with a newline, as
   published tools do.
3. Without these, the longest block without a language is. Blocks of other languages are not code.
4. A last fence may be unclosed. A first fence without a language below text that is Python closes a block
   which the prompt has opened.

Fences are CommonMark's: three or more backticks or tildes, closed by at least as many with less than four
columns of extra indentation. A fence inside a triple-quoted string is part of the program.
"""

import ast
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from reweave.parsing import parse_quietly

ExtractMode = Literal["auto", "never"]

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_OPEN = re.compile(r"^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*?)\s*$", re.DOTALL)
_THINK = re.compile(r"\s*<(think|thinking)>.*?(?:</\1>|\Z)", re.DOTALL)
_THINK_END = re.compile(
    r"\A.*?</think(?:ing)?>(?=[ \t]*(?:\r?\n|\Z))", re.DOTALL
)  # in a string, more would follow
_PYTHON = re.compile(r"^\{?\.?(?:python|py|ipython)[0-9.]*(?![\w+#-])", re.IGNORECASE)
_BLANK = re.compile(r"\A(?:[ \t]*\r?\n)+|\A[ \t]+")
_FARTHEST = 2_000  # lines looked at beyond the first fence that may close a block: long answers stay linear


class Extraction(NamedTuple):
    """Code taken out of a text.

    Attributes:
        code: The code.
        changed: Whether that is less than the text.
        what: What was done, such as ``fence:python``, ``fence:python x2`` or ``think+fence``; or nothing.
    """

    code: str
    changed: bool
    what: str


class _Block(NamedTuple):
    info: str
    code: str


def extract_code(text: str, mode: ExtractMode = "auto") -> Extraction:
    """Take the code out of a model's answer, by the rules above.

    Args:
        text: The answer, or a plain program.
        mode: ``never`` leaves every text as it is.
    """
    if mode == "never":
        return Extraction(text, False, "")
    if "```" not in text and "~~~" not in text and "</think" not in text and not _opens_with_think(text):
        return Extraction(text, False, "")
    fenced = _FENCE.search(text) is not None
    if not fenced and "</think" not in text and not _opens_with_think(text):
        return Extraction(text, False, "")
    if _parses(text):
        return Extraction(text, False, "")
    code, done = _without_thinking(text)
    what = ["think"] if done else []
    if done and _parses(code) and code.strip():
        return Extraction(code, True, "think")
    blocks = list(_blocks(code)) if fenced else []
    chosen, word = _choose(blocks)
    if word:
        code = chosen
        what.append(word)
    return Extraction(code, code != text, "+".join(what) if code != text else "")


def _parses(text: str) -> bool:
    try:
        parse_quietly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _opens_with_think(text: str) -> bool:
    return text[:64].lstrip().startswith(("<think>", "<thinking>"))


def _without_thinking(text: str) -> tuple[str, bool]:
    match = _THINK.match(text) if _opens_with_think(text) else _THINK_END.match(text)
    return (_BLANK.sub("", text[match.end() :]), True) if match else (text, False)


def _choose(blocks: list[_Block]) -> tuple[str, str]:
    """Pick the blocks that are the code, and say so in a word; no word when none is."""
    python = [block for block in blocks if _PYTHON.match(block.info) and block.code.strip()]
    if python:
        count = f" x{len(python)}" if len(python) > 1 else ""
        ending = "\r\n" if python[0].code.endswith("\r\n") else "\n"
        return ending.join(block.code for block in python), f"fence:python{count}"
    plain = [block for block in blocks if not block.info and block.code.strip()]
    if plain:
        count = f", longest of {len(plain)}" if len(plain) > 1 else ""
        return max(plain, key=lambda block: len(block.code)).code, f"fence{count}"
    return "", ""


def _blocks(text: str) -> Iterator[_Block]:
    """Find the fenced blocks, in order."""
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    quotes = _Quotes()
    at = start = 0  # start: where the text since the last block begins
    while at < len(lines):
        opened = None if quotes.open else _OPEN.match(lines[at])
        if opened is None:
            quotes.read(lines[at])
            at += 1
            continue
        indent, marks, info = opened.groups()
        if start == 0 and not info and _is_program(before := "".join(lines[:at])):
            yield _Block("python", before)  # the prompt opened this one
            end = at
        else:
            end = _closing(lines, at, indent, marks)
            yield _Block(info, _dedent(lines[at + 1 : end], indent))
        at = start = end + 1
        quotes = _Quotes()


def _closing(lines: list[str], opening: int, indent: str, marks: str) -> int:
    """Find the line that closes a block: the first that may, and is not inside a triple-quoted string."""
    close = re.compile(rf"[ \t]*{re.escape(marks[0])}{{{len(marks)},}}\s*$")
    width = len(indent.expandtabs(4))
    first = None
    quotes = _Quotes()
    for at in range(opening + 1, len(lines)):
        if close.match(lines[at]):
            own = lines[at].expandtabs(4)
            if len(own) - len(own.lstrip(" ")) < width + 4:
                if not quotes.open:
                    return at
                first = at if first is None else first
        if first is not None and at - first > _FARTHEST:
            break
        quotes.read(lines[at])
    return len(lines) if first is None else first  # quotes that never balance prove nothing


class _Quotes:
    """Counts triple quotes, line by line: an odd number leaves a string open."""

    def __init__(self) -> None:
        self._double = self._single = 0

    def read(self, line: str) -> None:
        self._double += line.count('"""')
        self._single += line.count("'''")

    @property
    def open(self) -> bool:
        return self._double % 2 == 1 or self._single % 2 == 1


def _is_program(text: str) -> bool:
    """Tell code from a word or two of prose, which may parse as an expression."""
    try:
        tree = parse_quietly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(node, ast.Expr) for node in tree.body)


def _dedent(lines: list[str], indent: str) -> str:
    """Take a list item's indentation off a block, if all its lines have it."""
    if indent and all(line.startswith(indent) or not line.strip() for line in lines):
        return "".join(line.removeprefix(indent) for line in lines)
    return "".join(lines)
