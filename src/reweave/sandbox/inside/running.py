"""Running a test text: its assertions counted, its functions and classes called as their frameworks would.

Knows nothing of where the program is; ``test_side`` and ``in_process`` bring the namespace.
"""

import ast
import linecache
import os
import sys
import types

from . import assertions, program

FILE = "<tests>"
COUNT = "__count_assertion__"
MARK = "__mark_assertion__"
NOTHING = "the tests assert nothing"


class _FailedError(Exception):
    """The tests did not pass, as their framework says."""


def run(tests, module, entry_point, channel, asked=lambda: False):
    """Run a test text in a module; give (reason, detail). What ends a process comes through.

    Args:
        tests: Python source text.
        module: Where it runs; it has the program's names already.
        entry_point: The name for a ``check(candidate)`` that the tests do not call.
        channel: Counts the assertions.
        asked: Says whether the tests have made any use of the program.
    """
    try:
        tree = ast.parse(tests, FILE)
        shape = _Shape(tree)
        code = compile(ast.fix_missing_locations(_Counting().visit(tree)), FILE, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return "failed", "the tests do not compile: %s" % error
    linecache.cache[FILE] = (len(tests), None, tests.splitlines(True), FILE)
    module.__dict__[COUNT] = channel.count_assertion
    module.__dict__[MARK] = channel.mark_assertion
    try:
        ran = _run(code, module, shape, entry_point, channel)
    except Exception as error:  # noqa: BLE001 - the tests' or the program's
        return _told(error)
    if not (ran or channel.reached or asked()):
        return "failed", NOTHING
    return "passed", ""


def _run(code, module, shape, entry_point, channel):
    """Run everything; give whether there was anything to run."""
    space = module.__dict__
    if shape.unittest or "unittest" in sys.modules:
        _quiet_frameworks(channel)
    exec(code, space)  # noqa: S102 - that is what this process is for
    ran = False
    if "check" in shape.functions and "check" not in shape.called and entry_point:
        space["check"](space[entry_point])
        ran = True
    unittest = sys.modules.get("unittest")
    cases = [
        space[name]
        for name in shape.classes
        if unittest and isinstance(space.get(name), type) and issubclass(space[name], unittest.TestCase)
    ]
    if cases:
        _unittest(unittest, cases)
        ran = True
    names = [
        name
        for name in shape.functions
        if name.startswith("test") and name not in shape.called and name in space
    ]
    groups = [
        space[name]
        for name in shape.classes
        if name.startswith("Test") and space.get(name) not in cases and isinstance(space.get(name), type)
    ]
    if (names or groups) and (shape.pytest or any(map(shape.functions.get, names))):
        pytest = _imported_pytest()
        if pytest is None:
            raise _FailedError("the tests need pytest, which is not there")
        _pytest(pytest, module, cases)
        return True
    for name in names:
        space[name]()
    for group in groups:
        _group(group)
    return ran or bool(names or groups)


def _told(error):
    """Give (reason, detail) for what the tests raised."""
    if isinstance(error, _FailedError):
        return "failed", str(error)
    reason = program.reason_of(error)
    name, message, _ = program.describe(error)
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    text = linecache.getline(FILE, line).strip()[:200] if line else ""
    raised = name if not message else "%s: %s" % (name, message)
    return reason, "line %d: %s: %s" % (line, text, raised) if line else raised


class _Counting(ast.NodeTransformer):
    """Puts a count before every assertion, and a mark before those of a framework, which count themselves."""

    def visit(self, node):
        self.generic_visit(node)
        if not isinstance(node, ast.stmt) or not assertions.asserts(node):
            return node
        name = COUNT if isinstance(node, ast.Assert) else MARK
        call = ast.Expr(ast.Call(ast.Name(name, ast.Load()), [ast.Constant(node.lineno)], []))
        return [ast.copy_location(call, node), node]


class _Shape:
    """What stands at the top of a test text.

    Args:
        tree: Its syntax tree.
    """

    def __init__(self, tree):
        self.functions = {}  # name: whether it wants arguments
        self.classes = []
        self.called = set()
        self.pytest = self.unittest = False
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                wants = node.args.args or node.args.kwonlyargs or node.decorator_list
                self.functions[node.name] = bool(wants)
            elif isinstance(node, ast.ClassDef):
                self.classes.append(node.name)
            else:
                self.called.update(
                    each.func.id
                    for each in ast.walk(node)
                    if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
                )
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self._imported(*[alias.name for alias in node.names])
            elif isinstance(node, ast.ImportFrom):
                self._imported(node.module or "")
            elif isinstance(node, ast.Name):  # a program's import, or the fixed table's
                self._imported(node.id)

    def _imported(self, *names):
        self.pytest = self.pytest or "pytest" in names
        self.unittest = self.unittest or any(name.partition(".")[0] in ("unittest", "mock") for name in names)


def _quiet_frameworks(channel):
    """Let ``unittest.main`` and ``pytest.main`` do nothing, and ``TestCase``'s assertions count."""
    import unittest  # noqa: PLC0415 - slow to import, and few test texts need it

    unittest.main = lambda *_, **__: None
    depth = [0]
    for name, method in list(vars(unittest.TestCase).items()):
        if name.startswith("assert") and isinstance(method, types.FunctionType):
            setattr(unittest.TestCase, name, _counted(method, channel, depth))


def _counted(method, channel, depth):
    def counted(*args, **kwargs):
        if not depth[0]:
            channel.count_assertion()
        depth[0] += 1
        try:
            return method(*args, **kwargs)
        finally:
            depth[0] -= 1

    return counted


def _unittest(unittest, cases):
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)
    result = unittest.TestResult()
    suite.run(result)
    if not result.wasSuccessful():
        faults = result.failures + result.errors
        if not faults:
            raise _FailedError("a test passed that should not have")
        case, trace = faults[0]
        raise _FailedError("%s: %s" % (case, trace.strip().rpartition("\n")[2]))
    if result.skipped and len(result.skipped) >= result.testsRun:
        raise _FailedError("all tests were skipped")


