"""Whether a restart is the same run: same configuration, same input, or refused with the difference shown.

Versions and context do not decide it. A run continued with another version of a tool is noted, and
``versions.json`` says from which record on it took part.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.layout import Layout
from reweave.storage.manifest import PRETTY, read_json


def identify(layout: Layout, identity: Mapping[str, Any], context: Mapping[str, Any]) -> None:
    """Begin a run directory, or compare with the one that is there.

    Args:
        layout: Where the run lies.
        identity: What must be the same.
        context: What is only written down.

    Raises:
        RunError: Another run has this directory, or the output is somebody else's.
        OSError: Writing failed.
    """
    path = layout.folder / "config.json"
    if path.exists():
        stored = read_json(path)
        stored.pop("context", None)
        different = differences(stored, through_json(identity))
        if different:
            listed = "".join(f"\n  {line}" for line in different)
            raise RunError(
                f"{layout.folder} belongs to another run:{listed}\n"
                f"Choose another output, or delete {layout.folder} and {layout.out} to begin anew."
            )
    else:
        names = {entry.name for entry in layout.folder.iterdir() if not entry.name.startswith(".")}
        strangers = sorted(names - {"lock"})
        if strangers:
            raise RunError(f"{layout.folder} is no run directory: it has no config.json but {strangers[0]}")
        refuse_occupied(layout)
    content = orjson.dumps({**identity, "context": context}, option=PRETTY)
    if not path.exists() or path.read_bytes() != content:
        atomic_write(path, content)


def refuse_occupied(layout: Layout) -> None:
    """Leave alone what lies where a new run's output would go.

    Raises:
        RunError: Something does.
    """
    if layout.occupied():
        raise RunError(f"{layout.out} exists and no run made it: choose another output, or move it away")


def note_versions(layout: Layout, versions: Mapping[str, Any], record: int) -> str:
    """Write down which versions take part from a record on.

    Returns:
        A sentence, if they are not those before; else nothing.

    Raises:
        RunError: The file is damaged.
        OSError: Writing failed.
    """
    path = layout.folder / "versions.json"
    entries = read_json(path)["versions"] if path.exists() else []
    changed = differences(entries[-1]["of"], through_json(versions)) if entries else []
    if not entries or changed:
        entries.append({"from_record": record, "of": versions})
        atomic_write(path, orjson.dumps({"versions": entries}, option=PRETTY))
    return f"continued from record {record} with other versions: {'; '.join(changed)}" if changed else ""


def through_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Give a value the form it has after being stored (tuples become lists)."""
    content: dict[str, Any] = orjson.loads(orjson.dumps(value))
    return content


def differences(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name each key, dotted, whose value differs, with both values.

    >>> differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2})
    ['a.b: 1 in the run, 3 now']
    """
    old, new = _flat(stored), _flat(now)
    return [
        f"{key}: {_shown(old, key)} in the run, {_shown(new, key)} now"
        for key in sorted(old.keys() | new.keys())
        if _shown(old, key) != _shown(new, key)
    ]


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict) and item:
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[prefix + key] = item
    return flat


def _shown(flat: Mapping[str, Any], key: str) -> str:
    # As JSON, so that 1, 1.0, true and "1" stay apart.
    return orjson.dumps(flat[key]).decode() if key in flat else "absent"
