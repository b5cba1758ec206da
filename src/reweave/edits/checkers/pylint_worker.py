"""The process in which pylint runs: one long-lived linter, fed program texts over a pipe.

It is started as a file, by an interpreter without site-packages, and imports nothing of reweave: the
module search path it begins with is the standard library alone. Pylint is loaded from the folders that
the parent names; then the path is the standard library again, and on it the imports of a state are
looked up. A state that says ``import numpy`` thus reads the same beside an installed numpy as without.

A verdict must not depend on what was checked before. Astroid keeps what it learned: the standard library
modules it parsed (kept here: they are the reason to be long-lived), caches of inferences, and attributes
that a state sets on foreign classes and modules (``error.code = 3`` teaches astroid that every
``ValueError`` has a ``code``). The last two are taken back after each state.

Which messages count, restarts and time-outs are the parent's business: `reweave.edits.checkers.pylint`.
Follows LintSeq, section 3 (the linter in the loop).
"""

# ruff: noqa: PLC0415 (pylint is importable only after the path is set, and only in the worker)

import gc
import io
import json
import os
import queue
import struct
import sys
import threading
import tokenize
from collections.abc import Callable, Sequence
from typing import IO, Any

OPTIONS = [
    "--disable=C,R",
    "--reports=n",
    "--score=n",
    "--persistent=n",  # otherwise a statistics file a state
    "--unsafe-load-any-extension=y",
    "--generated-members=cv2.*",
]

_MODULE = "reweave-state"  # with a hyphen: no state can import itself
_FILE = f"{os.sep}reweave-nowhere{os.sep}{_MODULE}.py"  # no such folder: no siblings to import

Message = tuple[str, int, str]  # id, line, text
Check = Callable[[str], list[Message]]


