"""Commands in processes of their own that need not import torch: forked from a server that has.

Real processes, and real signals end them. What they save is what each start would take to import torch,
transformers and trl anew: ten seconds of a core.
"""

import multiprocessing
import multiprocessing.forkserver
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
import weakref
from pathlib import Path
from unittest import mock

_SETTINGS = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
_MODULES = ["torch", "transformers", "transformers.models.llama.modeling_llama", "trl.trainer.sft_trainer"]
_context = multiprocessing.get_context("forkserver")


class Preloaded:
    """``reweave WORDS…``, used as a ``subprocess.Popen`` whose output is text.

    Args:
        words: After the program's name.
        merged: Whether standard error goes where standard output does.
        strict: Whether warnings are errors.
        cwd: Where it runs.
        env: More variables.
    """

    def __init__(self, *words, merged=False, strict=False, cwd=None, env=None):
        _context.set_forkserver_preload(_MODULES)
        with mock.patch.dict(os.environ, _SETTINGS):  # what it is started with
            multiprocessing.forkserver.ensure_running()
        folder = Path(tempfile.mkdtemp(prefix="reweave-preloaded-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._out = folder / "out"
        self._error = self._out if merged else folder / "error"
        files = (str(self._out), str(self._error))
        arguments = (list(map(str, words)), files, strict, str(cwd or Path.cwd()), _SETTINGS | (env or {}))
        self._process = _context.Process(target=_run, args=arguments)
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self):
        """As `poll` gives it."""
        return self.poll()

    @property
    def stderr(self):
        """What was written to it, as a file."""
        return self._error.open(encoding="utf-8")

    def poll(self):
        """Give the exit status, the number of the signal below 0, or None."""
        return self._process.exitcode

    def send_signal(self, number):
        """Send it, if it is still there."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        """End it as SIGKILL does."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout=None):
        """Wait for its end; give the exit status."""
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired("reweave", timeout)
        return self.poll()

    def communicate(self, timeout=None):
        """Wait for its end; give what it wrote to standard output and to standard error."""
        self.wait(timeout)
        return self._out.read_text("utf-8"), self._error.read_text("utf-8")


def _run(words, files, strict, cwd, env):
    """Become the command: in the forked process."""
    for number, path in enumerate(files, 1):
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(place, number)
        os.close(place)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    os.environ.update(env)
    os.chdir(cwd)
    warnings.resetwarnings()
    if strict:
        warnings.simplefilter("error")
    sys.argv = ["reweave", *words]
    from reweave.cli import main

    main()
