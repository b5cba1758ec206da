"""Wrong programs made of a right one: tests that pass them as well show nothing.

A stub does no work at all; a mutant has one small change (``mutators``). Both are made from the syntax tree
and compared as text: what reads like the program itself, or like another one, is left out. Equivalence that
text does not show stays, as it does everywhere: the score of good tests is below 1.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from reweave.align.validate.mutators import Site, sites
from reweave.edits.stream import Stream
from reweave.parsing import parse_quietly

STUBS = ("none", "raises", "argument")
"""What stands for every function's body: nothing, ``NotImplementedError``, the first argument."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BUILDING = {"__init__", "__new__", "__post_init__", "__init_subclass__"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed program.

    Args:
        kind: The mutator's name.
        line: Of the program as it was.
        what: The change, for a person.
        program: Source text.
    """

    kind: str
    line: int
    what: str
    program: str


def mutants(
    program: str,
    *,
    seed: int = 1,
    most: int = 40,
    find: Callable[[ast.Module], Iterable[Site]] = sites,
) -> list[Mutant]:
    """Give mutants of a program: always the same ones of the same text and seed.

    Where there are more than ``most``, mutators take turns, each with its places in an order that is drawn.

    Args:
        program: Source text.
        seed: Of the draw.
        most: How many at most; 0 for all.
        find: Gives the changes that can be made.
    """
    tree, text = _read(program)
    if tree is None:
        return []
    kinds: dict[str, list[Site]] = {}
    for site in find(tree):
        kinds.setdefault(site.kind, []).append(site)
    seen = {text}
    made = []
    for site in _in_turns(kinds, Stream(seed, sha256(program.encode()).hexdigest(), 0)):
        changed = site.text(tree)
        if changed not in seen:
            seen.add(changed)
            made.append(Mutant(site.kind, site.line, site.what, changed))
            if len(made) == most:
                break
    return sorted(made, key=lambda each: (each.line, each.kind, each.what))


def stubs(program: str) -> dict[str, str]:
    """Give the programs that do no work, by name of ``STUBS``; ``empty`` alone where there is no function.

    Methods that build an object are left as they are. A stub that reads like the program is left out.
    """
    tree, _ = _read(program)
    if tree is None:
        return {}
    functions = list(_functions(tree))
    if not functions:
        return {"empty": ""}
    for function, _ in functions:
        function.body = _undocumented(function.body)
    seen = {ast.unparse(tree)}
    bodies = {id(function): function.body for function, _ in functions}
    made = {}
    for name in STUBS:
        for function, method in functions:
            if function.name not in _BUILDING:
                function.body = [_stub(name, function, method=method)]
        text = ast.unparse(ast.fix_missing_locations(tree))
        for function, _ in functions:
            function.body = bodies[id(function)]
        if text not in seen:
            seen.add(text)
            made[name] = text
    return made


def defined(program: str) -> set[str]:
    """Give the names of a program's functions and classes; none where it does not parse."""
    tree, _ = _read(program)
    found = tree.body if tree is not None else []
    return {node.name for node in found if isinstance(node, (*_FUNCTIONS, ast.ClassDef))}


def _read(program: str) -> tuple[ast.Module | None, str]:
    """Give a program's tree and its text made anew; no tree where the text is not the same program."""
    try:
        tree = parse_quietly(program)
        text = ast.unparse(tree)
        if ast.dump(parse_quietly(text)) == ast.dump(tree):
            return tree, text
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return None, ""


def _in_turns(kinds: dict[str, list[Site]], stream: Stream) -> Iterator[Site]:
    """Give one site a kind, then another one a kind, each kind's in an order that is drawn."""
    drawn = 0
    left = dict(sorted(kinds.items()))
    while left:
        for kind, found in list(left.items()):
            yield found.pop(stream.below(drawn, len(found)))
            drawn += 1
            if not found:
                del left[kind]


def _functions(
    node: ast.Module | ast.ClassDef,
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """Give functions and methods, and whether an object comes first; not what is defined within them."""
    for child in node.body:
        if isinstance(child, _FUNCTIONS):
            static = any(
                isinstance(each, ast.Name) and each.id == "staticmethod" for each in child.decorator_list
            )
            yield child, isinstance(node, ast.ClassDef) and not static
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child)


def _undocumented(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    if len(body) > 1 and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return body[1:]
    return body


def _stub(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool) -> ast.stmt:
    if name == "raises":
        return ast.Raise(ast.Name("NotImplementedError", ast.Load()))
    spec = function.args
    arguments = [each.arg for each in (*spec.posonlyargs, *spec.args)][1 if method else 0 :]
    arguments += [each.arg for each in (spec.vararg, *spec.kwonlyargs, spec.kwarg) if each]
    if name == "none" or not arguments:
        return ast.Return(ast.Constant(None))
    return ast.Return(ast.Name(arguments[0], ast.Load()))
