"""The rules a definition passes to become a seed, by name, in a fixed order; the first that fails is why not.

A rule is a function from a candidate and the configuration to what is wrong, in words, or None. The type
checker's verdict (``type-error``) and the docstring's judge (``unclear-docstring``, and ``unclear-judgement``
where its answer is none) come from outside: they have their places in the order, and nothing else here.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

from reweave.align.seeds import published
from reweave.align.seeds.config import SeedsConfig
from reweave.align.seeds.finding import FUNCTIONS, Definition, Found, docstring_of
from reweave.align.seeds.modules import first_denied, imported
from reweave.align.seeds.program import Recovered

TYPE_ERROR = "type-error"
TYPE_CHECK = "type-check-"
"""What the reasons begin with for which the type checker has no verdict."""

UNREAD = "unclear-judgement"
UNCLEAR = "unclear-docstring"
JUDGED = (UNREAD, UNCLEAR)
"""The judge's: an answer is read before it says anything."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A definition, and the program that was made of it.

    Attributes:
        found: The definition.
        recovered: Its program, and what could not be had for it.
        body: The first characters of its first statement.
    """

    found: Found
    recovered: Recovered
    body: str


Rule = Callable[[Candidate, SeedsConfig], str | None]

ORDER = {
    # Cheap before dear: the type checker sees what is left
    "default": (
        "no-docstring", "no-return", "no-arguments", "too-long", "star-import", "relative-import",
        "free-name", "bad-word", "denied-module", TYPE_ERROR, *JUDGED,
    ),
    # As published; it has no rules on names, which are the type checker's
    "paper": (
        "no-docstring", "no-return", TYPE_ERROR, "bad-word", "denied-module", "too-long", "no-arguments",
        *JUDGED,
    ),
}  # fmt: skip
"""The rules of each preset, in the order in which they are asked and counted."""


def no_docstring(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether it says what it does."""
    node = candidate.found.node
    if config.docstring == "triple-quotes":
        held = published.has_triple_quotes(node, candidate.body)
        return None if held else "the first statement does not begin with three double quotes"
    constant = docstring_of(node)
    return None if constant is not None and str(constant.value).strip() else "no docstring, or an empty one"


def no_return(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether it gives a value back, which a test can look at; of a class, whether a method does."""
    if config.returns == "substring":
        return None if published.has_return(candidate.found.code) else "no text 'return '"
    node = candidate.found.node
    functions = [part for part in node.body if isinstance(part, FUNCTIONS)] if _is_class(node) else [node]
    return None if any(map(_returns, functions)) else "no return of a value, its inner functions aside"


def no_arguments(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether there is something to call it with; not asked of a class."""
    found = candidate.found
    if config.arguments == "substring":
        return None if published.has_arguments(found.code) else "a line with def has '():'"
    if isinstance(found.node, ast.ClassDef):
        return None
    given = found.node.args
    positional = len(given.posonlyargs) + len(given.args)
    if found.kind == "method" and not _is_static(found.node):
        positional -= 1
    others = bool(given.vararg or given.kwonlyargs or given.kwarg)
    return None if positional > 0 or others else "it takes no argument"


def too_long(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether it has more lines than is allowed."""
    lines = candidate.found.code.rstrip("\n").count("\n") + 1
    return f"{lines:,} lines; the limit is {config.max_lines:,}" if lines > config.max_lines else None


def bad_word(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether a word stands in it that says that it is not finished."""
    program = candidate.recovered.program
    if config.words == "substring":
        word = published.find_word(program, config.bad_words)
        return None if word is None else f"the text {word!r}"
    if not config.bad_words:
        return None
    pattern = rf"\b(?:{'|'.join(map(re.escape, config.bad_words))})\b"
    match = re.search(pattern, program, re.IGNORECASE)
    return None if match is None else f"the word {match[0]!r}"


def missing(reason: str) -> Rule:
    """Make the rule on one kind of what a program could not be given."""

    def rule(candidate: Candidate, _: SeedsConfig) -> str | None:
        said = [detail for kind, detail in candidate.recovered.missing if kind == reason]
        return "; ".join(said[:5]) or None

    return rule


def denied_module(candidate: Candidate, config: SeedsConfig) -> str | None:
    """Whether it imports what it must not."""
    program = candidate.recovered.program
    if config.modules == "substring":
        text = published.find_import(program, config.denied_modules)
        return None if text is None else f"the text {text!r}"
    module = first_denied(imported(program), config.denied_modules, config.allowed_modules)
    return None if module is None else f"it imports {module}"


RULES: dict[str, Rule] = {
    "no-docstring": no_docstring,
    "no-return": no_return,
    "no-arguments": no_arguments,
    "too-long": too_long,
    "bad-word": bad_word,
    "star-import": missing("star-import"),
    "relative-import": missing("relative-import"),
    "free-name": missing("free-name"),
    "denied-module": denied_module,
}
"""What can be told of a candidate alone."""

OF_CODE = frozenset({"no-docstring", "no-return", "no-arguments", "too-long"})
"""Those that need no program; in every order they come before those that do, as far as the type checker."""


def _is_class(node: Definition) -> bool:
    return isinstance(node, ast.ClassDef)


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)


def _returns(node: ast.AST) -> bool:
    """Whether a value other than None is returned by the function itself."""
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        if isinstance(part, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(part, ast.Return) and part.value is not None and not _is_none(part.value):
            return True
        waiting += ast.iter_child_nodes(part)
    return False


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
