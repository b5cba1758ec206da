r"""What a prompt looks like: a TOML file with the prompt and its three blocks.

``prompt`` has the holes ``{context}``, ``{card}``, ``{intent}`` and ``{specification}``. ``context``,
``card`` and ``specification`` say what stands around these three, and are left out with them where there is
nothing to say: a card is what a row has whose context was made of a table. A hole is filled line by line:
what stands before it on its line comes before each line of its text, so that ``# {intent}`` makes comments
of an intent of several lines. Filled is once: braces in the texts of a row stay as they are.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from reweave.errors import InputError

_HOLES = ("context", "card", "intent", "specification")
_HOLE = re.compile(rf"\{{({'|'.join(_HOLES)})\}}")


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt's fixed parts.

    Args:
        prompt: The whole.
        context: The block of the context.
        card: The block of the table in words.
        specification: The block of the specification.
        sha256: Of the file.
    """

    prompt: str
    context: str
    card: str
    specification: str
    sha256: str

    def fill(self, context: str, intent: str, specification: str, card: str = "") -> str:
        """Give the prompt of a row; an empty specification is none."""
        given = {"context": context, "card": card, "specification": specification}
        blocks = {
            name: _filled(getattr(self, name), {name: text.strip("\n")}) if text.strip() else ""
            for name, text in given.items()
        }
        return _filled(self.prompt, {**blocks, "intent": intent.strip()})


def load_template(file: Path | None = None) -> Template:
    """Read a template.

    Args:
        file: None: the one that comes with the package.

    Raises:
        InputError: It cannot be read, or lacks something.
    """
    name = str(file or "prompt.toml")
    try:
        source = resources.files("reweave.ground.variants") / "prompt.toml" if file is None else file
        data = source.read_bytes()
        table = tomllib.loads(data.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read the template {name}: {error}") from error
    texts = {}
    for key, holes in (("prompt", _HOLES), *((name, (name,)) for name in _HOLES if name != "intent")):
        text = table.get(key)
        if not isinstance(text, str):
            raise InputError(f"template {name}: it needs a text {key!r}")
        found = sorted(_HOLE.findall(text))
        if found != sorted(holes) or any(len(_HOLE.findall(line)) > 1 for line in text.split("\n")):
            wanted = ", ".join(f"{{{each}}}" for each in holes)
            raise InputError(f"template {name}: {key!r} needs {wanted}, each once, on a line of its own")
        texts[key] = text
    return Template(**texts, sha256=hashlib.sha256(data).hexdigest())


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Fill a text's holes; a line that is nothing but an empty hole goes."""
    lines = []
    for line in text.split("\n"):
        hole = _HOLE.search(line)
        if hole is None:
            lines.append(line)
            continue
        value = values[hole[1]].removesuffix("\n")
        if not value and line.strip() == hole[0]:
            continue
        before, after = line[: hole.start()], line[hole.end() :]
        filled = [f"{before}{each}".rstrip() if before else each for each in value.split("\n")]
        lines += [*filled[:-1], filled[-1] + after]
    return "\n".join(lines)
