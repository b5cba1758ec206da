"""The family of tasks that the experiment is about: an instruction, a program, tests, all from one grammar.

    task        instruction: step, step, … ending
    program     def solve(numbers): one passage a step, then the ending
    step        a loop that fills a list, or the expression that people would write for it
    ending      lines that return something of the last list

A *composition* is the sequence of steps and the ending, without constants and wording; held-out tasks have
compositions that no training task has. Steps are in ``steps.toml``, endings in ``endings.toml``, what they
mean in ``meanings``.
"""

import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reweave.edits.stream import Stream
from reweave.experiment.meanings import ENDINGS, STEPS

ENTRY_POINT = "solve"
_INPUTS = 8
_TRIES = 100  # for inputs that make a difference
_ALIKE = 5  # expected values at most, of 8
_SHORT = 3  # of 10 passages are written as an expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One task of the grammar.

    Attributes:
        id: Its number in its set.
        composition: Names of the steps, then of the ending.
        constants: One a name; 0 where there is none.
        instruction: In English.
        program: That does it, 4 to 25 lines.
    """

    id: str
    composition: tuple[str, ...]
    constants: tuple[int, ...]
    instruction: str
    program: str

    @property
    def prompt(self) -> str:
        """The instruction as it is asked: a comment, so that a program may follow it in one file."""
        return f"# {self.instruction}\n"

    def expected(self, numbers: list[int]) -> Any:
        """Give what the program is to return."""
        *steps, ending = zip(self.composition, self.constants, strict=True)
        for name, constant in steps:
            numbers = STEPS[name](numbers, constant)
        return ENDINGS[ending[0]](numbers, ending[1])


class _Draws:
    """Draws one after another, from the stream of a name."""

    def __init__(self, seed: int, name: str) -> None:
        self._stream = Stream(seed, name, 0)
        self._next = 0

    def below(self, bound: int) -> int:
        self._next += 1
        return self._stream.below(self._next - 1, bound)

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[self.below(len(choices))]


@cache
def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def compositions(steps: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Give compositions of so many different steps, in random order, each once, until there is none left.

    Args:
        steps: How many steps before the ending.
        seed: Of the order.
    """
    draws = _Draws(seed, f"compositions of {steps}")
    names, endings = list(_table("steps")), list(_table("endings"))
    seen: set[tuple[str, ...]] = set()
    while len(seen) < math.perm(len(names), steps) * len(endings):
        rest = list(names)
        chosen = [rest.pop(draws.below(len(rest))) for _ in range(steps)]
        made = (*chosen, draws.pick(endings))
        if made not in seen:
            seen.add(made)
            yield made


def sentence(name: str, composition: Sequence[str], seed: int) -> Sentence:
    """Make a task of a composition: constants, wording and style are drawn.

    Args:
        name: The task's id; with the seed it fixes what is drawn.
        composition: As ``compositions`` gives them.
        seed: Of the draws.
    """
    draws = _Draws(seed, name)
    *steps, ending = composition
    says, lines, constants = [], [], []
    source = "numbers"
    for step in steps:
        entry = _table("steps")[step]
        constant = _constant(entry, draws)
        names = {"source": source, "makes": entry["makes"], "c": constant}
        says.append(draws.pick(entry["says"]).format(**names))
        lines += [line.format(**names) for line in _passage(entry, draws)]
        constants.append(constant)
        source = entry["makes"]
    entry = _table("endings")[ending]
    constant = _constant(entry, draws)
    says.append(draws.pick(entry["says"]).format(c=constant))
    body = draws.pick([entry[way] for way in ("lines", "short") if way in entry])
    lines += [line.format(source=source, c=constant) for line in body]
    return Sentence(
        id=name,
        composition=tuple(composition),
        constants=(*constants, constant),
        instruction=". ".join(text[0].upper() + text[1:] for text in says) + ".",
        program="".join([f"def {ENTRY_POINT}(numbers):\n", *(f"    {line}\n" for line in lines)]),
    )


def cases(task: Sentence, seed: int) -> list[tuple[list[int], Any]]:
    """Give inputs with what is expected: an empty list, a list of one, longer ones.

    They are chosen so that what is expected differs from one to the next, as far as it can.

    Args:
        task: Whose.
        seed: Of the inputs.
    """
    draws = _Draws(seed, f"tests of {task.id}")
    short: list[list[int]] = [[], [draws.below(9) + 1]]
    found = [(numbers, task.expected(numbers)) for numbers in short]
    tries = 0
    while len(found) < _INPUTS:
        least, most = (-20, 20) if draws.below(2) else (-4, 9)
        numbers = [least + draws.below(most - least + 1) for _ in range(4 + draws.below(9))]
        expected = task.expected(numbers)
        tries += 1
        if expected not in [seen for _, seen in found] or tries > _TRIES:
            found.append((numbers, expected))
    return found


def is_dull(task: Sentence, seed: int) -> bool:
    """Say whether nearly every input is to give the same: a program that ignores its input would do."""
    values = [repr(expected) for _, expected in cases(task, seed)]
    return max(map(values.count, values)) > _ALIKE


def check_text(task: Sentence, seed: int) -> str:
    """Give a test text in HumanEval's form.

    Args:
        task: Whose.
        seed: Of the inputs.
    """
    checks = (f"    assert candidate({numbers}) == {expected!r}\n" for numbers, expected in cases(task, seed))
    return "".join(["def check(candidate):\n", *checks])


def _passage(entry: dict[str, Any], draws: _Draws) -> list[str]:
    if "body" not in entry or ("short" in entry and draws.below(10) < _SHORT):
        return [f"{{makes}} = {entry['short']}"]
    loop = ["for value in {source}:", *(f"    {line}" for line in entry["body"])]
    return ["{makes} = []", *entry.get("before", ()), *loop]


def _constant(entry: dict[str, Any], draws: _Draws) -> int:
    if "constant" not in entry:
        return 0
    least, greatest = entry["constant"]
    return int(least) + draws.below(greatest - least + 1)
