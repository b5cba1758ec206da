r"""From rows to examples: what a model is asked, and what it is to write.

Readable are all formats of ``reweave edits``, plain rows of an instruction and a program, and conversations
of a question and an answer, in files, shards and run directories as `storage.read_rows` reads them. Rows
without anything to learn become rejects. What a conversation holds is the business of `conversations`,
token ids are that of `tokens`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reweave.edits import codec
from reweave.edits.rows import from_row
from reweave.errors import DecodeError, InputError
from reweave.model_folder import ModelFormat
from reweave.records import Reject
from reweave.storage import find_run, read_rows
from reweave.storage.definitions import CODE_FIELDS
from reweave.storage.manifest import read_json
from reweave.train import conversations
from reweave.train.config import Form, Writes

_PROBED = 200  # rows whose edits are decoded to see whether the form is the right one


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn.

    Attributes:
        id: The row's; edit sequences of one program share it.
        path: Which of the program's sequences it is.
        prompt: What the model is asked, template and all.
        completion: What it is to write, without the end-of-sequence token.
    """

    id: str
    path: int
    prompt: str
    completion: str


def read_data(
    paths: Iterable[Path], *, writes: Writes = "auto", form: Form | None = None, marker: str = codec.MARKER
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Read the rows of several files, and settle what they are.

    Args:
        paths: Files, folders of shards, or run directories.
        writes: ``edits`` or ``program``; ``auto`` goes by the first row.
        form: The form of the edits; None asks the files' runs.
        marker: What stands before each edit.

    Returns:
        The rows, and the settings of `ModelFormat` that they decide: ``writes`` and ``form``.

    Raises:
        InputError: Something cannot be read, the files do not agree, or their edits are of another form.
    """
    rows: list[dict[str, Any]] = []
    forms: set[Form] = set()
    for source in paths:
        said = _form_of_run(source)
        if said is not None:
            forms.add(said)
        rows += read_rows(source)
    if not rows:
        raise InputError("there is not one row to train on")
    if writes == "auto":
        writes = "edits" if _has_edits(rows[0], marker) else "program"
    if form is None and len(forms) > 1:
        raise InputError(f"the files hold edits of several forms ({', '.join(sorted(forms))}): train on one")
    settled: Form = form or (forms.pop() if forms else "unified")
    if writes == "edits":
        _probe(rows[:_PROBED], settled, marker)
    return rows, {"writes": writes, "form": settled, "marker": marker}


def make_examples(
    rows: Iterable[Mapping[str, Any]], what: ModelFormat, rejects: list[Reject]
) -> Iterator[Example]:
    """Make examples of rows.

    Args:
        rows: As `read_data` gives them.
        what: What the model is to write, and how it is asked.
        rejects: Where to put rows that give no example.
    """
    for number, row in enumerate(rows):
        name = str(row.get("id", number))
        path = row["path"] if isinstance(row.get("path"), int) else 0
        if what.writes == "program" and path > 0:
            rejects.append(Reject(name, "rejected", "further-path", "the program is there already"))
            continue
        try:
            asked = _asked(row)
            written = _edits(row, what) if what.writes == "edits" else _program(row, what.marker)
        except (InputError, DecodeError) as error:
            rejects.append(Reject(name, "rejected", "no-example", str(error), row))
            continue
        yield Example(name, path, what.ask(asked), written)


def _asked(row: Mapping[str, Any]) -> str:
    messages = row.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    asked = first.get("content") if isinstance(first, dict) else row.get("prompt", row.get("instruction"))
    if asked is None:
        return ""
    if not isinstance(asked, str):
        raise InputError("its prompt is no text")
    return asked


def _has_edits(row: Mapping[str, Any], marker: str) -> bool:
    if isinstance(row.get("completion"), str):
        return marker in row["completion"]
    if any(isinstance(row.get(column), list) for column in ("edits", "states")):
        return True
    return isinstance(row.get("messages"), list) and conversations.holds_edits(row["messages"], marker)


def _edits(row: Mapping[str, Any], what: ModelFormat) -> str:
    if isinstance(row.get("completion"), str):
        completion: str = row["completion"]
        if f"\n{what.marker}" not in completion:
            raise InputError(f"its completion has no {what.marker}")
        return completion
    if isinstance(row.get("edits"), list):
        return codec.completion(row["edits"], marker=what.marker)
    if isinstance(row.get("messages"), list):
        if what.form != "states" and not conversations.holds_edits(row["messages"], what.marker):
            raise InputError("its assistant writes no edits: give --writes program to learn what it says")
        return conversations.edits_of(row["messages"], what.marker)
    if isinstance(row.get("states"), list):
        path = from_row(row)
        edits = codec.encode(path.program, path.inserted_at, what.form)
        return codec.completion(edits, marker=what.marker)
    raise InputError("it holds no edits: none of completion, edits, messages, states")


def _program(row: Mapping[str, Any], marker: str) -> str:
    written = row.get("completion")
    if isinstance(written, str) and marker not in written:
        return written
    messages = row.get("messages")
    if isinstance(messages, list) and messages and not _has_edits(row, marker):
        return "\n" + conversations.answer_of(messages)
    column = next((name for name in CODE_FIELDS if isinstance(row.get(name), str)), None)
    if column is None or not row[column]:
        raise InputError(f"it holds no program: none of {', '.join(CODE_FIELDS)}")
    return f"\n{row[column]}"


def _form_of_run(path: Path) -> Form | None:
    """The form that the run which made a file was told; None where it has no run."""
    _, folder = find_run(path)
    if folder is None or not (folder / "config.json").is_file():
        return None
    form = read_json(folder / "config.json").get("config", {}).get("form")
    return form if form in codec.FORMS else "unified"


def _probe(rows: Iterable[Mapping[str, Any]], form: Form, marker: str) -> None:
    """Refuse a form in which not one of the first rows can be read."""
    edits = [row for row in rows if _has_edits(row, marker) and not isinstance(row.get("states"), list)]
    if not edits or any(_reads(row, form, marker) for row in edits):
        return
    right = [each for each in codec.FORMS if any(_reads(row, each, marker) for row in edits)]
    read_as = f"; they read as {' or '.join(right)}: give --form {right[0]}" if right else ""
    raise InputError(f"not one of the first {len(edits)} rows reads as edits of form {form}{read_as}")


def _reads(row: Mapping[str, Any], form: str, marker: str) -> bool:
    try:
        program = from_row(row, form, marker).program
    except (DecodeError, InputError):
        return False
    return bool(program == row.get("program", program))
