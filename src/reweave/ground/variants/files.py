"""One file a form, written together, and the manifest that shows what is the same in all of them.

DIR/manifest.json      written last: what is the same, with digests, and what is not, in characters and tokens
DIR/FORM.jsonl         id, prompt, completion, form, leakage, replay, and the columns that come along
DIR/rows.jsonl         the kept rows once, with all their prompts: what the files are written from
DIR/rows.jsonl.run/    the run that made it; its rejects.jsonl has every row that is not kept

Digests are taken of what is written, file by file, each with the length before it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.ground.variants.replay import Replay, places
from reweave.storage import atomic_file, atomic_write, read_rows
from reweave.storage.manifest import PRETTY
from reweave.train.folder import sha256

ROWS = "rows.jsonl"
MANIFEST = "manifest.json"
_LINE = orjson.OPT_APPEND_NEWLINE


@dataclass(slots=True)
class _Digest:
    """Of texts, one after the other."""

    texts: int = 0
    characters: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, text: str) -> None:
        data = text.encode()
        self._hash.update(f"{len(data)}:".encode())
        self._hash.update(data)
        self.texts += 1
        self.characters += len(text)

    @property
    def sha256(self) -> str:
        digest: str = self._hash.hexdigest()
        return digest


@dataclass(slots=True)
class _Written:
    """What one form's file holds."""

    ids: _Digest = field(default_factory=_Digest)
    prompts: _Digest = field(default_factory=_Digest)
    completions: _Digest = field(default_factory=_Digest)
    tokens: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, row: Mapping[str, Any], tokens: tuple[int, int] | None) -> None:
        self.ids.add(row["id"])
        self.prompts.add(row["prompt"])
        self.completions.add(row["completion"])
        for at, count in enumerate(tokens or ()):
            self.tokens[at] += count

    def told(self, *, counted: bool) -> dict[str, Any]:
        of_tokens = {"prompt_tokens": self.tokens[0], "completion_tokens": self.tokens[1]} if counted else {}
        return {
            "rows": self.ids.texts,
            "ids_sha256": self.ids.sha256,
            "prompts_sha256": self.prompts.sha256,
            "prompt_characters": self.prompts.characters,
            "completions_sha256": self.completions.sha256,
            "completion_characters": self.completions.characters,
            **of_tokens,
        }


_SAME = ("rows", "ids_sha256", "completions_sha256", "completion_characters", "completion_tokens")


def write_forms(
    folder: Path, forms: Sequence[str], leakage: str, replay: Replay, seed: int, grounded: int
) -> dict[str, dict[str, Any]]:
    """Write the forms' files from ``DIR/rows.jsonl``.

    Args:
        folder: DIR.
        forms: Which.
        leakage: What the rows' specifications are.
        replay: What stands between them.
        seed: Of the places of replay.
        grounded: How many rows the forms have without those.

    Returns:
        By form: what its file holds, and its SHA-256.

    Raises:
        RunError: The files do not hold the same, which would be a defect.
        OSError: Writing failed; no file is then changed in part.
    """
    written = {form: _Written() for form in forms}
    counted = False
    with ExitStack() as stack:
        files = {form: stack.enter_context(atomic_file(folder / f"{form}.jsonl")) for form in forms}
        for row, tokens in _mixed(folder, replay, seed, grounded):
            for form in forms:
                made, count = (row, tokens) if "prompts" not in row else _of_form(row, form, leakage)
                counted = counted or count is not None
                written[form].add(made, count)
                files[form].write(orjson.dumps(made, option=_LINE))
    told = {form: each.told(counted=counted) for form, each in written.items()}
    first = told[forms[0]]
    for form, each in told.items():
        different = [name for name in _SAME if each.get(name) != first.get(name)]
        if different:
            raise RunError(f"a defect in reweave: {form} differs from {forms[0]} in {different[0]}")
        each["sha256"] = sha256(folder / f"{form}.jsonl")
    return told


def write_manifest(folder: Path, manifest: Mapping[str, Any], replay: Replay) -> None:
    """Write what of replay was left out, and last the manifest.

    Raises:
        OSError: Writing failed.
    """
    if replay.rejects:
        keep = ("id", "outcome", "reason", "detail")
        lines = ({name: getattr(each, name) for name in keep} for each in replay.rejects)
        data = b"".join(orjson.dumps(each, option=_LINE) for each in lines)
        atomic_write(folder / "replay-rejects.jsonl", data)
    atomic_write(folder / MANIFEST, orjson.dumps(manifest, option=PRETTY))


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Say whether the files are those that a manifest describes."""
    return all(
        (folder / f"{form}.jsonl").is_file() and sha256(folder / f"{form}.jsonl") == each["sha256"]
        for form, each in manifest["forms"].items()
    )


def _mixed(
    folder: Path, replay: Replay, seed: int, grounded: int
) -> Iterator[tuple[dict[str, Any], tuple[int, int] | None]]:
    """Give the rows in their order, those of replay at their places."""
    rows = read_rows(folder / ROWS)
    if not replay.rows:
        yield from ((row, None) for row in rows)
        return
    replayed = iter(replay.rows)
    counts = iter(replay.tokens)
    for of_replay in places(grounded, len(replay.rows), seed):
        if of_replay:
            yield next(replayed), next(counts, None)
        else:
            yield next(rows), None


def _of_form(
    row: Mapping[str, Any], form: str, leakage: str
) -> tuple[dict[str, Any], tuple[int, int] | None]:
    made = {
        "id": row["id"],
        "prompt": row["prompts"][form],
        "completion": row["completion"],
        "form": form,
        "leakage": "none" if form == "none" else leakage,
        "replay": False,
        **row["more"],
    }
    tokens = row.get("tokens")
    return made, (tokens["prompts"][form], tokens["completion"]) if tokens else None
