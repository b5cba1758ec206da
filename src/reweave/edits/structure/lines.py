"""Physical units, one line of code each: hung together by the syntax tree, or as the published code does."""

import ast

from reweave.edits.structure.logical import logical_structure
from reweave.edits.structure.units import Structure, is_filler
from reweave.errors import ProgramError
from reweave.records import split_lines


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
            if not is_filler(whole.lines[line]) or line == end - 1:
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
        if is_filler(line):
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
