"""Units and blocks: what of a program can be deleted, and what hangs on it (LintSeq, section 3.1).

A *unit* is what is deleted as one piece, a *block* is a unit and everything indented under it. Units tile
the program's lines: comments and blank lines ride with the unit below them, so a unit is a run of lines.
What is above the first unit (a licence header) or below the last belongs to no unit and is never deleted.

Names, attributes and calls are the look-ahead's business (`reweave.edits.lookahead`); random choice and
checking are the sampler's.
"""

import ast
import re
from dataclasses import dataclass, field

from reweave.errors import ProgramError
from reweave.parsing import parse_quietly
from reweave.records import split_lines

_LONE_CR = re.compile(r"\r(?!\n)")
_UNIVERSAL_NEWLINE = re.compile(r"\r\n|\r|\n")
_CODING_OR_SHEBANG = re.compile(r"#!|#.*coding[:=]")


@dataclass(slots=True)
class Structure:
    """A program cut into units, numbered in source order.

    Attributes:
        lines: The program's lines with their endings, split on ``\\n`` only.
        starts: First line (from 0) of each unit, and one past the last unit's last line at the end.
        block_end: For each unit, one past the last unit of its block.
        parents: For each unit, the unit it hangs on, or -1.
        weights: For each unit, its weight when one is picked; 0 means never picked.
        needs: Pairs (unit, mask): the unit falls when no unit of the mask (bit i is unit i) is left.
        unit_of: Unit of each source line as Python counts lines, from 1; -1 for lines of no unit.
    """

    lines: list[str]
    starts: list[int]
    block_end: list[int]
    parents: list[int]
    weights: list[int]
    unit_of: list[int]
    needs: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        """Number of units."""
        return len(self.parents)


