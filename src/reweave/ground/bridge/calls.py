"""Calls of the function under test, as its tests make them: read from the tests' text, none of it is run.

Where all of a test text can be followed without running it (``sandbox.judge.data_form``), its calls are those
of loops and helpers too; else those that stand in it with literal arguments (``literal_calls``). The function
under test is the one that is called most often, the first of equals. Arguments go by the names of its
parameters.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reweave.ground.bridge.literal_calls import METHOD, literal_calls
from reweave.ground.trace.ran import bits
from reweave.parsing import parse_quietly
from reweave.sandbox import Call
from reweave.sandbox.inside import plain
from reweave.sandbox.judge.data_form import TRUTH, plan


@dataclass(frozen=True, slots=True)
class Made:
    """A call that the tests make.

    Attributes:
        call: With the entry in the program's namespace.
        inputs: Its arguments by the parameters' names.
    """

    call: Call
    inputs: Mapping[str, Any]


def calls_of(program: str, tests: str, *, most: int, seed: int = 0) -> list[Made]:
    """Give different calls of the function under test, in the order of the tests.

    Args:
        program: Source text.
        tests: Likewise.
        most: How many at most.
        seed: Of numbers that the tests draw.

    >>> program = "def add(a, b=1):\\n    return a + b\\n"
    >>> [each.inputs for each in calls_of(program, "assert add(1) == 2\\nassert add(2, b=3) == 5", most=3)]
    [{'a': 1}, {'a': 2, 'b': 3}]
    """
    try:
        tree = parse_quietly(program)
        found = [made for made in map(_reader(tree), _calls(tests, seed)) if made is not None]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not found:
        return []
    often = Counter(made.call.entry for made in found)
    entry = max(often, key=lambda each: often[each])
    chosen: dict[bytes, Made] = {}
    for made in found:
        if made.call.entry == entry and len(chosen) < most:
            try:
                chosen.setdefault(bits([list(made.call.args), dict(made.call.kwargs)]), made)
            except plain.NotPlain:
                continue
    return list(chosen.values())


def named(spec: ast.arguments, args: Any, kwargs: Mapping[str, Any], *, bound: bool) -> dict[str, Any] | None:
    """Give arguments by the names of parameters, None where they do not fit.

    Args:
        spec: Of the function.
        args: Positional ones.
        kwargs: The others.
        bound: Whether the first parameter is an object that the call does not name.
    """
    places = [each.arg for each in (*spec.posonlyargs, *spec.args)][1 if bound else 0 :]
    given = dict(zip(places, args, strict=False))
    if len(args) > len(places):
        if spec.vararg is None:
            return None
        given[spec.vararg.arg] = tuple(args[len(places) :])
    known = {*places, *(each.arg for each in spec.kwonlyargs)}
    others = {name: value for name, value in kwargs.items() if name not in known}
    if others and spec.kwarg is None:
        return None
    given |= {name: value for name, value in kwargs.items() if name in known}
    if others and spec.kwarg is not None:
        given[spec.kwarg.arg] = others
    return given


def signature(tree: ast.Module, entry: str) -> tuple[ast.arguments, bool] | None:
    """Give the parameters of an entry, and whether it is a method; None where it is no plain function."""
    method = METHOD.fullmatch(entry)
    body: list[ast.stmt] = tree.body
    name = entry
    if method is not None:
        classes = [each for each in body if isinstance(each, ast.ClassDef) and each.name == method[1]]
        body, name = (classes[-1].body if classes else []), method[2]
    found = [each for each in body if isinstance(each, ast.FunctionDef) and each.name == name]
    if not found:
        return None
    static = any(getattr(each, "id", None) == "staticmethod" for each in found[-1].decorator_list)
    return found[-1].args, method is not None and not static


def _reader(tree: ast.Module) -> Any:
    """Give a function from a call to what it is of a program's."""

    def read(call: Call) -> Made | None:
        found = signature(tree, call.entry)
        if found is None:
            return None
        spec, bound = found
        inputs = named(spec, call.args, call.kwargs, bound=bound)
        return None if inputs is None else Made(call, inputs)

    return read


def _calls(tests: str, seed: int) -> Iterator[Call]:
    planned = plan(tests)
    if planned is not None and planned.drawn and seed:
        planned = plan(tests, None, seed)
    if planned is None:
        yield from literal_calls(tests)
        return
    for number, call in enumerate(planned.calls):
        if number in planned.earlier:  # what an earlier call gave is not known here
            continue
        entry = call.entry
        if entry.startswith(f"{TRUTH}("):
            entry = entry[len(TRUTH) + 1 : -1]
        yield Call(entry, call.args, call.kwargs)
