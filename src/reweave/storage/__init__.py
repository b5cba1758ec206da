"""Rows in, rows out, and the run directory that remembers what is done.

- `open_source` gives the raw rows of JSON lines, Parquet, Python files, folders and installed packages;
- `row_to_program` makes a `Program` of a row, `make_reject` a `Reject`; `extract_code` takes Markdown off;
- `Run` writes an output that can be killed at any moment and taken up again; `forget` has it begin anew;
- `read_rows` and `find_run` read what a run made.

Nothing here knows how edits are sampled.
"""

from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.extract import Extraction, ExtractMode, extract_code
from reweave.storage.forget import forget
from reweave.storage.manifest import Manifest
from reweave.storage.outputs import OutputFile
from reweave.storage.read import find_run, read_rows
from reweave.storage.rows import OUTPUT_COLUMNS, Fields, make_reject, row_to_program
from reweave.storage.run import Run
from reweave.storage.sources import Source, open_source

__all__ = [
    "OUTPUT_COLUMNS",
    "ExtractMode",
    "Extraction",
    "Fields",
    "Manifest",
    "OutputFile",
    "Run",
    "Source",
    "atomic_file",
    "atomic_write",
    "extract_code",
    "find_run",
    "forget",
    "make_reject",
    "open_source",
    "read_rows",
    "row_to_program",
]
