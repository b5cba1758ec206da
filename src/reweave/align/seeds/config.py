"""The resolved configuration of ``reweave align seeds``: a preset, then a TOML file, ``--set``, flags.

A preset is nothing but values for the settings below (``presets.toml``), so a published rule can be put among
the better ones, or the other way round.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reweave.align.config import Asked, Role
from reweave.errors import InputError
from reweave.settings import checked, gather

Kind = Literal["function", "method", "class"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class JudgeConfig(Asked):
    """How a model is asked about docstrings: greedily, for a word and the tag that closes its block."""

    role: Role = "judge"
    temperature: Annotated[float, Field(ge=0)] = 0.0
    max_tokens: Annotated[int, Field(ge=1)] = 32


def _listed(value: Any) -> Any:
    """Read ``kinds = "function,method"``."""
    return [kind.strip() for kind in value.split(",")] if isinstance(value, str) else value


def _judge(value: Any) -> Any:
    """Read ``judge = true`` and ``judge = false``."""
    return ({} if value else None) if isinstance(value, bool) else value


class SeedsConfig(BaseModel):
    """Everything that decides the bytes of ``reweave align seeds``, but the input itself; and ``workers``.

    Attributes:
        preset: Which values the other settings began with; it fixes the order of the rules, too.
        kinds: What is looked for at the top level of a file; methods are those of top-level classes.
        docstring: ``ast``: a docstring that is not empty. ``triple-quotes``: one that begins with three
            double quotes and nothing before them; single quotes and raw strings are missed.
        returns: ``own``: a ``return`` with a value other than None in the function itself. ``substring``: the
            text ``return`` and a space; one in a nested function, a string or a comment will do.
        arguments: ``ast``: at least one besides self and cls. ``substring``: no line that begins with ``def``
            holds ``():``; ``def f() -> int:`` is let through.
        words: ``whole``: ``bad_words`` as whole words. ``substring``: anywhere; ``debug`` has a bug.
        modules: ``ast``: what the program imports, by its syntax tree. ``substring``: the texts ``import
            NAME`` and ``from NAME``; ``from oslo_config`` is refused for os, ``import numpy, os`` is let
            through.
        imports: ``file``: the imports that a function uses come with it. ``none``: its source alone.
        helper_lines: How many lines of the file's own constants, functions and classes may come with a
            function; where they do not do, it is rejected. 0 with preset ``paper``: other names are left to
            the type checker.
        max_lines: The function's own lines, decorators too.
        types: The type checker that must find nothing: ``pyright``, or ``none``.
        unresolved_imports: Whether a module beyond the standard library is an error to it.
        bad_words: Not to stand in the program.
        denied_modules: Not to be imported; a module stands for those below it.
        allowed_modules: If there are any, nothing else may be imported.
        judge: How a model is asked whether a docstring tells what the function does; None, or false: it is
            not asked. True: as the defaults have it. Who is asked is no setting: see ``run.make_seeds``.
        code_field: The column with a file's text; default the first usual name.
        id_field: The column that names a file; default its path, then its id.
        extract: Whether code is first taken out of Markdown fences.
        limit: How many files are read; 0 is all.
        shard_records: Files a shard, where the output is a folder.
        workers: Type checkers at once; 0: one a core. It decides no byte, and is not kept with the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    preset: Literal["default", "paper"] = "default"
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(_listed)] = Field(
        ("function",), strict=False, min_length=1
    )
    docstring: Literal["ast", "triple-quotes"]
    returns: Literal["own", "substring"]
    arguments: Literal["ast", "substring"]
    words: Literal["whole", "substring"]
    modules: Literal["ast", "substring"]
    imports: Literal["file", "none"]
    helper_lines: int = Field(ge=0, lt=2**63)
    max_lines: int = Field(ge=1, lt=2**63)
    types: Literal["pyright", "none"]
    unresolved_imports: bool
    bad_words: tuple[str, ...] = Field(strict=False)
    denied_modules: tuple[str, ...] = Field(strict=False)
    allowed_modules: tuple[str, ...] = Field((), strict=False)
    judge: Annotated[JudgeConfig | None, BeforeValidator(_judge)] = Field(None, strict=False)
    code_field: str | None = None
    id_field: str | None = None
    extract: Literal["auto", "never"] = "never"
    limit: int = Field(0, ge=0, lt=2**63)
    shard_records: int = Field(50_000, ge=1, lt=2**63)
    workers: int = Field(0, ge=0, exclude=True)


def presets() -> dict[str, dict[str, Any]]:
    """Read the presets' values."""
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))


def seeds_config(preset: str = "default", **settings: Any) -> SeedsConfig:
    """Make a configuration of a preset and settings that differ from it.

    Raises:
        InputError: There is no such preset or setting, or a value is not of its kind.
    """
    known = presets()
    if preset not in known:
        raise InputError(f"no preset {preset!r}; there are {', '.join(known)}")
    return checked(SeedsConfig, known[preset] | {"preset": preset} | settings)


def resolve_config(file: Path | None, sets: list[str], flags: Mapping[str, Any]) -> SeedsConfig:
    """Put the configuration together; what comes later wins.

    Args:
        file: A TOML file whose keys are the settings' names, at the top or under ``[seeds]``.
        sets: ``key=value`` items, values as in TOML or plain text.
        flags: Flags given on the command line; None means not given.

    Raises:
        InputError: A key is not known, or a value is not of its kind; the message names it.
    """
    given = {name: value for name, value in flags.items() if name != "judge"}
    values = gather("seeds", file, sets, given, inherits=("preset", "limit"))
    values.pop("endpoints", None)  # of a file without a table of this verb's: whom the judge asks
    asked = flags.get("judge")
    if asked is not None and not (asked and isinstance(values.get("judge"), Mapping)):
        values["judge"] = asked
    return seeds_config(**values)
