"""The proxy form's test side: the tests, with the program's names bound to objects that ask the code side.

Only this process holds the result file. What the tests use and do not define is the program's, except what
``names`` has a table of.
"""

import importlib
import sys
import types

from . import link, names, running


def run(body, channel):
    """Run the tests and write the end.

    Args:
        body: ``tests``, their source text; ``entry_point``, the name they check, or None; ``coverage``,
            whether it is asked for.
        channel: Where the end goes, and the pipes to the code side.
    """
    side = link.Link(channel)
    try:
        reason, detail = _run(body["tests"], body.get("entry_point"), side, channel)
    except link.Ended as ended:
        reason, detail = ended.reason, ended.detail
    except link.ProgramExit as error:
        reason, detail = "crashed", str(error)
    except BaseException as error:  # noqa: BLE001 - SystemExit of the tests' own
        reason, detail = "crashed", "the tests ended the process: %s" % type(error).__name__
    if side.over is not None:
        # Whatever the tests made of it: nothing that came after was said by the program
        reason, detail = side.over.reason, side.over.detail
    channel.end(reason, detail)
    if body.get("coverage") and side.over is None:
        channel.write(("points", side.points()))


def _run(tests, entry_point, side, channel):
    side.load()
    try:
        free = names.free(tests)
        redefined = None if entry_point else names.subject(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return "failed", "the tests do not compile: %s" % error
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    space = module.__dict__
    free += [name for name in (entry_point, redefined) if name]
    for name in free:
        found = _fixed(name) if name != entry_point else []
        found = found or (side.name(name) if name not in names.MODULES or name == entry_point else [])
        if found:
            space[name] = found[0]
    if entry_point is not None and entry_point not in space:
        return "failed", "the program does not define %s" % entry_point
    return running.run(tests, module, entry_point, channel, asked=lambda: side.asked > 0)


def _fixed(name):
    """Give [what a name is wherever tests are], [] where it is nothing."""
    try:
        if name in names.MODULES:
            return [importlib.import_module(names.MODULES[name])]
        if name in names.MEMBERS:
            return [getattr(importlib.import_module(names.MEMBERS[name]), name)]
    except ImportError:
        pass
    return []
