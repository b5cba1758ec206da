"""Names that a test text uses and does not define, and which of them are never the program's.

Tests written to be appended to a program use names that the program imports. These are taken from a fixed
table, on the side of the tests: a program must not choose what ``math`` or ``Counter`` is there.
"""

import ast
import builtins
import symtable

MODULES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "sp": "scipy",
    "dt": "datetime",
    "mock": "unittest.mock",
}
MODULES.update(
    (name, name)
    for name in (  # noqa: SIM905 - sixty names
        "array ast asyncio bisect base64 calendar cmath collections copy csv datetime decimal "
        "enum fractions functools hashlib heapq inspect io itertools json math matplotlib numbers "
        "numpy operator os pandas pytest random re scipy statistics string struct sys textwrap "
        "time timeit types typing unittest uuid warnings "
    ).split()
)
MEMBERS = {
    "Counter": "collections",
    "Decimal": "decimal",
    "Fraction": "fractions",
    "OrderedDict": "collections",
    "defaultdict": "collections",
    "deepcopy": "copy",
    "deque": "collections",
    "isclose": "math",
    "timedelta": "datetime",
}


def free(source):
    """Give the names a test text reads and neither binds nor finds in Python. Raises ``SyntaxError``."""
    top = symtable.symtable(source, "<tests>", "exec")
    bound, read = set(), set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            outermost = table is top
            if (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()) and (
                outermost or symbol.is_declared_global()
            ):
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (outermost or symbol.is_global()):
                read.add(symbol.get_name())
    return sorted(name for name in read - bound if not hasattr(builtins, name) and name != "__name__")


def subject(source):
    """Give the builtin that a test text is about, as the program redefines it; None where it is about others.

    ``assert sum(10, 15) == 6`` speaks of no name but Python's own: what it calls first is the program's.
    Only the test text decides this. Raises ``SyntaxError``.
    """
    if any(name not in MODULES and name not in MEMBERS for name in free(source)):
        return None
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assert):
            side = node.test.left if isinstance(node.test, ast.Compare) else node.test
            if isinstance(side, ast.Call) and isinstance(side.func, ast.Name):
                return side.func.id if hasattr(builtins, side.func.id) else None
            return None
    return None
