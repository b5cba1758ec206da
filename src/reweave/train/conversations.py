"""Conversations as training data: edit sequences, one turn an edit, or a question and its answer.

``reweave edits --format messages`` ends every conversation with a turn that says it is done. Without it, a
conversation holds edits where its turns read as such, strictly, in a form that plain text does not read as.
Anything else is an answer in words and code, and is learnt as it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reweave.edits import codec
from reweave.errors import DecodeError, InputError

_TELLING = tuple(form for form in codec.FORMS if form != "states")  # any text reads as a state


def holds_edits(turns: Sequence[Any], marker: str) -> bool:
    """Say whether a conversation is an edit sequence.

    Args:
        turns: The column ``messages``.
        marker: What stands before each edit of a completion.
    """
    said = [turn.get("content") for turn in turns if _is_assistants(turn)]
    texts = [text for text in said if isinstance(text, str)]
    if not texts or len(texts) != len(said):
        return False
    if texts[-1] == codec.DONE or any(marker in text for text in texts):
        return True
    return any(texts) and any(_reads(texts, form) for form in _TELLING)


def edits_of(turns: Sequence[Any], marker: str) -> str:
    """Give the completion of a conversation of edits.

    Raises:
        InputError: A turn is no message.
        DecodeError: A turn of the assistant's has no text.
    """
    if not all(isinstance(turn, Mapping) for turn in turns):
        raise InputError("its messages hold something that is no message")
    edits = codec.edits_of(turns)
    if len(edits) == 1 and f"\n{marker}" in edits[0]:
        return edits[0]  # a completion, in one turn
    return codec.completion(edits, marker=marker)


def answer_of(turns: Sequence[Any]) -> str:
    """Give the assistant's text of a conversation that is a question and its answer.

    Raises:
        InputError: It has other turns than one of the user's and one of the assistant's, or no text.
    """
    roles = [turn.get("role") if isinstance(turn, Mapping) else None for turn in turns]
    if roles != ["user", "assistant"]:
        shown = ", ".join(map(str, roles[:6])) or "none"
        raise InputError(f"its turns are {shown}: one of the user's and one of the assistant's can be learnt")
    text = turns[1].get("content")
    if not isinstance(text, str) or not text:
        raise InputError("the assistant's turn has no text")
    return text


def _is_assistants(turn: Any) -> bool:
    return isinstance(turn, Mapping) and turn.get("role") == "assistant"


def _reads(texts: Sequence[str], form: str) -> bool:
    try:
        codec.decode(texts, form)
    except (DecodeError, ValueError):
        return False
    return True
