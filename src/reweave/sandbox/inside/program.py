"""Running a program's text in a module of its own, and saying what it raised."""

import linecache
import sys
import types

from . import coverage

FILE = "<program>"
MESSAGE = 1000  # characters of an exception's message that are kept


def load(source, name="program", namespace=None, covered=None):
    """Run ``source`` as the module ``name``; give its namespace. Whatever it raises comes through.

    Args:
        source: Python source text.
        name: Its ``__name__``; ``__main__`` runs what stands under the usual guard.
        namespace: Names that are there before it runs.
        covered: The set for the points that it reaches; None where nobody asks.
    """
    if source[:1] == "\ufeff":  # a byte order mark, which a file may begin with
        source = source[1:]
    module = types.ModuleType(name)
    sys.modules[name] = module
    space = module.__dict__
    space["__file__"] = FILE
    if namespace:
        space.update(namespace)
    linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
    if covered is None:
        code = compile(source, FILE, "exec", dont_inherit=True)
    else:
        code = coverage.compiled(source, FILE, covered, space)
    exec(code, space)  # noqa: S102 - what this room is for
    return space


def forget(name="program"):
    """Drop what loading a program left in the interpreter."""
    sys.modules.pop(name, None)
    linecache.cache.pop(FILE, None)


def reason_of(error):
    """Give the reason, as results name it, for what loading or calling a program raised."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, ModuleNotFoundError):
        return "missing-module"
    if isinstance(error, (SystemExit, KeyboardInterrupt, GeneratorExit)):
        return "crashed"
    return "failed"


def describe(error):
    """Give (class name, message, line of the program) of an exception, whatever its ``__str__`` does."""
    try:
        message = str(error)
        message = message[:MESSAGE] if type(message) is str else ""
    except BaseException:  # noqa: BLE001 - the exception is the program's own
        message = ""
    return type(error).__name__, message, line_of(error)


def line_of(error):
    """Give the innermost line of the program in an exception's traceback, 0 where there is none."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno or 0
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
