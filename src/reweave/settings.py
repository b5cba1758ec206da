"""Settings put together: a TOML file, then ``--set``, then flags; what comes later wins.

`gather` is for one verb, `read_tables` for a chain whose file has a table a stage. Which settings there are,
and of what kind, is the verb's own business.
"""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reweave.errors import InputError

Model = TypeVar("Model", bound=BaseModel)

_CHAIN = {"input", "stages", "endpoints"}
"""At a file's top, these make it a whole chain's."""


def gather(
    verb: str, file: Path | None, sets: list[str], flags: Mapping[str, Any], *, inherits: Collection[str] = ()
) -> dict[str, Any]:
    """Put settings together.

    Args:
        verb: Its table's name in the file.
        file: A TOML file whose keys are the flags' names, with ``-`` or ``_``, at the top or under
            ``[verb]``.
        sets: ``key=value`` items, values as in TOML or plain text.
        flags: Flags given on the command line; None means not given.
        inherits: What the verb takes from the top of a chain's file, which has a table for it.

    Raises:
        InputError: The file cannot be read, or an item is not of that form.
    """
    values: dict[str, Any] = {}
    if file is not None:
        values |= _of_verb(verb, _read(file), file, inherits)
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"--set {item}: expected key=value")
        values[key.strip().removeprefix(f"{verb}.")] = _value(value.strip())
    values = {key.replace("-", "_"): value for key, value in values.items()}
    return values | {key: value for key, value in flags.items() if value is not None}


def read_tables(file: Path | None, sets: list[str], flags: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read nested settings: a TOML file, then ``--set``, then flags; what comes later wins.

    Args:
        file: The TOML file.
        sets: ``key=value`` items, such as ``responses.n=4``.
        flags: Flags by the same names; None means not given.

    Raises:
        InputError: Something cannot be read.
    """
    values = {} if file is None else _read(file)
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"--set {item}: expected key=value")
        _put(values, key.strip(), _value(value.strip()))
    for key, value in (flags or {}).items():
        if value is not None:
            _put(values, key, value)
    return values


def checked(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Make a configuration of gathered settings.

    Raises:
        InputError: A key is not known, or a value is not of its kind; the message names it.
    """
    try:
        return model(**values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise InputError(f"configuration: {wrong}") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"--config {file}: {error}") from error


def _of_verb(verb: str, table: dict[str, Any], file: Path, inherits: Collection[str]) -> dict[str, Any]:
    """Return the settings of this verb: those at the top and, winning over them, those in its table."""
    if verb not in table:
        return table
    own = table[verb]
    if not isinstance(own, dict):
        raise InputError(f"--config {file}: {verb} is no table; write settings at the top or under [{verb}]")
    # With a table of its own in the file, other tables are other verbs' business.
    top = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if not _CHAIN.isdisjoint(table):  # whose top is the chain's: its seed and limit are of other things
        top = {key: value for key, value in top.items() if key in inherits}
    return top | own


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.replace("-", "_").split(".")
    for parent in parents:
        inner = values.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {path}: {parent} is no table")
        values = inner
    values[last] = value


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
