"""The proxy form's test side of the link: the program's names as objects that ask the code side.

What comes back is decoded into exact builtin types and nothing of it is ever evaluated. Each question
carries a nonce drawn here, so that a reply written before its question is refused. A program may answer
what it likes: that is what returning a value is. It may not answer for what the tests compare with: no
comparison, no truth of two of its objects being equal, crosses.
"""

import builtins
import os
import threading
import types

from . import frames, plain, values
from .code_side import BUILTIN, OBJECT, TYPES

_ANSWERS = {
    "builtins",
    "collections",
    "datetime",
    "decimal",
    "fractions",
    "numpy",
    "pandas",
    "itertools",
    __package__.partition(".")[0],
}
ERRORS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}


class ProgramError(Exception):
    """What the program raised, where it is no exception of Python's own."""


class ProgramExit(SystemExit):
    """The program called ``sys.exit``, or raised something that ends a process."""


class Ended(BaseException):
    """The run is over, whatever the tests do with this.

    Args:
        reason: As results name it, or ``needs-in-process``.
        detail: For a person.
    """

    def __init__(self, reason, detail):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Link:
    """Asks the code side.

    Args:
        channel: ``ask`` takes questions, ``answer`` brings replies.
    """

    def __init__(self, channel):
        self.channel = channel
        self.bounds = {"limit": channel.limit, "items": plain.items_in(channel.limit)}
        self.asked = 0
        self.over = None  # the Ended that ended the run: kept, as tests may catch everything
        self._lock = threading.RLock()
        self._errors = {}

    def load(self):
        """Wait for the program to be loaded. Raises ``Ended``."""
        kind, *rest = self._question("load")
        if kind == "not-loaded" and len(rest) == 2 and all(type(part) is str for part in rest):
            raise self._end(*rest)
        if kind != "loaded":
            raise self._forged()

    def name(self, name):
        """Give [what a name of the program's is on this side], [] where it has no such name."""
        kind, *rest = self._question("name", name)
        if kind == "absent":
            return []
        if kind == "exception":
            known = self._error_class(*rest)
            # Else ``except Mine`` in the tests would let the program catch their own assertions
            return [type(name, (ProgramError,), {}) if issubclass(AssertionError, known) else known]
        return [self._value(kind, rest)]

    def points(self):
        """Give the program's points that were reached, by its word: any plain data. Raises ``Ended``."""
        kind, *rest = self._question("points")
        if kind != "points" or len(rest) != 1:
            raise self._forged()
        return rest[0]

    def special(self, verb, *parts):
        """Ask for something of an object that is not a call."""
        self.asked += 1
        kind, *rest = self._question("special", verb, [self._given(part) for part in parts])
        return self._value(kind, rest)

    def call(self, number, args, kwargs):
        """Call an object; what it changed in place is changed in the arguments here."""
        self.asked += 1
        given = [*args, *kwargs.values()]
        encoded = [self._given(each) for each in given]
        named = dict(zip(kwargs, encoded[len(args) :]))  # noqa: B905 - Python 3.8 has no strict
        kind, *rest = self._question("call", number, encoded[: len(args)], named)
        changed = rest.pop() if kind in ("returned", OBJECT, "argument") and rest else {}
        if type(changed) is not dict or not all(
            type(index) is int and 0 <= index < len(given) for index in changed
        ):
            raise self._forged()
        for index, data in changed.items():
            _write_back(given[index], self._decoded(data))
        if kind == "argument" and len(rest) == 1 and type(rest[0]) is int and 0 <= rest[0] < len(given):
            return given[rest[0]]
        return self._value(kind, rest)

    def _question(self, *parts):
        with self._lock:
            if self.over is not None:
                raise self.over
            nonce = os.urandom(16)
            try:
                frames.write_all(self.channel.ask, frames.pack(self._encoded((nonce, *parts))))
                data = frames.read_one(self.channel.answer, self.channel.limit)
            except OSError:
                data = None
            except ValueError as error:
                raise self._end("failed", "the program's side sent %s" % error) from None
            if data is None:
                raise self._end("crashed", "the program's process ended before its work was done")
            reply = self._decoded(data)
            if type(reply) is not tuple or len(reply) < 2 or reply[0] != nonce or type(reply[1]) is not str:
                raise self._forged()
            return reply[1:]

    def _value(self, kind, rest):
        if kind == "returned" and len(rest) == 1:
            return values.unpacked(self._decoded(rest[0]))
        if kind == OBJECT and len(rest) == 2 and type(rest[0]) is int and type(rest[1]) is str:
            return Remote(self, rest[0], rest[1])
        if kind == "raised":
            raise self._error(*rest)
        if kind == "exited" and len(rest) == 1:
            raise ProgramExit(rest[0] if type(rest[0]) is str else "")
        if kind == "not-plain" and len(rest) == 1:
            raise self._end("failed", "the program gave what does not cross: %s" % (rest[0],))
        raise self._forged()

    def _given(self, value):
        """Encode one argument."""
        if type(value) in _SPOKEN_OF:
            return self._encoded(_spoken_of(value))
        try:
            return plain.encode(value, **self.bounds)
        except plain.NotPlain:
            return self._encoded(_spoken_of(value))

    def _encoded(self, value):
        try:
            return plain.encode(value, **self.bounds)
        except plain.NotPlain as error:
            detail = "the tests pass what does not cross: %s" % error
            raise self._end("needs-in-process" if _tests_own(value) else "failed", detail) from None

    def _decoded(self, data):
        try:
            return plain.decode(data, items=self.bounds["items"])
        except (plain.BadData, TypeError):
            raise self._forged() from None

    def _forged(self):
        return self._end("failed", "the program's side of the link sent something that is no reply")

    def _end(self, reason, detail):
        self.over = Ended(reason, detail)
        return self.over

    def _error(self, line_of_classes=(), args=None, message="", line=0, *_):
        if type(message) is not str or type(line) is not int:
            return self._forged()
        kind = self._error_class(line_of_classes)
        args = (message,) if args is None else self._decoded(args)
        try:
            error = kind(*args)
            error.from_program = line
        except Exception:  # noqa: BLE001 - classes of Python's that want other arguments
            error = ProgramError(message)
            error.from_program = line
        return error

    def _error_class(self, names, *_):
        """Give the class of this name: Python's own, or one that stands for the program's."""
        if type(names) is not list or not names or not all(type(name) is str for name in names):
            raise self._forged()
        name = names[0]
        if name in ERRORS:
            return ERRORS[name]
        if name not in self._errors:
            base = next((ERRORS[each] for each in names if each in ERRORS), Exception)
            try:
                self._errors[name] = type(name, (ProgramError, base), {})
            except (TypeError, ValueError):  # a name or a layout that Python refuses
                self._errors[name] = ProgramError
        return self._errors[name]