def _group(group):
    """Run a class of tests that needs no framework."""
    for name in dir(group):
        if name.startswith("test"):
            instance = group()
            getattr(instance, "setup_method", lambda *_: None)()
            getattr(instance, name)()


def _imported_pytest():
    try:
        import pytest  # noqa: PLC0415 - it may not be there
    except ImportError:
        return None
    return pytest


def _pytest(pytest, module, cases):
    """Run a module's tests under pytest; ``unittest`` cases have been run."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    faults = []

    class Collected(pytest.Module):
        def _getobj(self):
            return module

    class Plugin:
        def pytest_pycollect_makemodule(self, module_path, parent):
            return Collected.from_parent(parent, path=module_path)

        def pytest_collection_modifyitems(self, items):
            items[:] = [item for item in items if getattr(item, "cls", None) not in cases]

        def pytest_runtest_logreport(self, report):
            if report.when == "call" or report.outcome != "passed":
                counts[report.outcome] += 1
            if report.outcome == "failed":
                line = str(getattr(report.longrepr, "reprcrash", report.longrepr))
                faults.append("%s: %s" % (report.nodeid, line.strip()[-300:]))

        def pytest_collectreport(self, report):
            if report.outcome == "failed":
                faults.append(str(report.longrepr)[-300:])

    path = os.path.join(os.getcwd(), "test_program.py")
    with open(path, "w") as file:  # the module's place; what is in it is not read
        file.write("")
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir",
        os.getcwd(),
        path,
    ]
    status = pytest.main(options, plugins=[Plugin()])
    if faults or status not in (0, 5):
        raise _FailedError(faults[0] if faults else "pytest ended with status %d" % status)
    if not counts["passed"]:
        raise _FailedError("all tests were skipped" if counts["skipped"] else "pytest found no test")
