"""The statements of a notebook before its analysis begins, told apart by their syntax alone.

The context is every statement up to the first that is none of these:

- an **import**, also one that is tried;
- a **definition** of a function or class;
- a **plain assignment**: names bound to literals, to names bound before, to paths put together of them;
- a **load**: an assignment whose value begins with a call that reads (``read_…``, ``load…``, ``open`` …), or
  a ``with`` over one; or a table that is written down, ``pd.DataFrame({…})``;
- a **setting** of an imported module: ``pd.set_option(…)``, ``plt.style.use(…)``, ``np.random.seed(…)``;
- a **look** at what was loaded: ``df``, ``df.head()``, ``print(df.shape)``. It binds nothing, so it goes.

What unpickles is no load, whatever its name.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

_READING = ("read_", "load", "fetch_", "open", "genfromtxt", "fromfile", "from_csv", "urlopen", "ExcelFile")
_PICKLES = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "torch", "shelve"})
_PICKLING = frozenset({"read_pickle", "read_hdf", "unpickle"})
_LOOKS = frozenset({
    "head", "tail", "sample", "info", "describe", "shape", "dtypes", "columns", "index", "keys", "size",
})  # fmt: skip
_SHOWING = frozenset({"print", "display", "len", "type"})
_SETTING = (
    "set", "use", "filterwarnings", "simplefilter", "seed", "register", "load_ext", "init_notebook",
    "disable",
)  # fmt: skip
_PATHS = frozenset({"join", "Path", "expanduser", "str", "dict", "list", "tuple"})
_LITERALS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr)
_LOADING_NODES = 200  # of one statement: a longer one is a program


@dataclass(slots=True)
class Preamble:
    """What has been seen of a notebook so far.

    Attributes:
        modules: Names bound by imports, with what they stand for.
        plain: Names bound to literals, paths, functions.
        loaded: Names bound by loads, with the load as it is written.
    """

    modules: dict[str, str] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    loaded: dict[str, str] = field(default_factory=dict)

    def take(self, statement: ast.stmt) -> str:
        """Say what a statement is: ``setup``, ``load``, ``look`` or ``analysis``; remember what it binds."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._import(statement)
            return "setup"
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.plain.add(statement.name)
            return "setup"
        if isinstance(statement, ast.Try):
            return self._try(statement)
        if isinstance(statement, ast.Assign):
            return self._assign(statement.targets, statement.value)
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            return self._assign([statement.target], statement.value)
        if isinstance(statement, ast.With):
            return self._with(statement)
        if isinstance(statement, ast.Expr):
            return self._expression(statement.value)
        return "setup" if isinstance(statement, ast.Pass) else "analysis"

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            source = alias.name
            if isinstance(statement, ast.ImportFrom):
                source = f"{statement.module or '.'}.{alias.name}"
            self.modules[alias.asname or alias.name.partition(".")[0]] = source

    def _try(self, statement: ast.Try) -> str:
        handled = [each for handler in statement.handlers for each in handler.body]
        for each in (*statement.body, *handled):
            if not isinstance(each, ast.Import | ast.ImportFrom | ast.Pass) and not self._is_plain_assignment(
                each
            ):
                return "analysis"
        if statement.orelse or statement.finalbody:
            return "analysis"
        for each in (*statement.body, *handled):
            self.take(each)
        return "setup"

    def _is_plain_assignment(self, statement: ast.stmt) -> bool:
        return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> str:
        names = [name for target in targets for name in _names(target)]
        bound = all(isinstance(target, ast.Name | ast.Tuple | ast.List) for target in targets)
        if bound and names and self._is_load(value):
            self.loaded |= dict.fromkeys(names, ast.unparse(value))
            return "load"
        if not self._is_plain(value):
            return "analysis"
        if bound and names:
            self.plain.update(names)
            return "setup"
        # plt.rcParams["…"] = …, pd.options.display.max_rows = …
        return "setup" if all(_root(target) in self.modules for target in targets) else "analysis"

    def _with(self, statement: ast.With) -> str:
        if not all(self._is_load(item.context_expr) for item in statement.items):
            return "analysis"
        opened = {name for item in statement.items for name in _names(item.optional_vars)}
        before = self.plain | opened
        inner = Preamble(dict(self.modules), before, dict(self.loaded))
        kinds = [inner.take(each) for each in statement.body]
        if "analysis" in kinds:
            return "analysis"
        self.modules, self.plain, self.loaded = inner.modules, inner.plain - opened | self.plain, inner.loaded
        return "load"

    def _expression(self, value: ast.expr) -> str:
        if isinstance(value, ast.Constant):
            return "setup"
        if self._is_look(value):
            return "look"
        if not isinstance(value, ast.Call) or _root(value.func) not in self.modules:
            return "analysis"
        name = _last(value.func)
        setting = name.startswith(_SETTING) and self._are_plain(_arguments(value))
        return "setup" if setting else "analysis"

    def _is_look(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _SHOWING:
            return all(self._is_look(each) or isinstance(each, ast.Constant) for each in _arguments(value))
        if isinstance(value, ast.Call):
            shown = isinstance(value.func, ast.Attribute) and self._are_plain(_arguments(value))
            return shown and self._is_look(value.func)
        if isinstance(value, ast.Attribute):
            return (
                value.attr in _LOOKS and isinstance(value.value, ast.Name) and value.value.id in self.loaded
            )
        return isinstance(value, ast.Name) and value.id in self.loaded

    def _is_load(self, value: ast.expr) -> bool:
        """Tell whether an expression begins with a call that reads: ``pd.read_csv(…)``, with what follows."""
        if sum(1 for _ in ast.walk(value)) > _LOADING_NODES:
            return False
        while True:
            if isinstance(value, ast.Call):
                name, root = _last(value.func), _root(value.func)
                if name in _PICKLING or self.modules.get(root, root).partition(".")[0] in _PICKLES:
                    return False
                known = root in self.modules or root == "open"
                if known and name.startswith(_READING) and not _unpickles(value):
                    return True
                if known and name == "DataFrame" and self._are_plain(_arguments(value)):
                    return True  # a table that is written down
                value = value.func
            elif isinstance(value, ast.Attribute | ast.Subscript):
                value = value.value
            else:
                return False

    def _is_plain(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Name):
            return value.id in self.plain or value.id in self.modules
        if isinstance(value, ast.Attribute):
            return _root(value) in self.modules
        if isinstance(value, ast.Call):
            return _last(value.func) in _PATHS and self._are_plain(_arguments(value))
        if isinstance(value, ast.BinOp | ast.UnaryOp | ast.FormattedValue | ast.keyword | ast.Starred):
            return self._are_plain(each for each in ast.iter_child_nodes(value) if isinstance(each, ast.expr))
        if isinstance(value, _LITERALS):
            return self._are_plain(each for each in ast.iter_child_nodes(value) if isinstance(each, ast.expr))
        return isinstance(value, ast.Lambda)

    def _are_plain(self, values: Iterable[ast.expr]) -> bool:
        return all(self._is_plain(each) for each in values)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _unpickles(call: ast.Call) -> bool:
    return any(each.arg == "allow_pickle" for each in call.keywords)


def _names(target: ast.expr | None) -> list[str]:
    return [] if target is None else [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]


def _root(value: ast.expr) -> str:
    """Give the name that an expression such as ``a.b[0].c`` begins with, or nothing."""
    while isinstance(value, ast.Attribute | ast.Subscript | ast.Call):
        value = value.func if isinstance(value, ast.Call) else value.value
    return value.id if isinstance(value, ast.Name) else ""


def _last(value: ast.expr) -> str:
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
