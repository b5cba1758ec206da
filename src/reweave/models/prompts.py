"""Prompt templates as files: text with ``{name}`` where something is put in.

Only ``{name}`` with a plain name is a place; every other brace is text, as in code or JSON. ``{{name}}`` is
the text ``{name}``. What is put in is not looked at again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from reweave.errors import InputError

_PLACE = re.compile(r"\{(\{[A-Za-z_]\w*\})\}|\{([A-Za-z_]\w*)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template.

    Args:
        name: Where it comes from, for errors.
        text: The template.
    """

    name: str
    text: str

    @property
    def names(self) -> frozenset[str]:
        """What it needs."""
        return frozenset(found[2] for found in _PLACE.finditer(self.text) if found[2])

    def fill(self, values: Mapping[str, str]) -> str:
        """Put values in their places; those it has no place for are left out.

        Raises:
            InputError: A place has no value.

        >>> Prompt("greeting", "Write {what} that returns {{}}: {{what}}.").fill({"what": "{code}"})
        'Write {code} that returns {{}}: {what}.'
        """
        missing = sorted(self.names - values.keys())
        if missing:
            raise InputError(
                f"prompt {self.name}: no value for {', '.join(missing)}; "
                f"given are {', '.join(sorted(values))}"
            )
        return _PLACE.sub(lambda found: found[1] or values[found[2]], self.text)


def load_prompt(name: str | Path, package: str = "reweave.models") -> Prompt:
    """Load a template: a file, or by its name one that comes with a package.

    Args:
        name: A path, if it has a suffix or a folder in it; else the name of a file in ``templates/`` of
            ``package``, without its ``.txt``.
        package: Whose templates.

    Raises:
        InputError: There is none of that name, or it is not UTF-8.
    """
    path = Path(name)
    try:
        if path.suffix or path.parent != Path():
            return Prompt(str(name), path.read_text(encoding="utf-8"))
        folder = resources.files(package) / "templates"
        return Prompt(str(name), (folder / f"{name}.txt").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"no prompt template {str(name)!r}{_others(path, package)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the prompt template {name}: {error}") from error


def _others(path: Path, package: str) -> str:
    folder = resources.files(package) / "templates"
    if path.suffix or not folder.is_dir():
        return ""
    names = sorted(file.name.removesuffix(".txt") for file in folder.iterdir() if file.name.endswith(".txt"))
    return f"; there are {', '.join(names)}, or give a path that ends in .txt"
