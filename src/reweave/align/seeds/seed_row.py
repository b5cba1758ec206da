"""The row of a seed, and what it says of where it is from."""

import ast
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from reweave.align.seeds.config import SeedsConfig
from reweave.align.seeds.finding import docstring_of
from reweave.align.seeds.rules import Candidate
from reweave.records import Program

# A row's own `path` is set aside by row_to_program
_PATHS = ("source_path", "max_stars_repo_path", "file_path")
_REPOSITORIES = ("repo_name", "max_stars_repo_name", "repository")
_LICENCES = ("licence", "license", "max_stars_repo_licenses", "detected_licenses")


def seed(name: str, candidate: Candidate, source: Mapping[str, Any]) -> dict[str, Any]:
    """Make the row of a definition that passed.

    Args:
        name: Its id.
        candidate: The definition and its program.
        source: Where its file is from, as `source_of` tells.
    """
    found, recovered = candidate.found, candidate.recovered
    docstring = docstring_of(found.node)
    return {
        "id": name,
        "program": recovered.program,
        "code": found.code,
        "imports": recovered.imports,
        "entry_point": found.name,
        "kind": found.kind,
        "docstring": "" if docstring is None else ast.get_docstring(found.node, clean=True),
        "source": {"path": source["path"], "first_line": found.first_line, "last_line": found.last_line}
        | {key: value for key, value in source.items() if key != "path"},
    }


def path_of(program: Program, config: SeedsConfig) -> str:
    """Name the file: by its repository and path where the row has them, else by its id."""
    if config.id_field is not None:
        return program.id
    path = _text(program.extra, _PATHS)
    repository = _text(program.extra, _REPOSITORIES)
    return f"{repository}/{path}" if repository and path else path or program.id


def source_of(path: str, program: Program, known: Mapping[str, str]) -> dict[str, Any]:
    """Say what is known of where a file is from: of the input as a whole, and of its row."""
    digest = hashlib.sha256(program.text.encode(errors="surrogatepass")).hexdigest()
    of_row = {"repository": _text(program.extra, _REPOSITORIES)}
    given = next((program.extra[name] for name in _LICENCES if program.extra.get(name)), None)
    if given is not None:
        of_row["licence"] = ", ".join(map(str, given)) if isinstance(given, list) else str(given)
    return {"path": path, "sha256": digest, **known, **{key: text for key, text in of_row.items() if text}}


def _text(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((row[name] for name in names if isinstance(row.get(name), str)), "")