def parse(text: str) -> ast.Module:
    """Parse a program, a byte order mark at its start set aside.

    Raises:
        ProgramError: It does not parse (reason ``syntax-error``), or is too deeply nested for Python
            to parse (reason ``too-deep``).
    """
    try:
        return parse_quietly(text)
    except SyntaxError as error:
        raise ProgramError("syntax-error", f"line {error.lineno}: {error.msg}") from error
    except ValueError as error:  # NUL bytes, lone surrogates
        raise ProgramError("syntax-error", str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise ProgramError("too-deep", "nested too deeply for Python's parser") from error


def logical_structure(text: str, tree: ast.Module) -> Structure:
    """Cut a program into logical lines: whole statements, or the headers of compound ones.

    A unit takes with it its decorators and the comment and blank lines directly above. A clause (``else``,
    ``except``, ``case`` …) is a unit of its own that hangs on the statement which opens it.
    """
    lines = split_lines(text)
    # Python ends a line at a lone \r as well; its line numbers then run ahead of ours.
    python_lines = lines if not ("\r" in text and _LONE_CR.search(text)) else _UNIVERSAL_NEWLINE.split(text)
    cutter = _Cutter(python_lines)
    cutter.suite(tree.body, 0, -1)
    ends = cutter.ends
    if not ends:
        raise ProgramError("no-code", "nothing but comments and blank lines")
    if python_lines is not lines:
        return _on_newlines(text, lines, cutter)
    starts = [_preamble(lines, cutter.tops[0] - 1), *ends]
    unit_of = [-1] * (len(lines) + 2)
    for unit, end in enumerate(ends):
        for line in range(starts[unit] + 1, end + 1):
            unit_of[line] = unit
    return Structure(lines, starts, cutter.block_end, cutter.parents, cutter.weights, unit_of, cutter.needs)


class _Cutter:
    """Walks statements in source order and notes a unit for each logical line (lines counted from 1)."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.tops: list[int] = []
        self.ends: list[int] = []
        self.block_end: list[int] = []
        self.parents: list[int] = []
        self.weights: list[int] = []
        self.needs: list[tuple[int, int]] = []

    def suite(self, body: list[ast.stmt], depth: int, parent: int) -> int:
        """Note the units of one suite; return the mask of those that are its direct statements."""
        ends = self.ends
        children = 0
        for node in body:
            top = _top(node)
            # `a; b` and `if x: y` are one piece with what stands before them on the line.
            unit = len(ends) - 1 if ends and top <= ends[-1] else self.unit(top, depth, parent)
            children |= 1 << unit
            if node.__class__ in _COMPOUND:
                self.compound(node, unit, depth)
            ends[unit] = max(ends[unit], node.end_lineno or top) if unit == len(ends) - 1 else ends[unit]
            self.block_end[unit] = len(ends)
        return children

    def unit(self, top: int, depth: int, parent: int) -> int:
        """Note a unit that begins at a line; its end is filled in by what it turns out to hold."""
        self.tops.append(top)
        self.ends.append(top)
        self.parents.append(parent)
        self.weights.append(depth or 1)
        self.block_end.append(len(self.tops))
        return len(self.tops) - 1

    def compound(self, node: ast.stmt, unit: int, depth: int) -> None:
        """Note the suites and clauses of a compound statement."""
        needs = self.needs
        if isinstance(node, ast.Match):
            self.ends[unit] = self.code_before(_case_top(node.cases[0]), unit)
            cases = 0
            for case in node.cases:
                cases |= self.clause(_case_top(case), case.body, depth + 1, unit)
            needs.append((unit, cases))
            return
        self.own_suite(unit, node.body, depth)  # type: ignore[attr-defined]
        last = node.body[-1].end_lineno  # type: ignore[attr-defined]
        handlers = 0
        for handler in getattr(node, "handlers", ()):
            handlers |= self.clause(handler.lineno, handler.body, depth, unit)
            last = handler.body[-1].end_lineno
        orelse = getattr(node, "orelse", None)
        while orelse:
            nested = orelse[0]
            if len(orelse) == 1 and nested.__class__ is ast.If and self.starts_with(nested, "elif"):
                # A chain of elifs is nested in the tree but flat in the text.
                self.clause(nested.lineno, nested.body, depth, unit)
                last = nested.body[-1].end_lineno
                orelse = nested.orelse
                continue
            clause = self.clause(self.code_after(last), orelse, depth, unit)
            if handlers:
                needs.append((clause.bit_length() - 1, handlers))
            last = orelse[-1].end_lineno
            break
        final = getattr(node, "finalbody", None)
        if final:
            handlers |= self.clause(self.code_after(last), final, depth, unit)
        if handlers:
            needs.append((unit, handlers))

    def clause(self, top: int, body: list[ast.stmt], depth: int, parent: int) -> int:
        """Note a clause and its suite; return its bit."""
        unit = len(self.ends) - 1 if top <= self.ends[-1] else self.unit(top, depth, parent)
        self.own_suite(unit, body, depth)
        self.block_end[unit] = len(self.ends)
        return 1 << unit

    def own_suite(self, unit: int, body: list[ast.stmt], depth: int) -> None:
        """Note the suite of a header, which cannot stand without one."""
        first = body[0]
        top = _top(first)
        line = self.lines[top - 1]
        if first.col_offset > len(line) - len(line.lstrip(" \t\f\ufeff")):  # on the header's own line
            self.ends[unit] = top
            self.suite(body, depth + 1, unit)
            return
        self.ends[unit] = self.code_before(top, unit)
        children = self.suite(body, depth + 1, unit)
        self.needs.append((unit, children))

    def code_before(self, line: int, unit: int) -> int:
        """Return the last line above a line that is neither blank nor a comment."""
        line -= 1
        while line > self.tops[unit] and _is_filler(self.lines[line - 1]):
            line -= 1
        return line

    def code_after(self, line: int) -> int:
        """Return the first line below a line that is neither blank nor a comment."""
        line += 1
        while _is_filler(self.lines[line - 1]):
            line += 1
        return line

    def starts_with(self, node: ast.stmt, word: str) -> bool:
        return self.lines[node.lineno - 1].lstrip(" \t\f").startswith(word)


_COMPOUND = {
    ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.FunctionDef, ast.AsyncFunctionDef,
    ast.ClassDef, ast.AsyncFor, ast.AsyncWith, ast.Match,
}  # fmt: skip


def _top(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _case_top(case: ast.match_case) -> int:
    return case.pattern.lineno


def _is_filler(line: str) -> bool:
    code = line.lstrip()
    return not code or code[0] == "#"


def _preamble(lines: list[str], first_code: int) -> int:
    """Count the lines at the top that ride with no unit: a header set off by a blank line, a shebang."""
    for index in range(first_code - 1, -1, -1):
        if not lines[index].strip():
            return index + 1
    count = 0
    while count < min(first_code, 2) and _CODING_OR_SHEBANG.match(lines[count]):
        count += 1
    return count


def _on_newlines(text: str, lines: list[str], cutter: _Cutter) -> Structure:
    """Carry units over from Python's lines to ours, where a lone ``\\r`` makes the two differ.

    Units that share one of our lines become one.
    """
    line_of = [0]  # our line (from 0) of each of Python's (from 1)
    current = 0
    for ending in _UNIVERSAL_NEWLINE.findall(text):
        line_of.append(current)
        current += ending != "\r"
    line_of.append(current)
    line_of[0] = -1
    merged = list(range(len(cutter.ends)))
    kept: list[int] = []
    for unit in range(len(cutter.ends)):
        if kept and line_of[cutter.tops[unit]] <= line_of[cutter.ends[kept[-1]]]:
            merged[unit] = len(kept) - 1
            cutter.ends[kept[-1]] = max(cutter.ends[kept[-1]], cutter.ends[unit])
        else:
            merged[unit] = len(kept)
            kept.append(unit)
    ends = [min(line_of[cutter.ends[unit]] + 1, len(lines)) for unit in kept]
    starts = [_preamble(lines, line_of[cutter.tops[0]]), *ends]
    merged.append(len(kept))

    def renumber(mask: int) -> int:
        new = 0
        for unit in range(mask.bit_length()):
            if mask >> unit & 1:
                new |= 1 << merged[unit]
        return new

    unit_of = [-1] * (len(line_of) + 2)
    for number in range(1, len(line_of)):
        for unit, end in enumerate(ends):
            if starts[unit] <= line_of[number] < end:
                unit_of[number] = unit
    return Structure(
        lines,
        starts,
        [max(merged[cutter.block_end[unit] - 1] + 1, merged[unit] + 1) for unit in kept],
        [merged[cutter.parents[unit]] if cutter.parents[unit] >= 0 else -1 for unit in kept],
        [cutter.weights[unit] for unit in kept],
        unit_of,
        [
            (merged[unit], renumber(mask))
            for unit, mask in cutter.needs
            if not renumber(mask) >> merged[unit] & 1
        ],
    )


def physical_structure(text: str, tree: ast.Module) -> Structure:
    """Cut a program into physical lines of code; comments and blank lines ride with the line below.

    Lines of one statement need each other; which statement hangs on which is as for logical lines.
    """
    whole = logical_structure(text, tree)
    first_of: list[int] = []
    starts: list[int] = []
    owners: list[int] = []
    for unit in range(len(whole)):
        start = whole.starts[unit]
        end = whole.starts[unit + 1]
        first_of.append(len(owners))
        begin = start
        for line in range(start, end):
            if not _is_filler(whole.lines[line]) or line == end - 1:
                starts.append(begin)
                owners.append(unit)
                begin = line + 1
    starts.append(whole.starts[-1])
    first_of.append(len(owners))

    def spread(mask: int) -> int:
        return sum(1 << first_of[unit] for unit in range(mask.bit_length()) if mask >> unit & 1)

    needs = [(first_of[unit], spread(mask)) for unit, mask in whole.needs]
    block_end: list[int] = []
    parents: list[int] = []
    weights: list[int] = []
    for line, unit in enumerate(owners):
        first = first_of[unit]
        if line == first:
            block_end.append(first_of[whole.block_end[unit]])
            parents.append(first_of[whole.parents[unit]] if whole.parents[unit] >= 0 else -1)
        else:
            block_end.append(line + 1)
            parents.append(first)
            needs += [(line, 1 << first), (first, 1 << line)]
        weights.append(whole.weights[unit])
    at = [first_of[unit] if unit >= 0 else -1 for unit in whole.unit_of]
    return Structure(whole.lines, starts, block_end, parents, weights, at, needs)


def published_structure(text: str, tree: ast.Module) -> Structure:  # noqa: ARG001 - one signature for all
    """Cut a program as the published code does: every line a unit, blocks by indentation alone.

    Comments and blank lines, and lines inside the brackets of an upper-case top-level constant, are never
    picked but fall with their block. A line of one character takes the indentation of the line before.
    """
    lines = split_lines(text)
    bare = [line.rstrip("\n") for line in lines]
    indents: list[int] = []
    indent = 0
    for line in bare:
        if len(line.lstrip()) > 1:
            indent = len(line) - len(line.lstrip())
        indents.append(indent)
    width = next((indent for indent in indents if indent), 1)
    closing = ""  # what ends the upper-case constant that the line is inside of
    weights: list[int] = []
    for line, indent in zip(bare, indents, strict=True):
        if _is_filler(line):
            weights.append(0)
            continue
        # In units of one indentation; multiplied by its width, so that weights stay integers.
        weights.append(0 if closing else indent or width)
        last = line.rstrip()[-1]
        if closing:
            closing = "" if last == closing else closing
        elif "=" in line and line.partition("=")[0].replace(" ", "").isupper() and last in "([":
            closing = ")" if last == "(" else "]"
    if not any(weights):
        raise ProgramError("no-code", "nothing but comments and blank lines")
    block_end: list[int] = []
    parents: list[int] = []
    enclosing: list[int] = []
    for number, indent in enumerate(indents):
        end = number + 1
        while end < len(lines) and indents[end] > indent:
            end += 1
        block_end.append(end)
        while enclosing and indents[enclosing[-1]] >= indent:
            enclosing.pop()
        parents.append(enclosing[-1] if enclosing else -1)
        enclosing.append(number)
    return Structure(
        lines, list(range(len(lines) + 1)), block_end, parents, weights, [-1, *range(len(lines)), -1]
    )
