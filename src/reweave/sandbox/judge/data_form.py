"""The data form: tests as calls whose arguments are known, and assertions over what the calls return.

Known is what the test text alone gives: literals, what is computed from them, random numbers drawn from the
job's seed; and the answer of an earlier call, which the sample hands on.

``plan`` reads a test text and executes nothing of it. The sample then gets the calls and no expectation; the
trusted side compares. Tests that do more than that have no plan: see ``forms``.
What a call returned is taken as it was when the call returned.
"""

import ast
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reweave.sandbox.inside import names
from reweave.sandbox.jobs import Call
from reweave.sandbox.judge import bounded, operations
from reweave.sandbox.judge.compare import Answer, Apply, Came, Const, Tree
from reweave.sandbox.judge.expressions import FUNCTIONS, LATER, Defined, Expressions, Module, Program, Reject

SOURCE = 1_000_000  # characters of test text that are looked at
TEXT = 300  # characters of an assertion that are kept for messages
NESTING = 10  # test functions that call one another
TRUTH = "(lambda call: lambda *args, **kwargs: bool(call(*args, **kwargs)))"
"""Before an entry in brackets: the call's truth. ``assert match(s)`` asks no more, and no match crosses."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the tests evaluate.

    Args:
        line: Its line in the test text.
        text: Its source, cut.
        tree: What is evaluated.
        asserts: Whether it must be true; else it must only not raise.
    """

    line: int
    text: str
    tree: Tree
    asserts: bool = True


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Calls for the sample, in order, and what is then checked, in order.

    Args:
        calls: With None in place of arguments that are earlier answers.
        checks: What is then evaluated.
        earlier: By number of a call, by place or name of an argument: the number of the call whose answer it
            is, and whether a copy of that is meant.
        drawn: Whether the tests draw random numbers: the plan is then that of one seed.
    """

    calls: tuple[Call, ...]
    checks: tuple[Check, ...]
    earlier: Mapping[int, Mapping[int | str, tuple[int, bool]]]
    drawn: bool

    @property
    def assertions(self) -> tuple[Check, ...]:
        """The checks that are assertions."""
        return tuple(check for check in self.checks if check.asserts)


@lru_cache(maxsize=2048)
def plan(tests: str, entry_point: str | None = None, seed: int = 0) -> DataPlan | None:
    """Give the plan of a test text, None where the data form does not do.

    Args:
        tests: Python source text.
        entry_point: The name the tests check; needed for a ``check(candidate)`` that nobody calls, and where
            the program defines a name that Python has already.
        seed: Of the numbers that the tests draw.
    """
    try:
        module = parse(tests)
        return _Planner(entry_point or names.subject(tests), seed).planned(module)
    except (Reject, bounded.Unsupported, RecursionError, MemoryError, SyntaxError):
        return None


def parse(tests: str) -> ast.Module:
    """Give the syntax tree of a test text. Raises ``Reject``."""
    if len(tests) > SOURCE:
        raise Reject("a very long text")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Reject("a text that does not parse") from error


class _Return(Exception):  # noqa: N818 - control flow, not an error
    def __init__(self, value: Any) -> None:
        self.value = value


class _Planner:
    def __init__(self, entry_point: str | None, seed: int) -> None:
        self.entry_point = entry_point
        self.expressions = Expressions(entry_point, self._inline, seed)
        self.checks: list[Check] = []
        self.called: set[str] = set()
        self._texts: dict[int, str] = {}
        self.depth = 0

    def planned(self, module: ast.Module) -> DataPlan | None:
        self._block(module.body)
        scope = self.expressions.scopes[0]
        waiting = [value.node for value in scope.values() if isinstance(value, Defined)]
        for function in waiting:
            if function.name in self.called:
                continue
            if function.name == "check" and self.entry_point and len(function.args.args) == 1:
                self._inline(function, [Program(self.entry_point)], {})
            elif function.name.startswith("test"):
                self._inline(function, [], {})
            elif function.name == "check":
                raise Reject("a check of nobody knows what")
        expressions = self.expressions
        if not expressions.calls or not any(check.asserts for check in self.checks):
            return None
        return DataPlan(tuple(expressions.calls), tuple(self.checks), expressions.earlier, expressions.drawn)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        expressions = self.expressions
        expressions.step()
        match node:
            case ast.Assert(test=test):
                self._check(node, self._truth(test), asserts=True)
            case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Name(id="print")) | ast.Pass():
                pass
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(ast.Name(id=name), "append"), args=[argument], keywords=[])
            ):
                expressions.append(name, argument)
            case ast.Expr(value=value):
                if not self._prints(value):
                    self._check(node, expressions.value(value), asserts=False)
            case ast.Assign(targets=targets, value=value):
                result = self._kept(node, value)
                for target in targets:
                    expressions.bind(target, result)
            case ast.AnnAssign(target=ast.Name() as name, value=value):
                if value:
                    expressions.bind(name, self._kept(node, value))
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                old = expressions.known(ast.Name(id=name))
                if type(old) not in {int, float, str, bool, tuple} or name not in expressions.scopes[-1]:
                    raise Reject("a change in place")
                function = operations.OPERATORS[type(operator).__name__]
                expressions.scopes[-1][name] = expressions.apply(function, [old, expressions.known(value)])
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                for item in expressions.walked(iterable):
                    expressions.bind(target, item)
                    self._block(body)
            case ast.If(test=test, body=body, orelse=orelse):
                self._block(body if expressions.known(test) else orelse)
            case ast.FunctionDef(decorator_list=[]):
                expressions.scopes[-1][node.name] = Defined(node)
            case ast.Import(names=aliases):
                for alias in aliases:
                    _standard(alias.name)
                    expressions.scopes[-1][alias.asname or alias.name.partition(".")[0]] = Module(alias.name)
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                _standard(module)
                for alias in aliases:
                    expressions.scopes[-1][alias.asname or alias.name] = self._imported(module, alias.name)
            case ast.Return(value=value):
                raise _Return(expressions.value(value) if value else None)
            case _:
                raise Reject(f"a {type(node).__name__}")

    def _truth(self, test: ast.expr) -> Any:
        """Give a condition; where it is a call's bare truth, let the call give no more than that."""
        value = self.expressions.value(test, decisive=True)
        inner = value
        while isinstance(inner, Apply) and inner.function is operations.OPERATORS["Not"]:
            (inner,) = inner.operands
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test = test.operand
        if isinstance(inner, Answer) and isinstance(test, ast.Call):
            call = self.expressions.calls[inner.call]
            if not call.entry.startswith(TRUTH):
                self.expressions.calls[inner.call] = replace(call, entry=f"{TRUTH}({call.entry})")
        return value

    def _kept(self, node: ast.stmt, value: ast.expr) -> Any:
        """Give the value to bind; one that is yet to come must not raise, whether it is used or not."""
        result = self.expressions.value(value)
        if isinstance(result, LATER):
            if (
                isinstance(value, ast.Call)
                and isinstance(value.func, ast.Name)
                and value.func.id[:1].isupper()
            ):
                raise Reject("what may be an object of the program's")
            self._check(node, result, asserts=False)
        return result

    def _check(self, node: ast.stmt, value: Any, *, asserts: bool) -> None:
        if isinstance(value, FUNCTIONS):
            raise Reject("a function as a condition")
        known = not isinstance(value, LATER)
        if known and not asserts:
            return
        if not asserts and isinstance(value, Answer):
            value = Came(value.call)  # it may be no data, as long as it only goes back to the program
        # A known value's truth is known: of the value itself no message has need
        tree = Const(bool(value)) if known else self.expressions.tree(value)
        text = self._texts.get(id(node))
        if text is None:
            text = self._texts[id(node)] = ast.unparse(node)[:TEXT]
        self.checks.append(Check(node.lineno, text, tree, asserts))

    def _prints(self, value: ast.expr) -> bool:
        if not (
            isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print"
        ):
            return False
        for argument in value.args:
            self.expressions.known(argument)
        return True

    def _imported(self, module: str, name: str) -> Any:
        if name == "*":
            raise Reject("a star import")
        return self.expressions.member(module, name)

    def _inline(self, node: ast.FunctionDef, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Give what a function of the tests' returns, its assertions checked on the way."""
        spec = node.args
        if spec.vararg or spec.kwarg or spec.kwonlyargs or spec.posonlyargs:
            raise Reject("unusual parameters")
        self.called.add(node.name)
        parameters = [parameter.arg for parameter in spec.args]
        bound = dict(zip(parameters, args, strict=False))
        defaults = dict(zip(parameters[len(parameters) - len(spec.defaults) :], spec.defaults, strict=True))
        bound.update(kwargs)
        for name, default in defaults.items():
            if name not in bound:
                bound[name] = self.expressions.value(default)
        if bound.keys() != set(parameters) or len(args) > len(parameters):
            raise Reject("arguments that do not fit")
        with self._scope(bound):
            try:
                self._block(node.body)
            except _Return as returned:
                return returned.value
        return None

    @contextmanager
    def _scope(self, local: dict[str, Any]) -> Iterator[None]:
        """Evaluate in a function's scope: its names, then the module's."""
        scopes = self.expressions.scopes
        self.depth += 1
        if self.depth > NESTING:
            raise Reject("deeply nested test functions")
        self.expressions.scopes = [scopes[0], local]
        try:
            yield
        finally:
            self.expressions.scopes = scopes
            self.depth -= 1


def _standard(module: str) -> None:
    if module.partition(".")[0] not in sys.stdlib_module_names:
        raise Reject(f"an import of {module}")
