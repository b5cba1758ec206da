"""A program run as a script: standard input is its descriptor 0, and it ends as a script does."""

import atexit
import contextlib
import sys
import threading
import traceback

from . import calls, program


def run(body, channel):
    """Run the program as ``__main__``; write its exit status, then the end.

    Args:
        body: ``program``, its source text.
        channel: Where the records go.
    """
    sys.argv = [program.FILE]
    status, reason, detail = _run(body["program"])
    try:
        threading._shutdown()  # noqa: SLF001 - what the interpreter calls: it joins the program's threads
        atexit._run_exitfuncs()  # noqa: SLF001 - likewise
    except BaseException as error:  # noqa: BLE001 - it is the program's own
        if not status:
            status, reason, detail = _ended(error)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):  # closed, replaced or full: what was written was written
            stream.flush()
    channel.write(("exit", status))
    channel.end(reason, detail)


def _run(source):
    try:
        program.load(source, "__main__")
    except BaseException as error:  # noqa: BLE001 - it is the program's own
        return _ended(error)
    return 0, "passed", ""


def _ended(error):
    """Give (exit status, reason, detail) for what ended the program; report it as the interpreter would."""
    if isinstance(error, SystemExit):
        code = error.code
        if code is None or (isinstance(code, int) and int(code) & 0xFF == 0):
            return 0, "passed", ""
        if isinstance(code, int):
            return int(code) & 0xFF, "failed", "exit status %d" % (int(code) & 0xFF)
        _complain("%s\n", code)
        return 1, "failed", "exit status 1"
    try:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != program.FILE:
            trace = trace.tb_next
        error = error.with_traceback(trace)
        if sys.excepthook is sys.__excepthook__:
            traceback.print_exception(
                type(error), error, trace
            )  # which knows the program's lines, unlike the hook
        else:
            sys.excepthook(type(error), error, trace)
    except BaseException:  # noqa: BLE001, S110 - a hook of the program's; the status says that it failed
        pass
    reason, detail = calls.ended_by(error)
    return 1, reason, detail


def _complain(form, value):
    with contextlib.suppress(BaseException):  # the status says that it failed
        sys.stderr.write(form % (value,))
