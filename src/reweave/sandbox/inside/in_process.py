"""The in-process form: program and tests in one interpreter, for tests that hand it functions or mocks.

A program here can reach everything its tests can, the result file too: such a verdict can be forged, and
the trusted side labels it so.
"""

import sys

from . import calls, coverage, program, running


def run(body, channel):
    """Load the program, run the tests in its namespace, write the end.

    Args:
        body: ``program`` and ``tests``, source texts; ``entry_point``, the name they check, or None;
            ``coverage``, whether it is asked for.
        channel: Where the end goes.
    """
    covered = coverage.asked(body)
    try:
        program.load(body["program"], covered=covered)
        module = sys.modules["program"]
    except BaseException as error:  # noqa: BLE001 - it is the program's own
        channel.end(*calls.ended_by(error))
        return
    sys.modules["__main__"] = module
    module.__dict__["__name__"] = "__main__"
    entry_point = body.get("entry_point")
    if entry_point is not None and entry_point not in module.__dict__:
        channel.end("failed", "the program does not define %s" % entry_point)
        return
    try:
        reason, detail = running.run(body["tests"], module, entry_point, channel)
    except BaseException as error:  # noqa: BLE001 - SystemExit, of the program's or the tests'
        reason, detail = "crashed", calls.ended_by(error)[1]
    channel.end(reason, detail)
    coverage.tell(channel, covered)
