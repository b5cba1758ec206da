"""The few-shot prompts: a document that a base model goes on with, opening, shots, and a question.

A template is a TOML file: ``opening``, and ``shots``, whose keys are those of the row that the prompt asks
about. Shots in one order give prompts that begin alike, which servers compute once; in an order of their
own for each row, as published, they give more variety.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from reweave.align.chain.parse import OURS
from reweave.edits.stream import Stream
from reweave.errors import InputError

Shot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What a document's entries look like.

    Args:
        name: The template that comes with the package.
        keys: What a shot holds.
        asked: Gives the part of an entry that the prompt shows.
        answered: Gives the part that the model is to write, of a shot.
        opened: The block that the model writes first; it is opened for it.
        blocks: All blocks that it writes.
        package: Whose the template is.
    """

    name: str
    keys: tuple[str, ...]
    asked: Callable[[Shot], str]
    answered: Callable[[Shot], str]
    opened: str
    blocks: tuple[str, ...]
    package: str = "reweave.align"

    @property
    def stop(self) -> str:
        """The text that ends an answer."""
        return OURS.closing(self.blocks[-1])


def listed(concepts: Sequence[str]) -> str:
    """Write concepts, one a line."""
    return "\n".join(f"- {concept}" for concept in concepts)


def _brief(shot: Shot) -> str:
    header = {"category": shot["category"], "difficulty": shot["difficulty"]}
    return OURS.block("brief", listed(shot["concepts"]), **header)


CONCEPTS = Form(
    "concepts",
    ("code", "concepts"),
    lambda shot: OURS.block("code", shot["code"]),
    lambda shot: OURS.block("concepts", listed(shot["concepts"])),
    "concepts",
    ("concepts",),
)
INSTRUCTIONS = Form(
    "instructions",
    ("category", "difficulty", "concepts", "instruction"),
    _brief,
    lambda shot: OURS.block("exercise", shot["instruction"]),
    "exercise",
    ("exercise",),
)
RESPONSES = Form(
    "responses",
    ("instruction", "solution", "tests"),
    lambda shot: OURS.block("exercise", shot["instruction"]),
    lambda shot: f"{OURS.block('solution', shot['solution'])}\n{OURS.block('tests', shot['tests'])}",
    "solution",
    ("solution", "tests"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt's fixed parts.

    Args:
        form: What its entries look like.
        opening: What stands before the first.
        shots: The examples.
        sha256: Of the file, since the answers depend on it.
        more: What else the file says.
    """

    form: Form
    opening: str
    shots: tuple[Shot, ...]
    sha256: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def prompt(self, row: Mapping[str, Any], *, order: Sequence[int] | None = None) -> str:
        """Give the document up to where the model goes on.

        Args:
            row: Has the keys that the prompt shows.
            order: Which shots, in which order; None: all, as they stand.
        """
        shots = [self.shots[place] for place in (range(len(self.shots)) if order is None else order)]
        entries = [f"{self.form.asked(shot)}\n{self.form.answered(shot)}" for shot in shots]
        entries.append(f"{self.form.asked(row)}\n{OURS.opening(self.form.opened)}\n")
        return "\n\n".join([self.opening.strip(), *entries])


def load_template(form: Form, file: str | Path | None = None, shots: int | None = None) -> Template:
    """Read a template.

    Args:
        form: Of what form it is.
        file: A file; None: the one that comes with the package.
        shots: How many of its shots are used, the first ones; None: all.

    Raises:
        InputError: It cannot be read, or lacks something.
    """
    name = str(file or form.name)
    try:
        data = (
            resources.files(form.package).joinpath("templates", f"{form.name}.toml").read_bytes()
            if file is None
            else Path(file).read_bytes()
        )
        table = tomllib.loads(data.decode())
        examples = [{key: shot[key] for key in form.keys} for shot in table["shots"]]
        opening = str(table["opening"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read the template {name}: {error}") from error
    except (KeyError, TypeError) as error:
        wanted = ", ".join(form.keys)
        raise InputError(
            f"template {name}: it needs an opening, and shots with {wanted}; no {error}"
        ) from error
    if shots is not None and not 1 <= shots <= len(examples):
        raise InputError(f"template {name} has {len(examples)} shots, and {shots} are asked for")
    more = {key: value for key, value in table.items() if key not in {"opening", "shots"}}
    return Template(form, opening, tuple(examples[:shots]), hashlib.sha256(data).hexdigest(), more)


def shuffled(seed: int, row: str, count: int) -> list[int]:
    """Give an order of shots that depends on the seed and the row alone.

    >>> sorted(shuffled(0, "a", 8)) == list(range(8))
    True
    """
    stream, order = Stream(seed, f"shots\0{row}", 0), list(range(count))
    for last in range(count - 1, 0, -1):
        other = stream.below(count - 1 - last, last + 1)
        order[last], order[other] = order[other], order[last]
    return order
