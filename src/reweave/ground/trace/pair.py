"""A context, what is asked for, and a program that may do it: what is traced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate with what it is for.

    Attributes:
        id: Names it in outputs and rejects.
        context: Python source text: what stands before the program.
        intent: What is asked for, in words.
        code: Python source text: the candidate.
        more: The row's other columns.
    """

    id: str
    context: str
    intent: str
    code: str
    more: Mapping[str, Any] = field(default_factory=dict)
