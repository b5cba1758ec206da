"""The code in a block: which of it is the program, and whether tests test anything.

What is fenced as Python is the code; blocks of another language, such as a command that installs something,
are prose. Whether the code is right is the sandbox's business.
"""

import ast

from reweave.align.chain.parse import Block, MalformedError
from reweave.parsing import parse_quietly
from reweave.storage.extract import extract_code

REASONS = ("no-code", "tests-without-assert")
_RAISES = {"raises", "warns", "fail"}


def code_of(block: Block, name: str) -> str:
    """Give the code in a block.

    Args:
        block: The block.
        name: What it is called, for the error.

    Raises:
        MalformedError: ``no-code``.

    >>> code_of(Block("Run `pip`:\\n```bash\\npip install x\\n```\\n```python\\nx = 1\\n```"), "solution")
    'x = 1\\n'
    """
    code, changed, _ = extract_code(block.text)
    if not code.strip() or not (changed or _is_program(code)):
        raise MalformedError("no-code", f"the block {name} holds no Python")
    return code if code.endswith("\n") else code + "\n"


def check_tests(tests: str) -> None:
    """See that tests can fail.

    Raises:
        MalformedError: ``tests-without-assert``.
    """
    if not asserts(tests):
        raise MalformedError("tests-without-assert", "no assert, and no call of an assertion")


def asserts(tests: str) -> bool:
    """Say whether tests assert anything: by a statement, or by a call such as ``self.assertEqual``.

    >>> asserts("print('assert nothing')"), asserts("with pytest.raises(ValueError):\\n    f()")
    (False, True)
    """
    try:
        tree = parse_quietly(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "assert" in tests  # the sandbox will say what is wrong with it
    return any(isinstance(node, ast.Assert) or _asserting(node) for node in ast.walk(tree))


def _asserting(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.startswith("assert") or (isinstance(called, ast.Attribute) and name in _RAISES)


def _is_program(text: str) -> bool:
    try:
        tree = parse_quietly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(node, ast.Expr) for node in tree.body) or any(map(_is_call, tree.body))


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
