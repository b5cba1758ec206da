"""Logical units: whole statements, and the headers and clauses of compound ones, found in the syntax tree."""

import ast
import re

from reweave.edits.structure.units import Structure, is_filler
from reweave.errors import ProgramError
from reweave.records import split_lines

_LONE_CR = re.compile(r"\r(?!\n)")
_UNIVERSAL_NEWLINE = re.compile(r"\r\n|\r|\n")
_CODING_OR_SHEBANG = re.compile(r"#!|#.*coding[:=]")


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
            if node.__class__ in COMPOUND:
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
        while line > self.tops[unit] and is_filler(self.lines[line - 1]):
            line -= 1
        return line

    def code_after(self, line: int) -> int:
        """Return the first line below a line that is neither blank nor a comment."""
        line += 1
        while is_filler(self.lines[line - 1]):
            line += 1
        return line

    def starts_with(self, node: ast.stmt, word: str) -> bool:
        return self.lines[node.lineno - 1].lstrip(" \t\f").startswith(word)


COMPOUND = {
    ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.FunctionDef, ast.AsyncFunctionDef,
    ast.ClassDef, ast.AsyncFor, ast.AsyncWith, ast.Match,
}  # fmt: skip


def _top(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _case_top(case: ast.match_case) -> int:
    return case.pattern.lineno


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
