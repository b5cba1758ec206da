"""``split="definition"``: one record for each top-level function and class, instead of one for each file.

A record holds the definition's own lines, byte for byte, with its decorators and the comment lines directly
above; its id is the file's with ``:name``. Definitions lean on what they leave out (imports, other names),
which is for the checker's baseline to bear. Programs are parsed, never imported or run.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import orjson

from reweave.errors import RowError
from reweave.parsing import parse_quietly
from reweave.storage.extract import extract_code

CODE_FIELDS = ("program", "code", "response", "solution", "content")
"""Where code is looked for when no column is named: the first of these that a row has."""

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # as Python counts lines: form feeds do not end one
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Rows(Protocol):
    @property
    def notes(self) -> tuple[str, ...]: ...
    def rows(self, start: int = 0) -> Iterator[bytes | RowError]: ...
    def fingerprint(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class DefinitionSource:
    """Another source's records, split.

    Attributes:
        inner: Gives the whole programs.
        code_field: The column with the code; None takes the first of `CODE_FIELDS` that a row has.
        extract: Whether code is first taken out of Markdown fences.
    """

    inner: _Rows
    code_field: str | None = None
    extract: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What the inner source says of itself."""
        return self.inner.notes

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each definition as a row; a program that does not parse or defines nothing is one `RowError`.

        What is skipped by ``start`` is still parsed, since only parsing counts it.
        """
        yield from islice(self._rows(), start, None)

    def fingerprint(self) -> dict[str, Any]:
        """The inner source's, and how it is split."""
        how = {"split": "definition", "code_field": self.code_field, "extract": self.extract}
        return {**self.inner.fingerprint(), **how}

    def count_hint(self) -> int | None:
        """Unknown: programs are parsed as they come."""
        return None

    def _rows(self) -> Iterator[bytes | RowError]:
        for number, raw in enumerate(self.inner.rows()):
            if isinstance(raw, RowError):
                yield raw
                continue
            try:
                yield from _split(raw, number, self.code_field, self.extract)
            except RowError as error:
                yield error


def definitions(text: str) -> list[tuple[str, int, str]]:
    """Find a program's top-level functions and classes.

    Returns:
        Name (``#2``, ``#3`` … where one repeats), first line from 1, and source with a final newline.

    Raises:
        RowError: ``syntax-error``.
    """
    body = text.removeprefix("\ufeff")
    try:
        tree = parse_quietly(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RowError("syntax-error", str(error) or type(error).__name__) from error
    lines = _LINES.findall(body)
    seen: Counter[str] = Counter()
    found = []
    ended = 0  # the line the statement before ends on: comments in it are not ours
    for node in tree.body:
        if isinstance(node, _DEFINITION):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            while (
                first - 1 > ended
                and lines[first - 2].startswith("#")
                and not lines[first - 2].startswith("#!")
            ):
                first -= 1
            source = "".join(lines[first - 1 : node.end_lineno])
            seen[node.name] += 1
            name = node.name if seen[node.name] == 1 else f"{node.name}#{seen[node.name]}"
            found.append((name, first, source if source.endswith(("\n", "\r")) else source + "\n"))
        ended = node.end_lineno or ended
    return found


def _split(raw: bytes, number: int, code_field: str | None, extract: bool) -> Iterator[bytes]:
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", str(error)) from error
    if not isinstance(row, dict):
        raise RowError("not-an-object", f"the row is a {type(row).__name__}")
    field = code_field or next((name for name in CODE_FIELDS if name in row), None)
    if field is None or field not in row:
        raise RowError(
            "missing-column",
            f"no column {code_field or ' or '.join(CODE_FIELDS)}; there are {', '.join(row)}",
        )
    if not isinstance(row[field], str):
        raise RowError("not-text", f"column {field} holds a {type(row[field]).__name__}")
    name = row["id"] if isinstance(row.get("id"), (str, int)) else number
    extraction = extract_code(row[field], "auto" if extract else "never")
    try:
        found = definitions(extraction.code)
    except RowError as error:
        raise RowError(error.reason, f"{name}: {error.detail}") from error
    if not found:
        raise RowError("no-definition", f"{name}: no function or class at the top level")
    if "line" in row:
        row["source_line"] = row.pop("line")
    if extraction.changed:
        row["extracted"] = extraction.what
    for definition, line, source in found:
        row |= {"id": f"{name}:{definition}", field: source, "line": line}
        yield orjson.dumps(row)
