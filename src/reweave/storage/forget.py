"""A complete run that is to be made again: what it made is forgotten, so that it begins at its first record.

For runs that ask others, where some records failed for the moment: at another time they end otherwise. The
configuration stays, and so does what the caller keeps in the run directory. Killed in here, the run is
complete as before, or begins anew.
"""

from pathlib import Path

from reweave.errors import RunError
from reweave.storage.journal import Checkpoint, Journal
from reweave.storage.layout import run_folder
from reweave.storage.lock import RunLock
from reweave.storage.outputs import output_suffix
from reweave.storage.parts import WriteFailedError


def forget(out: Path) -> None:
    """Forget what a complete run made; the next `Run.open` begins it again.

    Args:
        out: Its output, which nobody has open. A file is removed at once, shards are replaced one by one.

    Raises:
        RunError: Another process writes the run, or a file cannot be removed.
    """
    folder = run_folder(out)
    lock = RunLock(folder / "lock")
    lock.acquire()
    try:
        if output_suffix(out) is None:
            _restart(folder)
        # Without it, the journal's last line would make it again as long as the output is there
        (folder / "manifest.json").unlink(missing_ok=True)
        if output_suffix(out) is not None:
            out.unlink(missing_ok=True)
    except (WriteFailedError, OSError) as error:
        raise RunError(f"cannot begin {folder} again: {error}") from error
    finally:
        lock.release()


def _restart(folder: Path) -> None:
    """Put a journal in the place of the old one that says: these shards are mine, and none is done."""
    journal = Journal(folder / ".journal")
    journal.path.unlink(missing_ok=True)
    journal.append(Checkpoint(), sync=True)
    journal.path.replace(folder / "journal.jsonl")
