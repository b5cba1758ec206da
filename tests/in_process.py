"""A command in this process, for what is refused before anything begins: a start takes a second of a core."""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from reweave.cli import main


def reweave(*words, env=None):
    """Run ``reweave WORDS…``; give its result as ``subprocess.run`` does with text.

    Args:
        words: After the program's name.
        env: More variables.
    """
    words = ["reweave", *map(str, words)]
    out, error, status = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "200", "OPENAI_API_KEY": ""} | (env or {})),
        mock.patch.object(sys, "argv", words),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    return subprocess.CompletedProcess(words, status, out.getvalue(), error.getvalue())
