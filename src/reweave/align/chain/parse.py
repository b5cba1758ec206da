"""Answers in tagged blocks: from what a model said to the texts of its blocks, or to the reason why not.

A prompt ends with an opened block; the answer goes on inside it, may open and close further ones, and is cut
where the last one ends. A server takes the closing tag off (it is the stop text), a model may begin with the
opening tag again: both are read. Nothing is guessed: a block that is not there is missing.

The published pipeline of SelfCodeAlign has other tags; its recorded answers are read with ``PUBLISHED``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

REASONS = ("cut-off", "missing-block", "block-order", "empty-block")
"""Why an answer is malformed, in the order in which it is found out."""


class MalformedError(Exception):
    """An answer is not of the form that was asked for.

    Args:
        reason: One of `REASONS`, or a word of ``code``.
        detail: What was wrong, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Block:
    """A block of an answer.

    Args:
        text: What is in it, without the white space around it.
        attributes: What its opening tag says, such as ``category=class``.
    """

    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tags:
    """How blocks are marked.

    Args:
        left: What a tag begins with.
        right: What it ends with.
    """

    left: str
    right: str

    def opening(self, name: str, **attributes: str) -> str:
        """Give the tag that opens a block.

        >>> OURS.opening("brief", category="class")
        '[[brief category=class]]'
        """
        return (
            self.left
            + " ".join([name, *(f"{key}={value}" for key, value in attributes.items())])
            + self.right
        )

    def closing(self, name: str) -> str:
        """Give the tag that closes a block."""
        return f"{self.left}/{name}{self.right}"

    def block(self, name: str, text: str, **attributes: str) -> str:
        """Give a whole block, tags and all."""
        return f"{self.opening(name, **attributes)}\n{text.strip(chr(10))}\n{self.closing(name)}"

    def find(self, names: Sequence[str]) -> re.Pattern[str]:
        """Give what finds these tags: closing ones anywhere, opening ones on lines of their own.

        ``x[[solution]]`` is Python, ``x[[/solution]]`` is not.
        """
        left, right, name = re.escape(self.left), re.escape(self.right), "|".join(map(re.escape, names))
        opened = rf"^[ \t]*{left}({name})((?:[ \t]+\w+=[^\s\]>]*)*)[ \t]*{right}[ \t]*$"
        return re.compile(rf"{opened}|{left}/({name}){right}", re.MULTILINE)


OURS = Tags("[[", "]]")
PUBLISHED = Tags("<", ">")
PUBLISHED_BLOCKS = ("response", "tests")


def parse(
    text: str, blocks: Sequence[str], *, finish_reason: str = "stop", tags: Tags = OURS
) -> dict[str, Block]:
    """Read an answer.

    Args:
        text: The answer; it begins inside the first block, or with its opening tag.
        blocks: The names of the blocks there must be, in their order.
        finish_reason: Why the server ended the answer; ``length`` means that it is not whole.
        tags: How blocks are marked.

    Raises:
        MalformedError: It is not of that form.

    >>> parse("Use a set.\\n[[/solution]]\\n[[tests]]\\nassert True", ["solution", "tests"])["tests"].text
    'assert True'
    """
    found: dict[str, Block] = {}
    opened, attributes, start = blocks[0], "", 0
    is_open, first = True, True
    for tag in tags.find(blocks).finditer(text):
        name, closes = tag[1] or tag[3], tag[3] is not None
        if first and not closes and name == blocks[0] and not text[: tag.start()].strip("`\n\t "):
            attributes, start, first = tag[2], tag.end(), False
            continue
        first = False
        if closes and is_open and name == opened:
            found[name] = Block(text[start : tag.start()].strip(), _attributes(attributes))
            is_open = False
            if name == blocks[-1]:
                break
        elif not closes and not is_open and len(found) < len(blocks) and name == blocks[len(found)]:
            opened, attributes, start, is_open = name, tag[2], tag.end(), True
        else:
            raise MalformedError("block-order", f"{tag[0].strip()} {_place(found, opened, is_open)}")
    if is_open:
        if finish_reason == "length":
            raise MalformedError("cut-off", f"it was cut in the block {opened}")
        if opened == blocks[-1]:  # the server has taken the tag off
            found[opened] = Block(text[start:].strip(), _attributes(attributes))
    for name in blocks:
        if name not in found:
            told = "is not closed" if is_open and name == opened else "is not there"
            raise MalformedError("missing-block", f"the block {name} {told}")
    for name in blocks:
        if not found[name].text:
            raise MalformedError("empty-block", f"the block {name} holds nothing")
    return found


def _attributes(text: str) -> dict[str, str]:
    return {key: value for key, _, value in (item.partition("=") for item in text.split())}


def _place(found: Mapping[str, Block], opened: str, is_open: bool) -> str:
    if is_open:
        return f"comes before {opened} is closed"
    return f"comes after {', '.join(found)}"
