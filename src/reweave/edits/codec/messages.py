r"""Edit sequences as chat messages: one assistant turn an edit, and back.

Goes beyond the paper (arXiv 2410.02749). Many chat templates refuse two turns of one role in a row, so
a fixed user turn asks for each next edit; and a model must learn to stop, so a last assistant turn says
that it is done, where the published layout has an empty edit (some servers refuse empty turns).
Some templates trim the turns they render: that costs whole states their last newline, and any form
trailing blanks at the end of an edit. What a template does to a turn is not undone here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reweave.errors import DecodeError

NEXT = "Next edit."
DONE = "Done."


def messages(instruction: str, edits: Iterable[str]) -> list[dict[str, str]]:
    r"""A conversation, user and assistant by turns.

    >>> [(turn["role"], turn["content"]) for turn in messages("Write a.", ["@1\na"])]
    [('user', 'Write a.'), ('assistant', '@1\na'), ('user', 'Next edit.'), ('assistant', 'Done.')]
    """
    turns = []
    ask = instruction
    for edit in [*edits, DONE]:
        turns += [{"role": "user", "content": ask}, {"role": "assistant", "content": edit}]
        ask = NEXT
    return turns


def edits_of(conversation: Iterable[Mapping[str, Any]]) -> list[str]:
    r"""The edits of a conversation: what the assistant said, less a last turn that says it is done.

    Other roles' turns are passed over, whatever they say.

    Raises:
        DecodeError: An assistant turn's content is not text.

    >>> edits_of(messages("Write a.", ["@1\na"]))
    ['@1\na']
    """
    edits: list[str] = []
    for turn in conversation:
        if turn.get("role") != "assistant":
            continue
        content = turn.get("content")
        if not isinstance(content, str):
            raise DecodeError(len(edits), "an assistant turn has no text")
        edits.append(content)
    if edits and edits[-1] == DONE:
        edits.pop()
    return edits
