"""The file of the request log: its tables, and whether a file is one.

SQLite in WAL mode on a local disk. A killed process loses no transaction that was committed; a power cut may
lose the last ones, and damages nothing. Tables:

``requests``   one row a key: the request as JSON, without what differs from sample to sample
``answers``    one row a sample
``attempts``   one row an attempt, failed or not: when, how long, its outcome, what it used

The outcome is ``answer`` or a kind of failure (:mod:`reweave.models.answers`); times are seconds since 1970,
UTC.
"""

import sqlite3
from pathlib import Path

from reweave.errors import RunError

_MAGIC = b"SQLite format 3\0"
_OURS = 0x52577671  # application_id
_FORMAT = 1  # user_version
_TABLES = """
CREATE TABLE requests (key BLOB PRIMARY KEY, request TEXT NOT NULL);
CREATE TABLE answers (
    key BLOB NOT NULL, sample INTEGER NOT NULL, text TEXT NOT NULL, finish_reason TEXT NOT NULL,
    prompt_tokens INTEGER, completion_tokens INTEGER, logprobs TEXT, reasoning TEXT, seconds REAL NOT NULL,
    PRIMARY KEY (key, sample)
);
CREATE TABLE attempts (
    key BLOB NOT NULL, sample INTEGER NOT NULL, n INTEGER NOT NULL, began REAL NOT NULL,
    seconds REAL NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL,
    prompt_tokens INTEGER, completion_tokens INTEGER
);
"""


def open_log(path: Path) -> sqlite3.Connection:
    """Open a request log for writing, or make one.

    Raises:
        RunError: The file is something else, of a later reweave, damaged, or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        start = b""
    except OSError as error:
        raise RunError(f"cannot open the request log {path}: {error.strerror}") from error
    if start not in {b"", _MAGIC}:
        raise RunError(
            f"{path} is not a request log (no SQLite file): name another file, nothing was changed"
        )
    try:
        connection = connect(path)
    except sqlite3.Error as error:
        raise RunError(f"cannot open the request log {path}: {error}") from error
    try:
        _check(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise damaged(path, error) from error
    except RunError:
        connection.close()
        raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """Connect; transactions are begun and ended by the caller."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60)


def damaged(path: Path, error: sqlite3.Error) -> RunError:
    """The error for a log that cannot be read or written."""
    return RunError(
        f"the request log {path} cannot be read or written: {error}. If the disk is full, make room and "
        f"start again. If the file is damaged, move it away with its -wal and -shm; "
        f"`sqlite3 {path.name} .recover` rescues the answers in it"
    )


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:  # new, or killed before its first transaction
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(
            f"BEGIN; PRAGMA application_id = {_OURS}; PRAGMA user_version = {_FORMAT}; {_TABLES} COMMIT"
        )
        return
    if application != _OURS:
        raise RunError(f"{path} is another program's database: name another file, nothing was changed")
    if version != _FORMAT:
        raise RunError(
            f"the request log {path} has format {version}, this reweave reads {_FORMAT}: use the reweave "
            "that wrote it, or name another file"
        )
    (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise sqlite3.DatabaseError(state)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
