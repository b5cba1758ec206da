"""ARCADE: turns of data-science notebooks, each an intent in words and the cell that answers it.

A row is an episode, as the public repository google-research/arcade-nl2code builds it: ``notebook_name``,
``work_dir`` and ``turns``; of each turn ``input`` (the published prompt), ``turn`` (``intent``, ``code``,
``code_context``) and ``metadata`` (``context_cells``). What its cells read lies in ``artifacts/WORK_DIR``,
beside the file or one folder up. ``split`` says what a model sees: ``full`` (the notebook's cells so far,
where none is asked for), ``none`` (the intent alone), ``schema`` (the published prompt with the columns of
its tables, which only the repository's derived files hold). The turns of a notebook are one group.

The data itself must be built with that repository's scripts and was not at hand: this reader is tested on
files written by hand in that form. (Yin et al., arXiv 2212.09248.)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.cells import CellsJudge
from reweave.tasks.readers.fields import Row, listed, optional, text, texts
from reweave.tasks.task import Task

SPLITS = ("full", "none", "schema")
LIMITS = Limits(wall=30.0, memory=4 << 30, disk=1 << 30, result=256 << 20)
PATIENT = Limits(wall=120.0, memory=4 << 30, disk=1 << 30, result=256 << 20)

_CELL = "# In[ ]:"
_PLOTS = (".plot", ".bar(", ".hist(", "sns.", "plt.", "boxplot(")  # the published marks of a cell that plots


def arcade(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row."""
    name, folder = text(row, "notebook_name"), _folder(row)
    tasks = []
    for number, turn in enumerate(listed(row, "turns")):
        try:
            tasks.append(_task(_inner(turn), f"{name}/{number}", name, benchmark, split or "full", folder))
        except RowError as error:
            raise RowError(error.reason, f"turn {number}: {error.detail}") from error
    return tasks


def _task(example: Row, name: str, group: str, benchmark: str, split: str, folder: Path | None) -> Task:
    turn = _inner(example.get("turn"))
    intent, code = _inner(turn.get("intent")), text(_inner(turn.get("code")), "value")
    prompt = _prompt(example, text(intent, "value"), split)
    return Task(
        id=name,
        benchmark=benchmark,
        prompt=prompt,
        judge=CellsJudge(
            context=optional(turn, "code_context"),
            named=texts(intent, "output_variables"),
            plots=any(mark in code for mark in _PLOTS),
            folder=folder,
            limits=LIMITS,
            patient=PATIENT,
        ),
        reference=code,
        group=group,
        stop=(_CELL,),
        chat=instruction("continue", prompt=prompt),
        libraries=("pandas", "numpy"),
        completes="whole",
    )


def _prompt(example: Row, intent: str, split: str) -> str:
    """Give the prompt; it ends where the answer's cell begins."""
    about = example.get("metadata")
    about = about if isinstance(about, Mapping) else {}
    derived = "schema_info" in about
    if split == "schema" and not derived:
        raise RowError("no-schema", "no schema_info in its metadata: split schema needs a derived file")
    written = optional(example, "input")
    if split == "schema" or (split == "full" and written and not derived):
        return written
    cells = [_inner(cell) for cell in listed(about, "context_cells")] if split == "full" else []
    whole = "".join(f"{_CELL}\n\n\n{source}\n\n\n" for source in [*map(_source, cells), _asked(intent)])
    return f"{whole.strip()}\n\n\n{_CELL}\n"


def _source(cell: Row) -> str:
    source = text(cell, "source").strip()
    return _commented(source) if text(cell, "cell_type") == "markdown" else source


def _asked(intent: str) -> str:
    """Give an intent as a comment; in derived files it is one."""
    return intent.strip() if intent.lstrip().startswith("#") else _commented(intent.strip())


def _commented(words: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in words.splitlines())


def _folder(row: Row) -> Path | None:
    """Give the folder of what the episode's cells read."""
    name = optional(row, "work_dir")
    if not name:
        return None
    if row.get("artifacts") is None:
        raise RowError("no-artifacts", f"no folder artifacts beside the file, and its cells read from {name}")
    folder = Path(text(row, "artifacts"), name)
    if Path(name).is_absolute() or ".." in Path(name).parts or not folder.is_dir():
        raise RowError("no-artifacts", f"no folder {folder}, from which its cells read")
    return folder


def _inner(value: Any) -> Row:
    if not isinstance(value, Mapping):
        raise RowError("wrong-type", f"a {type(value).__name__} stands where an object should")
    return value
