"""The command line: one small module a verb. Parses flags, calls the library, sets the exit code.

Heavy imports happen inside the verbs, so that ``reweave --help`` answers at once.
"""

import sys

from reweave.errors import ReweaveError

_INTERRUPTED = 130


def main() -> None:
    """Run ``reweave``; errors of its own become one line and exit code 1, an interrupt 130."""
    from reweave.cli.app import app

    try:
        app()
    except ReweaveError as error:
        sys.stderr.write(f"reweave: {error}\n")
        sys.exit(1)
    except SystemExit as end:  # typer turns an interrupt into this
        if end.code == _INTERRUPTED:
            sys.stderr.write("reweave: interrupted; the same command goes on where this one stopped\n")
        raise
    except BrokenPipeError:  # `reweave … | head`
        sys.stderr.close()
        sys.exit(141)
