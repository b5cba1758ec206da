"""A raw row as its id and its columns, or the reason why it cannot be used."""

from typing import Any

import orjson

from reweave.errors import RowError

_SHOWN = 500  # bytes of a line that cannot be read


def read_row(raw: bytes | RowError, number: int) -> tuple[str, dict[str, Any], RowError | None]:
    """Read a row.

    Args:
        raw: As ``reweave.storage`` gives it.
        number: Its id where it has none.

    Returns:
        The id; the columns, or what can be shown of them; why it cannot be used, if it cannot.

    >>> read_row(b'{"id": "a", "code": "x = 1"}', 0)
    ('a', {'id': 'a', 'code': 'x = 1'}, None)
    """
    if isinstance(raw, RowError):
        return str(number), {}, raw
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = {"raw": raw[:_SHOWN].decode(errors="replace")}
        return str(number), shown, RowError("invalid-json", str(error))
    if type(row) is not dict:
        return str(number), {"raw": row}, RowError("not-an-object", f"the row is a {type(row).__name__}")
    return (str(row["id"]) if type(row.get("id")) in {str, int} else str(number)), row, None
