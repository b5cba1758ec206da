"""A notebook's context: its code up to the first analysis, as ``preamble`` tells it; outputs are never read.

Statements are taken as they are written, without the comments between them. Line magics and shell lines are
left out, cells in another language too. The context also ends where a cell is no Python, and where it would
become longer than a model should read. Nothing is run, and no file that a notebook names is opened.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.preamble import Preamble
from reweave.ground.contexts.text import CUT, quoted, visible
from reweave.parsing import parse_quietly

_LONGEST = 20_000  # characters of a context
_LISTED = 20
_TIMING = ("%%time", "%%timeit", "%%capture")  # magics whose cell is Python all the same


@dataclass(slots=True)
class _Context:
    """What has been taken of a notebook.

    Attributes:
        cells: Statements of each cell that gave some.
        looks: Expressions that only showed what was loaded.
        magics: Lines that are no Python, and cells in another language.
        end: Where the context ends, and why.
    """

    cells: list[list[str]] = field(default_factory=list)
    looks: int = 0
    magics: int = 0
    end: str = "its last cell"

    def code(self) -> str:
        return "\n\n".join("\n".join(cell) for cell in self.cells if cell) + "\n"


def notebook_context(data: bytes, name: str, config: ContextsConfig) -> dict[str, Any]:
    """Make what a notebook's record has of its own.

    Raises:
        RowError: It is no notebook, not in Python, or loads nothing before its analysis.
    """
    sources = _code_cells(data)
    known = Preamble()
    context = _take(sources, known)
    if not known.loaded:
        raise RowError("no-load", f"it loads nothing up to {context.end}")
    return {
        "encoding": None,
        "code": context.code(),
        "card": _card(name, len(sources), context, known, config),
        "rows": None,
        "column_count": None,
        "variables": [visible(each, config.name_chars) for each in known.loaded],
        "columns": [],
        "head": "",
        "notes": [],
    }


def _code_cells(data: bytes) -> list[str]:
    try:
        notebook = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", visible(str(error), 200)) from error
    if not isinstance(notebook, dict):
        raise RowError("no-notebook", "no object")
    about = _mapping(notebook.get("metadata"))
    language = _mapping(about.get("kernelspec")).get("language") or _mapping(about.get("language_info")).get(
        "name"
    )
    if isinstance(language, str) and language.lower() not in {"python", "python3", "ipython"}:
        raise RowError("not-python", f"its language is {quoted(language, 40)}")
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # before format 4
        sheets = notebook.get("worksheets")
        cells = _mapping(sheets[0]).get("cells") if isinstance(sheets, list) and sheets else None
    if not isinstance(cells, list):
        raise RowError("no-notebook", "it has no list of cells")
    return [
        _source(cell.get("source", cell.get("input")))
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]


def _take(sources: list[str], known: Preamble) -> _Context:
    context = _Context()
    length = 0
    for number, source in enumerate(sources, 1):
        taken: list[str] = []
        context.cells.append(taken)
        try:
            for text, statement in _statements(source, context):
                length += len(text) + 1
                if length > _LONGEST:
                    context.end = f"code cell {number}, where it would be over {_LONGEST:,} characters"
                    return context
                kind = known.take(statement)
                if kind == "analysis":
                    context.end = f"code cell {number}, at {quoted(text.strip().partition(chr(10))[0], 60)}"
                    return context
                if kind == "look":
                    context.looks += 1
                elif not isinstance(statement, ast.Pass):
                    taken.append(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            context.end = f"code cell {number}, which does not parse"
            return context
    return context


def _statements(source: str, context: _Context) -> Iterator[tuple[str, ast.stmt]]:
    """Give a cell's statements, each with its text, decorators too."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # as Python counts lines
    if len(source) > 10 * _LONGEST:
        raise ValueError("a cell of that length is no preamble")
    try:
        tree = parse_quietly(source)
    except SyntaxError:
        source, dropped = _python(source)
        tree = parse_quietly(source)
        context.magics += dropped
    lines = source.removeprefix("\ufeff").split("\n")
    alone = all(one.end_lineno != two.lineno for one, two in zip(tree.body, tree.body[1:], strict=False))
    for statement in tree.body:
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", []))])
        text = "\n".join(lines[first - 1 : statement.end_lineno]).rstrip("; \t")
        yield (text if alone else ast.unparse(statement)), statement


def _python(source: str) -> tuple[str, int]:
    """Take magics and shell lines out of a cell; say how many."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_TIMING):
        return "", 1
    dropped = 0
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare.startswith(("%", "!", "?")) or (bare.endswith("?") and "#" not in bare):
            indent = line[: len(line) - len(line.lstrip())]
            lines[number] = f"{indent}pass" if indent else ""
            dropped += 1
    return "\n".join(lines), dropped


def _card(name: str, cells: int, context: _Context, known: Preamble, config: ContextsConfig) -> str:
    used = sum(map(bool, context.cells))
    modules = [
        f"{source} as {bound}" if source != bound else bound for bound, source in known.modules.items()
    ]
    loads = [f"{visible(each, 40)} by {quoted(call, 120)}" for each, call in known.loaded.items()]
    lines = [
        f"Notebook {quoted(name, 80)}: {used:,} of its {cells:,} code cells, up to {context.end}.",
        f"Imports: {_listed([visible(each, 60) for each in modules]) or 'none'}.",
        f"Loads: {_listed(loads)}.",
    ]
    if context.looks or context.magics:
        shown = f"{context.looks:,} expressions that only show"
        lines.append(f"Left out: {shown}, {context.magics:,} magics and shell lines.")
    text = "\n".join(lines)
    return text if len(text) <= config.card_chars else text[: config.card_chars - 1] + CUT


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - _LISTED:,} more" if len(texts) > _LISTED else ""
    return ", ".join(texts[:_LISTED]) + more


def _source(value: Any) -> str:
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
