"""Where a run of a program can go, as its text says.

Only what its syntax settles: constants are looked at, and of names those that Python itself settles.
"""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor)
TRIES = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))
MATCH = getattr(ast, "Match", ())  # Python 3.10

_SETTLED = {"__debug__": True, "TYPE_CHECKING": False}


def constant(test):
    """Give whether a condition always holds or never, as its text says; None where it depends."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    name = getattr(test, "id", getattr(test, "attr", None))
    if name in _SETTLED:
        return _SETTLED[name]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = constant(test.operand)
        return None if inner is None else not inner
    return None


def irrefutable(case):
    """Say whether a case always matches."""
    pattern = None if case.guard else case.pattern
    while isinstance(pattern, ast.MatchOr) or (isinstance(pattern, ast.MatchAs) and pattern.pattern):
        pattern = pattern.patterns[-1] if isinstance(pattern, ast.MatchOr) else pattern.pattern
    return isinstance(pattern, ast.MatchAs)


def leaves(node):
    """Say whether no run goes on behind a statement."""
    if isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
        return True
    if isinstance(node, (ast.If, ast.While)):
        always = constant(node.test)
        if isinstance(node, ast.While):
            return not _breaks(node.body) and (always is True or ends_within(node.orelse))
        return (always is False or ends_within(node.body)) and (always is True or ends_within(node.orelse))
    if isinstance(node, LOOPS):
        return not _breaks(node.body) and ends_within(node.orelse)
    if isinstance(node, TRIES):
        ends = [*(handler.body for handler in node.handlers), [*node.body, *node.orelse]]
        return ends_within(node.finalbody) or all(map(ends_within, ends))
    if isinstance(node, MATCH):
        return irrefutable(node.cases[-1]) and all(ends_within(case.body) for case in node.cases)
    return False


def ends_within(body):
    """Say whether no run comes to the end of a block."""
    return any(map(leaves, body))


def _breaks(body):
    """Say whether a loop's body has a ``break`` of this loop."""
    for node in body:
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        parts = [getattr(node, name, []) for name in ("orelse", "finalbody")]
        if not isinstance(node, (*LOOPS, ast.While)):
            parts.append(getattr(node, "body", []))
        parts += [each.body for name in ("handlers", "cases") for each in getattr(node, name, [])]
        if any(map(_breaks, parts)):
            return True
    return False