def write_frame(stream: IO[bytes], message: Any) -> None:
    """Write one JSON message: its length in four bytes, then its bytes, ASCII (lone surrogates survive)."""
    body = json.dumps(message).encode("ascii")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """Read one message; None at the end of the stream, also when it ends in mid-message."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    length = struct.unpack(">I", head)[0]
    body = stream.read(length)
    return json.loads(body) if len(body) == length else None


def main() -> None:
    """Serve until the parent closes the pipe: first the set-up, then one reply a text.

    A reply is ``{"messages": [...]}`` or ``{"crashed": why}``; the parent then ends this process, whose
    linter stopped half-way.
    """
    frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stdin, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what pylint prints must not reach the pipe

    def listen() -> None:
        while (frame := read_frame(stdin)) is not None:
            frames.put(frame)
        os._exit(0)  # the parent is gone: no state is worth finishing, not even one that never ends

    threading.Thread(target=listen, daemon=True).start()
    setup = frames.get()
    bare = list(sys.path)
    sys.path.extend(setup["path"])
    check = make_check([*OPTIONS, *setup["options"]])
    sys.path[:] = bare
    sys.path_importer_cache.clear()  # astroid also looks here for zip files
    write_frame(replies, {"ready": True})
    while True:
        try:
            reply: dict[str, Any] = {"messages": check(frames.get())}
        except Exception as error:  # noqa: BLE001 (whatever pylint raises is the reply)
            reply = {"crashed": f"{type(error).__name__}: {error.__cause__ or error}"[:2000]}
        write_frame(replies, reply)


def make_check(options: Sequence[str]) -> Check:
    """Load pylint and return the function from a text to its messages, which raises what pylint raises."""
    import astroid
    from astroid.builder import AstroidBuilder
    from pylint.config.config_initialization import _config_initialization
    from pylint.interfaces import HIGH
    from pylint.lint import PyLinter
    from pylint.reporters import CollectingReporter
    from pylint.typing import FileItem

    class StateBuilder(AstroidBuilder):  # type: ignore[misc]
        """Builds the tree of a state and takes back what the state taught foreign classes and modules."""

        def __init__(self) -> None:
            super().__init__(astroid.MANAGER)
            self.taught: list[tuple[dict[str, list[Any]], Any]] = []

        def delayed_assattr(self, node: Any) -> None:
            super().delayed_assattr(node)
            try:
                owners = list(node.expr.infer())  # just inferred by the line above: read from its cache
            except astroid.InferenceError:
                return
            for owner in owners:
                for holder in (owner, getattr(owner, "_proxied", None)):
                    for table in ("instance_attrs", "locals"):
                        attributes = getattr(holder, table, None)
                        if isinstance(attributes, dict) and node in attributes.get(node.attrname, ()):
                            self.taught.append((attributes, node))

        def take_back(self) -> None:
            for attributes, node in self.taught:
                values = attributes.get(node.attrname, [])
                if node in values:
                    values.remove(node)
                if not values:
                    attributes.pop(node.attrname, None)
            self.taught.clear()

    class StateLinter(PyLinter):  # type: ignore[misc]
        """A linter whose only file is a string."""

        text = ""

        def get_ast(self, filepath: str, modname: str, data: str | None = None) -> Any:
            del data
            try:
                return builder.string_build(_as_read_from_file(self.text), modname, filepath)
            except astroid.AstroidSyntaxError as error:
                cause: Any = error.error
            except (SyntaxError, LookupError) as error:  # of the encoding cookie
                cause = error
            except UnicodeError as error:
                self.add_message("parse-error", args=f"Wrong encoding: {error}")
                return None
            line = getattr(cause, "lineno", None) or 0
            self.add_message("syntax-error", line=line, args=f"Parsing failed: '{cause}'", confidence=HIGH)
            return None

    builder = StateBuilder()
    reporter = CollectingReporter()
    linter = StateLinter()
    linter.load_default_plugins()
    _config_initialization(linter, list(options), reporter)  # no configuration file is looked for
    linter.initialize()
    # Choosing and ordering the checkers costs as much as a small state, and is the same for each; what
    # they count anew per file they reset in open(), so that is called for each state.
    checkers = linter.prepare_checkers()
    open_linter = linter._astroid_module_checker()  # noqa: SLF001 (what check() does, kept open)
    run_checkers = open_linter.__enter__()
    forget = _make_forget()
    gc.freeze()  # pylint itself is not rubbish: do not look through it again and again
    state = FileItem(_MODULE, _FILE, _MODULE)

    def check(text: str) -> list[Message]:
        linter.text = text
        reporter.reset()
        for checker in checkers:
            checker.open()
        try:
            linter._check_file(linter.get_ast, run_checkers, state)  # noqa: SLF001 (as above)
        finally:
            builder.take_back()
            forget()
        return [(message.msg_id, message.line, message.msg) for message in reporter.messages]

    return check


def _as_read_from_file(text: str) -> str:
    """Decode as Python decodes a source file: byte order mark, encoding cookie, universal newlines."""
    raw = text.encode()
    encoding = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    return io.TextIOWrapper(io.BytesIO(raw), encoding).read()


def _make_forget() -> Callable[[], None]:
    """Return the function that empties every cache of astroid and pylint that refers to a state."""
    import astroid
    from astroid.context import _invalidate_cache
    from astroid.inference_tip import _CURRENTLY_INFERRING, clear_inference_tip_cache
    from astroid.interpreter.objectmodel import ObjectModel
    from astroid.nodes import ClassDef
    from astroid.nodes._base_nodes import LookupMixIn
    from pylint.checkers.clear_lru_cache import clear_lru_caches

    def forget() -> None:
        astroid.MANAGER.astroid_cache.pop(_MODULE, None)
        clear_inference_tip_cache()
        _CURRENTLY_INFERRING.clear()
        _invalidate_cache()
        LookupMixIn.lookup.cache_clear()
        ObjectModel.attributes.cache_clear()
        ClassDef._metaclass_lookup_attribute.cache_clear()  # noqa: SLF001 (no public way)
        clear_lru_caches()

    return forget


if __name__ == "__main__":
    main()
