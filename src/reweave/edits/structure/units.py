"""What a program cut into units is, whatever the rule it was cut by."""

import ast
from dataclasses import dataclass, field

from reweave.errors import ProgramError
from reweave.parsing import parse_quietly


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


def is_filler(line: str) -> bool:
    """Tell whether a line is blank or a comment."""
    code = line.lstrip()
    return not code or code[0] == "#"
