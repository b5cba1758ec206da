"""Notebook cells: run one after the other in one namespace, which is captured after each.

One record a cell, written as soon as it is done: ``("cell", outcome, printed, variables, removed)``. The
outcome is ``("plain", encoding)``, ``("not-plain", what)`` or ``("raised", type, message, line)``;
``variables`` maps the names that the cell bound or changed, in place or not, to the first two of these.
Encodings are compared, so a name bound to a value that equals its last one is not among them. Iterators are
not drained: a later cell may want them. Modules, functions and classes are left out unless asked for by name.

A cell that raises ends the run, as in a notebook.
"""

import ast
import hashlib
import linecache
import os
import sys
import types

from . import arrays, channel, plain, program

_PRINTED = 1 << 20  # bytes kept of what one cell prints
_ROOM = 4096  # bytes of a cell's record beside the values and the text, and of the record that ends the run
_NOT_DATA = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


def run(body, out):
    """Run a body of the kind "cells": cells, inputs, names to capture (None: all public ones), files."""
    for name, content in body["files"].items():
        if os.path.dirname(name):
            os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as file:
            file.write(content)
    notebook = _Notebook(arrays.unpack(body["inputs"]), body["capture"], out)
    for cell in body["cells"]:
        try:
            tree = ast.parse(cell, program.FILE)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            notebook.write(("raised", *program.describe(error)))
            return out.end("syntax", "%s: %s" % program.describe(error)[:2])
        linecache.cache[program.FILE] = (len(cell), None, cell.splitlines(True), program.FILE)
        try:
            value = _execute(tree, notebook.space)
        except BaseException as error:  # noqa: BLE001 - whatever the cell raises is its outcome
            notebook.write(("raised", *program.describe(error)))
            return out.end(program.reason_of(error), "%s: %s" % program.describe(error)[:2])
        notebook.write(notebook.outcome(value))
    return out.end("passed")


def _execute(tree, space):
    """Run a cell's statements; give the value of the last where it is an expression."""
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, program.FILE, "exec", dont_inherit=True), space)  # noqa: S102 - in the sandbox
    if last is not None:
        return eval(compile(ast.Expression(last.value), program.FILE, "eval", dont_inherit=True), space)  # noqa: S307 - likewise
    return None


class _Notebook:
    """The namespace, and what of it was captured last."""

    def __init__(self, inputs, names, out):
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.space = module.__dict__
        self.space.update(inputs)
        self.names = names
        self.out = out
        self.left = out.limit - channel.HEADER - _ROOM
        self.printed = _position()
        self.seen = {}
        self._changes()

    def write(self, outcome):
        """Write a cell's record."""
        self.left -= _ROOM
        text = self._text()
        variables = {}
        for name, encoded in self._changes():
            variables[name] = self._fit(encoded, len(name) * 4 + 16)
        removed = [name for name in self.seen if name not in self.space]
        for name in removed:
            del self.seen[name]
        try:
            self.out.write(("cell", outcome, text, variables, removed))
        except plain.NotPlain as refused:  # thousands of names
            self.out.write(("cell", outcome, "", {}, []))
            sys.stderr.write("not captured: %s\n" % refused)

    def outcome(self, value):
        """Give what a cell shows."""
        return self._fit(_encode(value, self.out.limit), 0)

    def _fit(self, encoded, more):
        """Give a value's entry where there is room for it in the results, else say so."""
        size = len(encoded[1]) + more
        if size > self.left:
            return ("not-plain", "too large: %d bytes of results are left" % max(self.left, 0))
        self.left -= size
        return encoded

    def _changes(self):
        """Give (name, entry) of the captured names whose entry is another than last time."""
        changes = []
        for name in [name for name in self.space if type(name) is str and self._captured(name)]:
            value = self.space[name]
            encoded = _encode(value, self.out.limit)
            if encoded[0] == "plain":
                mark = hashlib.blake2b(encoded[1], digest_size=16).digest()
            else:
                mark = (id(value), encoded[1])
            if self.seen.get(name) != mark:
                self.seen[name] = mark
                changes.append((name, encoded))
        return changes

    def _captured(self, name):
        if self.names is not None:
            return name in self.names
        if name.startswith("_"):
            return False
        return name in self.seen or not issubclass(type(self.space[name]), _NOT_DATA)

    def _text(self):
        """Give what was written to standard output since the last cell, by whatever means."""
        try:
            sys.stdout.flush()
        except Exception:  # noqa: BLE001 - it is the program's
            return ""
        start, self.printed = self.printed, _position()
        count = min(self.printed - start, _PRINTED, max(self.left, 0))
        try:
            text = os.pread(1, count, start).decode("utf-8", "replace") if count > 0 else ""
        except OSError:  # standard output cannot be read back
            return ""
        self.left -= count
        return text


def _encode(value, limit):
    try:
        return ("plain", plain.encode(value, limit=limit, drain=False))
    except plain.NotPlain as refused:
        return ("not-plain", str(refused))


def _position():
    try:
        return os.fstat(1).st_size
    except OSError:
        return 0