# What libraries look for of their own accord, and trust: an address to read memory at, which could be the
# expected value's; a copy's memory of what else is copied.
_NEVER_ASKED = ("__cuda_array_interface__", "_as_parameter_", "__deepcopy__")


class Remote:
    """Something of the program's that does not cross: a function, a class, an instance.

    Args:
        link: Asks.
        number: What the code side calls it.
        description: What it is, in words.
    """

    def __init__(self, link, number, description):
        object.__setattr__(self, "_link", link)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_description", description)

    def __call__(self, *args, **kwargs):  # noqa: D102
        return self._link.call(self._number, args, kwargs)

    def __getattr__(self, name):
        if name in _NEVER_ASKED or (name.startswith("__array") and name != "__array__"):
            raise AttributeError(name)
        return _ask(self, "get", name)

    def __setattr__(self, name, value):
        _ask(self, "set", name, value)

    def __eq__(self, other):
        if type(other) is Remote and other._number == self._number:
            return True
        raise self._link._end(
            "failed",
            "the tests compare what does not cross: %s; form='in-process' would compare it"
            % self._description,
        )

    def __hash__(self):
        return self._number

    def __ne__(self, other):
        return not self == other

    def __len__(self):
        return _ask(self, "len")

    def __bool__(self):
        return bool(_ask(self, "bool"))

    def __str__(self):
        return _ask(self, "str")

    def __repr__(self):
        return _ask(self, "repr")

    def __iter__(self):
        given = _ask(self, "iter")
        if type(given) is not Remote:
            return iter(given)
        return (given[index] for index in range(len(given)))  # a list of what does not cross

    def __contains__(self, item):
        return bool(_ask(self, "contains", item))

    def __getitem__(self, index):
        return _ask(self, "getitem", index)

    def __setitem__(self, index, value):
        _ask(self, "setitem", index, value)

    def __delitem__(self, index):
        _ask(self, "delitem", index)

    def __instancecheck__(self, value):
        return type(value) is Remote and bool(self._link.special("isinstance", value, self))


def _spoken_of(value):
    """Give an argument with the program's own objects, and builtin types, by what stands for them."""
    kind = type(value)
    if kind is Remote:
        return plain.Packed(OBJECT, value._number)  # noqa: SLF001
    if kind is type and TYPES.get(value.__name__) is value:
        return plain.Packed(BUILTIN, value.__name__)
    if kind in (list, tuple):
        return kind([_spoken_of(part) for part in value])
    if kind is dict:
        return {key: _spoken_of(part) for key, part in value.items()}
    return value


_SPOKEN_OF = (Remote, type)


def _ask(remote, verb, *parts):
    return remote._link.special(verb, remote, *parts)  # noqa: SLF001


def _tests_own(value):
    """Say whether what does not cross is of the tests' making, not what the program gave or made large."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return any(map(_tests_own, value))
    if kind is dict:
        return any(_tests_own(part) for pair in value.items() for part in pair)
    if kind in (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType):
        return True
    if isinstance(value, type):
        return value.__module__ == "__main__"
    # Of these an answer may be; of no other module's classes
    return kind.__module__.partition(".")[0] not in _ANSWERS and kind not in (Remote, ProgramError)


def _write_back(here, there):
    """Make a list, dictionary or set here what it became there; parts that stay keep their identity."""
    if type(here) is not type(there):
        return
    if type(here) is list:
        both = zip(here, there)  # noqa: B905 - the longer one's rest follows
        here[:] = [_kept(old, new) for old, new in both] + there[len(here) :]
    elif type(here) is dict:
        kept = {key: _kept(here[key], new) if key in here else new for key, new in there.items()}
        here.clear()
        here.update(kept)
    elif type(here) is set:
        here.intersection_update(there)
        here.update(there)
    elif type(here) is bytearray:
        here[:] = there


def _kept(old, new):
    if type(old) is type(new) and type(old) in (list, dict, set, bytearray):
        _write_back(old, new)
        return old
    return new
