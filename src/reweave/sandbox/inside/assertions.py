"""Which statements of a test text assert something, as their text says.

An ``assert``; a call that stands alone and whose name begins so (``self.assertEqual``, ``numpy.testing``'s);
a block that must raise or warn (``pytest.raises``, ``self.assertRaises``). What a helper of the tests' own
checks with ``if`` and ``raise`` is not seen.
"""

import ast

_BLOCKS = ("raises", "warns", "deprecated_call")


def asserts(node):
    """Say whether a statement asserts something itself; what stands in it is another's."""
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Expr):
        return _asserting(node.value)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(_asserting(item.context_expr) or _raising(item.context_expr) for item in node.items)
    return False


def lines(tree):
    """Give the lines, sorted, in which the assertions of a syntax tree stand."""
    found = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt) and asserts(node)}
    return sorted(found)


def _asserting(node):
    """Say whether an expression is a call of a method named like an assertion."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("assert")
    )


def _raising(node):
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    return name in _BLOCKS
