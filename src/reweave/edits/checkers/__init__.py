"""Checkers: program texts in, diagnostics out, a batch at a time.

Chosen by name with `make_checker`. What each sees, and at what cost, is in docs/lintseq.md.
"""

from collections.abc import Callable

from reweave.edits.checkers.base import Checker, Verdict
from reweave.errors import InputError

__all__ = ["CHECKERS", "Checker", "Verdict", "make_checker"]


def _ruff() -> Checker:
    from reweave.edits.checkers.ruff import RuffChecker

    return RuffChecker()


def _compile() -> Checker:
    from reweave.edits.checkers.compile import CompileChecker

    return CompileChecker()


def _pylint(*, imports: bool = False) -> Checker:
    from reweave.edits.checkers.pylint import PylintChecker

    return PylintChecker(imports=imports)


def _ty() -> Checker:
    from reweave.edits.checkers.ty import TyChecker

    return TyChecker()


def _ruff_ty() -> Checker:
    from reweave.edits.checkers.cascade import UnionChecker

    return UnionChecker("ruff+ty", _ruff(), _ty())


CHECKERS: dict[str, Callable[..., Checker]] = {
    "ruff": _ruff,
    "pylint": _pylint,
    "compile": _compile,
    "ty": _ty,
    "ruff+ty": _ruff_ty,
}


def make_checker(name: str, *, imports: bool = False) -> Checker:
    """Make a checker by name.

    Args:
        name: A key of `CHECKERS`.
        imports: Whether an import that cannot be found is an error (as published; pylint only).

    Raises:
        InputError: There is no such checker; the message lists those there are.
        MissingExtraError: The checker's package is not installed.
    """
    if name not in CHECKERS:
        raise InputError(f"no checker {name!r}; there are {', '.join(CHECKERS)}")
    return CHECKERS[name](imports=imports) if name == "pylint" else CHECKERS[name]()
