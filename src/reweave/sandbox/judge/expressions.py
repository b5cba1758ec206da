"""From a test's expression to its value, where the program has no part in it, or to a tree over its answers.

Nothing of the test is executed: an expression is folded with the bounded operations of
:mod:`reweave.sandbox.judge.operations`, each call into the program with literal arguments becomes an answer
to come. What is neither raises ``Reject``: such tests run in a second sandbox, in the proxy form.

Python would not have made every call that is planned here, only those that earlier operands leave open. So
a call may stand behind ``and`` in an assertion, which has failed when the call is not made, but not behind
``or``. And a program may change its arguments in place: what it may have changed is not looked at again.

An answer may be an argument of a later call: the sample hands over what the earlier call gave.
"""

import ast
import builtins
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reweave.sandbox.jobs import Call
from reweave.sandbox.judge import bounded, operations
from reweave.sandbox.judge.compare import Answer, Apply, Came, Const, Junction, Tree
from reweave.sandbox.judge.drawing import Generator, drawing

STEPS = 200_000  # expressions folded for one task
CALLS = 10_000
_DEEPCOPY = operations.MODULES["copy"]["deepcopy"]
_NAMED = frozenset({"abs_tol", "default", "rel_tol", "reverse", "start"})
_DATA = (bool, int, float, complex, str, bytes, type(None))


class Reject(Exception):  # noqa: N818 - control flow, not an error
    """The tests are not for the data form.

    Args:
        why: What stands in them.
    """


