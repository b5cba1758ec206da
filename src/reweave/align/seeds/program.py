"""A program of its own around a function: the imports it uses, and what small helpers of its file it needs.

A name that a function takes from its module is, in this order: bound by an import (the first that binds it,
alone: ``from m import a, b`` gives ``from m import a``), which comes with it; bound once, at the top level,
by an assignment, a function or a class, which comes with it as long as all of them together have no more
lines than is allowed, and so does what they need in turn; or a builtin. Anything else is missing: a name that
is bound twice or under a condition has no one value, and one that a later statement changes or that is
written through ``global`` is the module's state.

A method's program is its class with that method alone, with ``__init__`` and the class's own assignments.
"""

import ast
from dataclasses import dataclass, field

from reweave.align.seeds.finding import Definition, Found, SourceFile, first_line, last_line
from reweave.align.seeds.names import BUILTINS, OF_EVERY_MODULE, Binding, Bindings, Uses, quoted, uses


@dataclass(slots=True)
class Recovered:
    """What was found for a definition.

    Attributes:
        imports: Statements, in the order of the file.
        helpers: Lines of other statements of the file, first and last.
        missing: Why it cannot stand alone: a rule's name and what is wrong; empty if it can.
        program: All of it together.
    """

    imports: list[str] = field(default_factory=list)
    helpers: list[tuple[int, int]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    program: str = ""


def alone(found: Found, file: SourceFile) -> Recovered:
    """Give a definition's source as its program."""
    return Recovered(program=_piece(found, file))


def recover(found: Found, file: SourceFile, bound: Bindings, helper_lines: int) -> Recovered:
    """Gather what a definition needs.

    Args:
        found: The definition.
        file: Its file.
        bound: What the file binds.
        helper_lines: How many lines of helpers it may bring along.

    Raises:
        SyntaxError, ValueError, RecursionError: Its source does not compile by itself.
    """
    made = Recovered()
    piece = _piece(found, file)
    outer = found.owner or found.node
    needs = uses(piece)
    for name in sorted(needs.written):
        made.missing.append(("free-name", f"{name} is written through global"))
    waiting = sorted(_needed(needs, bound), reverse=True)
    chosen: dict[str, int] = {}  # imports, and the lines that they are from
    helpers: dict[int, ast.stmt] = {}
    brought = 0  # lines of helpers
    seen = {outer.name, *waiting}
    while waiting:
        name = waiting.pop()
        found_here = bound.of.get(name, [])
        imports = [binding for binding in found_here if binding.kind == "import"]
        others = [binding for binding in found_here if binding.kind != "import"]
        # `except ImportError: name = None` behind it is what happens without the module
        if imports and found_here[0] is imports[0] and all(binding.nested for binding in others):
            _take(name, imports, chosen, made)
            continue
        if not found_here:
            if name not in BUILTINS and name not in OF_EVERY_MODULE:
                made.missing.append(_unbound(name, bound))
            continue
        if len(found_here) > 1 or found_here[0].nested or found_here[0].kind == "other":
            made.missing.append(("free-name", f"{name} is bound more than once, or under a condition"))
            continue
        if name in bound.changed and found_here[0].kind == "assignment":
            made.missing.append(("free-name", f"{name} is changed after it is made"))
            continue
        node = found_here[0].node
        size = last_line(node) - first_line(node) + 1
        if brought + size > helper_lines:
            said = f"{name} and others have {brought + size} lines; the limit is {helper_lines}"
            made.missing.append(("free-name", said))
            continue
        brought += size
        inner = uses(_text(file, node))
        if inner.written:
            made.missing.append(("free-name", f"{name} writes {', '.join(sorted(inner.written))}"))
        if outer.name in inner.names and found_here[0].kind == "assignment":
            made.missing.append(("free-name", f"{name} is made with {outer.name} itself"))
        helpers[first_line(node)] = node
        following = {*_needed(inner, bound), *_quoted_imports(node, bound)} - seen
        seen |= following
        waiting += sorted(following, reverse=True)
    for name in sorted(_quoted_imports(outer if found.kind == "class" else found.node, bound)):
        _take(name, bound.of[name], chosen, made)
    made.helpers = [(line, last_line(helpers[line])) for line in sorted(helpers)]
    annotated = bound.future if _annotates(found.node) else []
    made.imports = [*annotated[:1], *sorted(chosen, key=lambda text: (chosen[text], text))]
    made.program = _together(made, file, piece)
    return made


def _needed(used: Uses, bound: Bindings) -> set[str]:
    return {*used.names, *(name for name in used.perhaps if name in bound.of)}


def _take(name: str, imports: list[Binding], chosen: dict[str, int], made: Recovered) -> None:
    # Several `import a.b`, `import a.c` bind one name, and are all needed; of others the first is
    first = imports[0]
    taken = [each for each in imports if each.text.startswith("import ") and " as " not in each.text]
    for binding in taken if first in taken else [first]:
        chosen.setdefault(binding.text, binding.node.lineno)
        if binding.level:
            made.missing.append(("relative-import", f"{name}: {binding.text}"))


def _unbound(name: str, bound: Bindings) -> tuple[str, str]:
    if bound.stars:
        return "star-import", f"{name} may come from {', '.join(bound.stars)}"
    return "free-name", f"{name} is bound nowhere in the file"


def _quoted_imports(node: ast.AST, bound: Bindings) -> set[str]:
    """Names in string annotations that the file imports; others are left to the type checker."""
    return {name for name in quoted(node) if bound.of.get(name) and bound.of[name][0].kind == "import"}


def _annotates(node: Definition) -> bool:
    return any(
        getattr(part, "annotation", None) is not None or getattr(part, "returns", None) is not None
        for part in ast.walk(node)
    )


def _piece(found: Found, file: SourceFile) -> str:
    """Return a function's source, or a method's in what is left of its class."""
    owner = found.owner
    if owner is None:
        return found.code
    kept = [file.text(first_line(owner), first_line(owner.body[0]) - 1)]
    for member in owner.body:
        begins = isinstance(member, ast.FunctionDef) and member.name == "__init__"
        if member is found.node or begins or isinstance(member, (ast.Assign, ast.AnnAssign)):
            kept.append(_text(file, member))
    return "".join(kept)


def _text(file: SourceFile, node: ast.stmt) -> str:
    return file.text(first_line(node), last_line(node))


def _together(made: Recovered, file: SourceFile, piece: str) -> str:
    """Imports, small assignments close together, and two empty lines around everything else."""
    parts = ["".join(f"{statement}\n" for statement in made.imports)] if made.imports else []
    for first, last in made.helpers:
        text = file.text(first, last)
        if parts and first == last and parts[-1].count("\n") == 1 and not parts[-1].startswith(_IMPORT):
            parts[-1] += text
        else:
            parts.append(text)
    return "\n\n".join([*parts, piece])


_IMPORT = ("import ", "from ")
