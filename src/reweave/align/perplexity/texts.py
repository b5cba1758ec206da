r"""From rows to what a model is asked and what it is to have written: the texts that training has.

==================================== =============================== ====================================
a row holds                          what is asked                   the completion
==================================== =============================== ====================================
``completion``                       ``prompt``, or ``instruction``  ``completion``
``messages``, one of each            the user's                      a newline, and the assistant's
``response``, or a column of code    ``prompt``, or ``instruction``  a newline, and the column's text
==================================== =============================== ====================================

What is asked goes into the model's template. The newline is the one that ``reweave train`` puts before
whatever is no completion yet (:mod:`reweave.model_folder`). The end-of-sequence token, which training adds,
is not counted: a server's text cannot hold it, and it has no bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reweave.errors import RowError
from reweave.storage.definitions import CODE_FIELDS

_COLUMNS = ("response", *(name for name in CODE_FIELDS if name != "response"))
_SHOWN = 500  # bytes of a line that cannot be read


@dataclass(frozen=True, slots=True)
class Text:
    """One row's texts.

    Attributes:
        asked: Without the template.
        completion: What counts; its bytes are those of its UTF-8.
    """

    asked: str
    completion: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a source.

    Attributes:
        number: From 0.
        id: The row's, else its number.
        row: Its columns, as far as they can be read.
        text: What is in it; None where ``error`` says why not.
        error: Why it cannot be used.
    """

    number: int
    id: str
    row: Mapping[str, Any]
    text: Text | None = None
    error: RowError | None = None


def read_entry(number: int, raw: bytes | RowError) -> Entry:
    """Read one row, or say why it cannot be used.

    >>> read_entry(3, b'{"instruction": "Add.", "response": "a + b"}').text
    Text(asked='Add.', completion='\\na + b')
    """
    if isinstance(raw, RowError):
        return Entry(number, str(number), {}, error=raw)
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = {"raw": raw[:_SHOWN].decode(errors="replace")}
        return Entry(number, str(number), shown, error=RowError("invalid-json", str(error)))
    if not isinstance(row, dict):
        problem = RowError("not-an-object", f"the row is a {type(row).__name__}")
        return Entry(number, str(number), {"raw": row}, error=problem)
    name = str(row["id"]) if type(row.get("id")) in {str, int} else str(number)
    try:
        # Parquet has every column in every row.
        return Entry(
            number, name, row, _text({key: value for key, value in row.items() if value is not None})
        )
    except RowError as error:
        return Entry(number, name, row, error=error)


def _text(row: Mapping[str, Any]) -> Text:
    if "completion" not in row and "messages" in row:
        asked, said = _turns(row["messages"])
    else:
        asked = _string(row, "prompt" if "prompt" in row else "instruction")
        if "completion" in row:
            said = _string(row, "completion")
        else:
            column = next((name for name in _COLUMNS if name in row), None)
            if column is None:
                there = ", ".join(row)
                names = ", ".join(("completion", "messages", *_COLUMNS))
                raise RowError("missing-column", f"none of {names}; there are {there}")
            said = f"\n{_string(row, column)}"
    if not asked.strip():
        raise RowError("no-prompt", "what is asked is empty")
    if not said.strip():
        raise RowError("no-completion", "the completion is empty")
    return Text(asked, said)


def _turns(messages: Any) -> tuple[str, str]:
    """Give the user's message and the assistant's, which training here takes one of each."""
    try:
        roles = [message["role"] for message in messages]
        contents = [message["content"] for message in messages]
    except (TypeError, KeyError) as error:
        raise RowError("not-messages", f"a message is an object with role and content: {error!r}") from error
    if roles != ["user", "assistant"]:
        raise RowError("other-turns", f"the turns are {', '.join(map(str, roles))}, not user, assistant")
    if not all(isinstance(content, str) for content in contents):
        raise RowError("not-text", "a message's content is no text")
    return contents[0], f"\n{contents[1]}"


def _string(row: Mapping[str, Any], column: str) -> str:
    if column not in row:
        raise RowError("missing-column", f"no column {column}; there are {', '.join(row) or 'none'}")
    if not isinstance(row[column], str):
        raise RowError("not-text", f"column {column!r} holds a {type(row[column]).__name__}")
    text: str = row[column]
    return text
