"""reweave: unpick finished programs, weave them again edit by edit.

Everything public is here; the names are loaded when they are first used, so that importing costs little.

>>> import reweave as rw
>>> [sequence] = rw.edit_sequences(["x = 1\\ny = x + 1\\n"], paths=1, seed=1)
>>> rw.decode(rw.encode(sequence))
'x = 1\\ny = x + 1\\n'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reweave.edits.api import edit_sequences
    from reweave.edits.codec import Decoded, decode, decode_lenient
    from reweave.edits.rows import encode
    from reweave.errors import (
        CheckerError,
        DecodeError,
        EstimateError,
        InputError,
        MissingExtraError,
        ProgramError,
        ReweaveError,
        RowError,
        RunError,
        SandboxError,
    )
    from reweave.records import Diagnostic, EditSequence, Program, Reject

__version__ = "0.1.0"

_HOME = {
    "CheckerError": "errors",
    "DecodeError": "errors",
    "Decoded": "edits.codec",
    "Diagnostic": "records",
    "EditSequence": "records",
    "EstimateError": "errors",
    "InputError": "errors",
    "MissingExtraError": "errors",
    "Program": "records",
    "ProgramError": "errors",
    "Reject": "records",
    "ReweaveError": "errors",
    "RowError": "errors",
    "RunError": "errors",
    "SandboxError": "errors",
    "decode": "edits.codec",
    "decode_lenient": "edits.codec",
    "edit_sequences": "edits.api",
    "encode": "edits.rows",
}

__all__ = [
    "CheckerError",
    "DecodeError",
    "Decoded",
    "Diagnostic",
    "EditSequence",
    "EstimateError",
    "InputError",
    "MissingExtraError",
    "Program",
    "ProgramError",
    "Reject",
    "ReweaveError",
    "RowError",
    "RunError",
    "SandboxError",
    "decode",
    "decode_lenient",
    "edit_sequences",
    "encode",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module 'reweave' has no attribute {name!r}")
    return getattr(import_module(f"reweave.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
