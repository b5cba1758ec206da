"""The planted leaks of ``planted_leaks.toml``, as specifications at each level. Not a test itself."""

import collections
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reweave.ground.specs import FORMS, spec_text

TASKS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["tasks"]
LEVELS = ("oracle", "value-free", "noisy", "written")
"""Where the text comes from; ``written``: sentences alone, as a model or a user writes them."""


class Case(NamedTuple):
    """One specification.

    Args:
        level: Where it comes from.
        form: Of the text that the sentence was put behind; empty where it stands alone.
        leaks: Whether something was planted in it.
        sentence: The planted sentence, of either sort.
        code, spec, intent: Texts.
        inputs, outputs: Values.
    """

    level: str
    form: str
    leaks: bool
    sentence: str
    code: str
    spec: str
    intent: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


def traced(task: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Run a task; give its inputs, its outputs, and everything there is afterwards."""
    space: dict[str, Any] = {"pd": pd, "np": np, "re": re, "collections": collections}
    tools = {*space, "__builtins__"}
    exec(task["setup"], space)
    inputs = {
        name: value.copy() if hasattr(value, "copy") else value
        for name, value in space.items()
        if name not in tools
    }
    exec(task["code"], space)
    return inputs, {name: space[name] for name in task["outputs"]}, space


def cases() -> Iterator[Case]:
    """Give every case: each sentence behind each text that should hold no value, and alone.

    An example at level ``oracle`` holds values on purpose and is left out.
    """
    for number, task in enumerate(TASKS):
        inputs, outputs, space = traced(task)
        for leaks in (True, False):
            for sentence in task["leaks" if leaks else "clean"]:
                told = eval("f" + repr(sentence), space) if leaks and "{" in sentence else sentence
                for level in LEVELS:
                    for form in _forms(level):
                        spec = _text(form, level, inputs, outputs, str(number))
                        whole = f"{spec}\n{told}" if spec else told
                        yield Case(
                            level, form, leaks, told, task["code"], whole, task["intent"], inputs, outputs
                        )


def _forms(level: str) -> tuple[str, ...]:
    if level == "written":
        return ("",)
    return tuple(form for form in FORMS[1:] if form != "example" or level == "value-free")


def _text(form: str, level: str, inputs: Any, outputs: Any, record: str) -> str:
    return spec_text(form, inputs, outputs, leakage=level, record=record) if form else ""