@dataclass(frozen=True, slots=True)
class Program:
    """Something of the program's, named by an expression that its namespace can evaluate."""

    entry: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module the tests use."""

    name: str


@dataclass(frozen=True, slots=True)
class Pure:
    """An operation, as a value."""

    function: Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """A function the tests define."""

    node: ast.FunctionDef


Inline = Callable[[ast.FunctionDef, list[Any], dict[str, Any]], Any]
LATER = (Const, Answer, Came, Apply, Junction)
"""What an expression gives in which the program has a part."""
FUNCTIONS = (Program, Module, Pure, Defined, Generator)
"""What it gives where it is no data."""


class Expressions:
    """Folds expressions; the plan's calls gather in ``calls``.

    Args:
        entry_point: The program's name that the tests are about, if it is known.
        inline: Gives the value of a call to a function of the tests'.
        seed: Of the numbers that the tests draw.
    """

    def __init__(self, entry_point: str | None, inline: Inline, seed: int = 0) -> None:
        self.entry_point = entry_point
        self.calls: list[Call] = []
        self.earlier: dict[int, dict[int | str, tuple[int, bool]]] = {}
        self.drawn = False
        self._source = random.Random(seed)  # noqa: S311 - what the tests would draw
        # Calls whose answers the program was given again, and those that trees look at: no call is both.
        # Handed on, an answer may change; looked at, an iterator has been walked.
        self._passed: set[int] = set()
        # Lists that were walked, by identity: Python's own walk would come to what is appended meanwhile
        self._walked: dict[int, Any] = {}
        self._looked_at: set[int] = set()
        self.scopes: list[dict[str, Any]] = [{}]
        self._inline = inline
        self._steps = 0
        self._open = 0  # depth of operands that Python may leave out while the assertion holds
        self._escaped: dict[int, Any] = {}  # mutable values the program was given, by identity
        self._held: dict[int, Any] = {}  # mutable values that trees refer to

    def step(self) -> None:
        """Count one step. Raises ``Reject`` past the limit."""
        self._steps += 1
        if self._steps > STEPS:
            raise Reject("tests that take many steps")

    def value(self, node: ast.expr, *, decisive: bool = False) -> Any:
        """Give the value of an expression, or the tree that gives it later.

        Args:
            node: The expression.
            decisive: Whether the assertion fails if this is false.
        """
        self.step()
        match node:
            case ast.Constant():
                if not isinstance(node.value, _DATA):
                    raise Reject("an ellipsis")
                return node.value
            case ast.Name():
                return self._name(node.id)
            case ast.List(elts=members) | ast.Tuple(elts=members) | ast.Set(elts=members):
                kind = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
                return self.apply(bounded.display(kind), self._members(members), check=False)
            case ast.Dict(keys=keys, values=values):
                if None in keys:
                    raise Reject("a dictionary that unpacks another")
                flat = [self.value(part) for pair in zip(keys, values, strict=True) for part in pair if part]
                return self.apply(bounded.display_dict, flat, check=False)
            case ast.UnaryOp(op=operator, operand=operand):
                return self.apply(operations.OPERATORS[type(operator).__name__], [self.value(operand)])
            case ast.BinOp(left=left, op=operator, right=right):
                function = operations.OPERATORS.get(type(operator).__name__)
                if function is None:
                    raise Reject("matrix multiplication")
                return self.apply(function, [self.value(left), self.value(right)])
            case ast.BoolOp(op=operator, values=operands):
                return self._junction(isinstance(operator, ast.Or), operands, decisive)
            case ast.Compare():
                return self._compare(node, decisive)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.known(test) else orelse, decisive=decisive)
            case ast.Subscript(value=value, slice=index):
                return self.apply(operations.subscript, [self.value(value), self.value(index)])
            case ast.Slice(lower=lower, upper=upper, step=step):
                bounds = [self.value(bound) if bound else None for bound in (lower, upper, step)]
                return self.apply(operations.make_slice, bounds)
            case ast.JoinedStr(values=parts):
                return self.apply(bounded.text_of, [self._formatted(part) for part in parts])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                kind = set if isinstance(node, ast.SetComp) else list
                return self.apply(bounded.display(kind), list(self._comprehend(node.generators, node.elt)))
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node, decisive)
        raise Reject(f"a {type(node).__name__}")

    def known(self, node: ast.expr) -> Any:
        """Give the value of an expression in which the program has no part."""
        value = self.value(node)
        if isinstance(value, LATER + FUNCTIONS):
            raise Reject("a choice that hangs on an answer")
        return value

    def apply(
        self, function: Callable[..., Any], values: list[Any], names: Mapping[str, Any] | None = None, *,
        check: bool = True,
    ) -> Any:  # fmt: skip
        """Give the value of an operation, now where all operands are known, else later."""
        names = names or {}
        operands = [*values, *names.values()]
        if any(isinstance(operand, FUNCTIONS) for operand in operands):
            raise Reject("a function as a value")
        if any(isinstance(operand, LATER) for operand in operands):
            if function is _DEEPCOPY and isinstance(values[0], Answer) and len(operands) == 1:
                return Apply(function, (values[0],))  # not looked at: it may go back to the program
            return Apply(function, tuple(map(self.tree, operands)), tuple(names))
        try:
            result = function(*values, **names)
        except Exception as error:
            raise Reject(f"an expression that raises {type(error).__name__}") from error
        if type(result) is bounded.Items:
            self._walked.update((id(operand), operand) for operand in operands)
        if check and type(result) not in _DATA:
            self._mutables(result)  # bounds what shared parts add up to
        return result

    def tree(self, value: Any) -> Tree:
        """Give the tree of a value."""
        if (answer := _answer(value)) is not None:
            self._looked_at.add(answer[0])
            self._no_call_is_both()
        if isinstance(value, LATER):
            return value
        if type(value) not in _DATA:
            held = self._mutables(value)
            if held.keys() & self._escaped.keys():
                raise Reject("a value that the program may have changed")
            self._held.update(held)
        return Const(value)

    def bind(self, target: ast.expr, value: Any) -> None:
        """Bind a target to a value, as assignment does."""
        match target:
            case ast.Name(id=name):
                self.scopes[-1][name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if any(isinstance(part, ast.Starred) for part in targets):
                    raise Reject("a starred target")
                for part, member in zip(targets, self._unpacked(value, len(targets)), strict=True):
                    self.bind(part, member)
            case _:
                raise Reject("an assignment to a part of something")

    def walked(self, node: ast.expr) -> list[Any]:
        """Give the items of a known iterable."""
        value = self.known(node)
        self._walked[id(value)] = value
        try:
            return bounded.items(value)
        except (bounded.Unsupported, OverflowError) as error:
            raise Reject(str(error)) from error

    def _unpacked(self, value: Any, count: int) -> list[Any]:
        if isinstance(value, LATER):
            whole = Apply(lambda *parts: _exactly(count, parts), (value,))
            return [Apply(operations.subscript, (whole, Const(index))) for index in range(count)]
        try:
            return _exactly(count, (value,))
        except (bounded.Unsupported, ValueError, OverflowError) as error:
            raise Reject("an unpacking that raises") from error

    def _name(self, name: str) -> Any:
        for scope in reversed(self.scopes):
            if name in scope:
                value = scope[name]
                if type(value) not in _DATA and self._mutables(value).keys() & self._escaped.keys():
                    raise Reject("a value that the program may have changed")
                return value
        if name == self.entry_point:
            return Program(name)
        if name in operations.BUILTINS:
            value = operations.BUILTINS[name]
            return value if isinstance(value, type) else Pure(value)
        if name in operations.MODULES:
            return Module(name)
        if name == "__name__":
            return "__main__"
        if hasattr(builtins, name):
            raise Reject(f"the builtin {name}")
        return Program(name)

    def _members(self, nodes: list[ast.expr]) -> list[Any]:
        members = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                members.extend(self.walked(node.value))
            else:
                members.append(self.value(node))
        return members

    def _formatted(self, part: ast.expr) -> Any:
        if isinstance(part, ast.FormattedValue):
            if part.format_spec or part.conversion != -1:
                raise Reject("a format")
            return self.value(part.value)
        return self.value(part)

    def _junction(self, decided_by: bool, nodes: list[ast.expr], decisive: bool) -> Any:
        decisive = decisive and not decided_by
        operands: list[Any] = []
        for node in nodes:
            with_open = bool(operands) and not decisive
            self._open += with_open
            operand = self.value(node, decisive=decisive)
            self._open -= with_open
            if not operands and not isinstance(operand, LATER) and node is not nodes[-1]:
                if bool(operand) is decided_by:
                    return operand
                continue
            operands.append(operand)
        return operands[0] if len(operands) == 1 else Junction(decided_by, tuple(map(self.tree, operands)))

    def _compare(self, node: ast.Compare, decisive: bool) -> Any:
        links: list[Any] = []
        left = self.value(node.left)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            with_open = bool(links) and not decisive
            self._open += with_open
            right = self.value(comparator)
            self._open -= with_open
            name = type(operator).__name__
            if name.startswith("Is") and not any(
                side is None or isinstance(side, (bool, type)) for side in (left, right)
            ):
                raise Reject("the identity of values")
            links.append(self.apply(operations.COMPARISONS[name], [left, right], check=False))
            left = right
        return links[0] if len(links) == 1 else Junction(False, tuple(map(self.tree, links)))

    def _comprehend(
        self, generators: list[ast.comprehension], element: ast.expr, decisive: bool = False
    ) -> Iterator[Any]:
        first, *rest = generators
        for item in self.walked(first.iter):
            self.step()
            self.scopes.append({})
            self.bind(first.target, item)
            if all(self.known(test) for test in first.ifs):
                if rest:
                    yield from self._comprehend(rest, element, decisive)
                else:
                    yield self.value(element, decisive=decisive)
            self.scopes.pop()

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Program):
            return Program(f"{owner.entry}.{node.attr}")
        if isinstance(owner, Module):
            value = self.member(owner.name, node.attr)
            if isinstance(value, Module):
                raise Reject(value.name)
            return value
        if isinstance(owner, Generator):
            return self._drawing(owner.source, node.attr)
        raise Reject("an attribute")

    def member(self, module: str, name: str) -> Any:
        """Give what a module has under a name; where nothing is known of it, a module of that name."""
        if module == "random":
            return self._drawing(self._source, name)
        value = operations.MODULES.get(module, {}).get(name)
        if value is None:
            return Module(f"{module}.{name}")
        return Pure(value) if callable(value) else value

    def append(self, name: str, argument: ast.expr) -> None:
        """Append to a list of the tests' own that nothing else holds, and that nothing has walked."""
        values = self._name(name)
        if type(values) is not list or id(values) in self._held or id(values) in self._walked:
            raise Reject("a change in place")
        values.append(self.known(argument))

    def _drawing(self, source: random.Random, name: str) -> Any:
        self.drawn = True
        function = drawing(source, name)
        if function is None:
            raise Reject(f"random.{name}")
        return Pure(function)

    def _call(self, node: ast.Call, decisive: bool) -> Any:
        function = node.func
        if any(isinstance(argument, ast.Starred) for argument in node.args) or not all(
            keyword.arg for keyword in node.keywords
        ):
            raise Reject("unpacked arguments")
        if isinstance(function, ast.Attribute):
            if isinstance(function.value, ast.Call) and (entry := self._made(function)):
                return self._plan(Program(entry), node)
            owner = self.value(function.value)
            if not isinstance(owner, (Program, Module, Generator)):
                if function.attr not in operations.METHOD_NAMES or isinstance(owner, (Pure, Defined, type)):
                    raise Reject(f"a method .{function.attr}")
                return self.apply(
                    operations.method(function.attr), [owner, *self._arguments(node)], self._named(node)
                )
            callee = self._attribute(function)
        else:
            callee = self.value(function)
        if isinstance(callee, Program):
            return self._plan(callee, node)
        if isinstance(callee, Defined):
            return self._inline(callee.node, self._arguments(node), self._named(node, any_name=True))
        if isinstance(function, ast.Name) and function.id in {"all", "any"} and isinstance(callee, Pure):
            return self._quantifier(function.id, node, decisive, callee)
        if isinstance(callee, type):
            callee = Pure(operations.CONVERSIONS[callee])
        if not isinstance(callee, Pure):
            raise Reject("a call of something else")
        return self.apply(callee.function, self._arguments(node), self._named(node))

    def _quantifier(self, name: str, node: ast.Call, decisive: bool, callee: Pure) -> Any:
        if len(node.args) == 1 and isinstance(generator := node.args[0], ast.GeneratorExp):
            decisive = decisive and name == "all"
            self._open += not decisive
            operands = list(self._comprehend(generator.generators, generator.elt, decisive))
            self._open -= not decisive
            if not operands:
                return name == "all"
            return self.apply(bool, [Junction(name == "any", tuple(map(self.tree, operands)))])
        return self.apply(callee.function, self._arguments(node), self._named(node))

    def _made(self, function: ast.Attribute) -> str | None:
        """Give the entry expression of ``Solution().method``: an instance for this one call."""
        maker = function.value
        if not (isinstance(maker, ast.Call) and isinstance(maker.func, ast.Name)):
            return None
        if not (maker.func.id[:1].isupper() and isinstance(self._name(maker.func.id), Program)):
            return None
        if function.attr in operations.METHOD_NAMES or maker.args or maker.keywords:
            raise Reject("an object of the program's")
        return f"{maker.func.id}().{function.attr}"

    def _arguments(self, node: ast.Call) -> list[Any]:
        return [self.value(argument) for argument in node.args]

    def _named(self, node: ast.Call, *, any_name: bool = False) -> dict[str, Any]:
        named = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        if not any_name and not named.keys() <= _NAMED:
            raise Reject("named arguments")
        return named

    def _plan(self, callee: Program, node: ast.Call) -> Answer:
        if self._open:
            raise Reject("a call that may not be made")
        if len(self.calls) >= CALLS:
            raise Reject("very many calls")
        args = self._arguments(node)
        kwargs = self._named(node, any_name=True)
        given: dict[int, Any] = {}
        earlier: dict[int | str, tuple[int, bool]] = {}
        places: Iterator[tuple[int | str, Any]] = itertools.chain(enumerate(args), kwargs.items())
        for place, argument in places:
            if (answer := _answer(argument)) is not None:
                earlier[place] = answer
            elif type(argument) not in _DATA:
                given.update(self._mutables(argument, argument=True))
        if given.keys() & (self._held.keys() | self._escaped.keys()):
            raise Reject("a value that the program may have changed")
        self._escaped.update(given)
        if earlier:
            self.earlier[len(self.calls)] = earlier
            self._passed.update(call for call, copied in earlier.values() if not copied)
            self._no_call_is_both()
            args = [None if place in earlier else argument for place, argument in enumerate(args)]
            kwargs = {name: None if name in earlier else argument for name, argument in kwargs.items()}
        self.calls.append(Call(callee.entry, tuple(args), kwargs))
        return Answer(len(self.calls) - 1)

    def _no_call_is_both(self) -> None:
        if not self._looked_at.isdisjoint(self._passed):
            raise Reject("an answer that is both looked at and given to the program")

    def _mutables(self, value: Any, *, argument: bool = False) -> dict[int, Any]:
        """Give the lists, dictionaries and sets in a value, by identity."""
        found: dict[int, Any] = {}
        stack = [value]
        count = 0
        while stack:
            part = stack.pop()
            count += 1
            if count > STEPS:
                raise Reject("a very large value")
            kind = type(part)
            if kind in {list, dict, set}:
                found[id(part)] = part
            if kind in {list, tuple, set, frozenset}:
                stack.extend(part)
            elif kind is dict:
                stack.extend(part)
                stack.extend(part.values())
            elif kind is bounded.Items and not argument:
                stack.extend(part.values)
            elif argument and kind not in _DATA:
                raise Reject(f"an argument of type {kind.__name__}")
        return found


def _answer(argument: Any) -> tuple[int, bool] | None:
    """Give (call, whether a copy is meant) of an argument that is an earlier call's answer."""
    if isinstance(argument, Answer):
        return argument.call, False
    match argument:
        case Apply(function=function, operands=(Answer(call=call),), names=()):
            return (call, True) if function is _DEEPCOPY else None
    return None


def _exactly(count: int, values: Any) -> list[Any]:
    (value,) = values
    parts = bounded.items(value)
    if len(parts) != count:
        raise ValueError(f"{count} values to unpack, not {len(parts)}")
    return parts
