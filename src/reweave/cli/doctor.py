"""``reweave doctor``: what is installed, what works, and what to run for what does not."""

import platform
import sys
from collections.abc import Callable
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from reweave import __version__

_STATES = {  # a state that a checker must pass, and one with an error it must see
    "compile": ("x = 1\n", "x = (\n"),
    "ty": ("x = 1\n", "class A: ...\nA().missing\n"),
    "ruff+ty": ("x = 1\n", "class A: ...\nA().missing\n"),
}


class _Tier(Enum):
    strong = "strong"
    default = "default"
    reduced = "reduced"


_EXTRAS = {
    "plot": ("matplotlib", "the PNG of reweave stats and the figures of reweave report"),
    "models": ("openai", "asking models"),
    "eval": ("numpy", "the statistics of reweave eval"),
    "data": ("pandas", "arrays and frames out of the sandbox, tables of reweave ground"),
    "types": ("pyright", "the type checker of reweave align seeds"),
}


def doctor(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run every attack of the corpus against the sandbox instead.")
    ] = False,
    tier: Annotated[
        _Tier | None, typer.Option(help="With --sandbox: the tier to attack, not the best that holds here.")
    ] = None,
) -> None:
    """Try every checker and extra on a small program, and say what to run for those that do not work.

    Example: reweave doctor

    Example: reweave doctor --sandbox --tier reduced
    """
    if sandbox:
        from reweave.cli.doctor_sandbox import doctor_sandbox

        return doctor_sandbox(None if tier is None else tier.value)
    if tier is not None:
        raise typer.BadParameter("--tier is of use with --sandbox only")
    from rich.console import Console
    from rich.table import Table

    table = Table(title="reweave doctor", title_justify="left", title_style="bold")
    for column in ("what", "state", "detail"):
        table.add_column(column, overflow="fold")
    core_works = True
    for name, check in _checks():
        works, detail = check()
        table.add_row(name, "[green]works[/green]" if works else "[yellow]missing[/yellow]", detail)
        core_works = core_works and (
            works
            or not name.startswith(("python", "checker ruff", "checker compile"))
            or name == "checker ruff+ty"
        )
    Console().print(table)
    raise typer.Exit(0 if core_works else 1)


def _checks() -> list[tuple[str, Callable[[], tuple[bool, str]]]]:
    from reweave.edits.checkers import CHECKERS

    checks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        ("python", _python),
        ("memory disk", _memory_disk),
    ]
    checks += [(f"checker {name}", lambda name=name: _checker(name)) for name in CHECKERS]  # type: ignore[misc]
    checks += [(f"extra {name}", lambda name=name: _extra(name)) for name in _EXTRAS]  # type: ignore[misc]
    return checks


def _python() -> tuple[bool, str]:
    return sys.version_info >= (
        3,
        11,
    ), f"{platform.python_version()}, reweave {__version__}, {sys.executable}"


def _memory_disk() -> tuple[bool, str]:
    from reweave.edits.checkers.batch_files import scratch_root

    root = scratch_root()
    on_memory = root == Path("/dev/shm")  # noqa: S108 - compared, not written to
    return True, f"{root}" + ("" if on_memory else " (no writable /dev/shm: checking is slower on a disk)")


def _checker(name: str) -> tuple[bool, str]:
    from reweave.edits.checkers import make_checker
    from reweave.errors import ReweaveError

    clean, broken = _STATES.get(name, ("x = 1\n", "print(missing)\n"))
    try:
        checker = make_checker(name)
        try:
            first, second = checker.check([clean, broken])
            wrong = f"{checker.version} gives wrong verdicts: {first}, {second}"
            right = first == [] and isinstance(second, list) and second != []
            return right, checker.version if right else wrong
        finally:
            checker.close()
    except (ReweaveError, OSError) as error:
        return False, str(error)


def _extra(name: str) -> tuple[bool, str]:
    package, purpose = _EXTRAS[name]
    try:
        return True, f"{package} {version(package)}, for {purpose}"
    except PackageNotFoundError:
        return False, f"pip install 'reweave[{name}]' for {purpose}"
