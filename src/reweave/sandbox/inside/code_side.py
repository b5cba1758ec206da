"""The proxy form's code side: the program, served question by question to a process that holds the tests.

A question is (nonce, verb, *parts), its reply (nonce, kind, *parts). What does not cross stays here and is
spoken of by number. Nothing here is trusted by the side that asks: see ``link``.
"""

import itertools
import operator
import types

from . import calls, coverage, frames, plain, plain_write, program, values

OBJECT = "object"  # the kind of a packed value that stands for one of ours
BUILTIN = "builtin"  # the kind of one that stands for a builtin type
TYPES = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, object)
}

# What may be asked of an object besides its attributes. No comparison is: an answer's own must not decide.
SPECIAL = {
    "len": len,
    "str": str,
    "repr": repr,
    "bool": bool,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "contains": operator.contains,
    "iter": lambda value: (item for item in value),
    "isinstance": isinstance,
    "get": getattr,
    "set": setattr,
}


def run(body, channel):
    """Load the program and answer questions until there are no more.

    Args:
        body: ``program``, its source text; ``coverage``, whether it is asked for.
        channel: ``answer`` brings questions, ``ask`` takes replies.
    """
    side = _Side(channel.limit, coverage.asked(body))
    loaded = side.load(body["program"])
    while True:
        question = frames.read_one(channel.answer, channel.limit)
        if question is None:
            return
        nonce, verb, *parts = plain.decode(question, items=side.bounds["items"])
        reply = loaded if verb == "load" else side.reply(verb, parts)
        try:
            data = plain.encode((nonce, *reply), **side.bounds)
        except plain.NotPlain as error:
            data = plain.encode((nonce, "not-plain", str(error)), **side.bounds)
        frames.write_all(channel.ask, frames.pack(data))


class _Side:
    def __init__(self, limit, covered):
        self.covered = covered
        self.bounds = {"limit": limit, "items": plain.items_in(limit)}
        self.space = {}
        self.objects = []

    def load(self, source):
        try:
            self.space = program.load(source, covered=self.covered)
        except BaseException as error:  # noqa: BLE001 - it is the program's own
            return ("not-loaded", *calls.ended_by(error))
        return ("loaded",)

    def reply(self, verb, parts):
        try:
            if verb == "name":
                return self.named(*parts)
            if verb == "call":
                return self.call(*parts)
            if verb == "points":
                return ("points", sorted(self.covered))
            special, encoded = parts
            return self.value(SPECIAL[special](*map(self.taken, encoded)))
        except Exception as error:  # noqa: BLE001 - it is the program's own
            return self.raised(error)
        except BaseException as error:  # noqa: BLE001 - likewise
            return ("exited", calls.ended_by(error)[1])

    def named(self, name):
        if name not in self.space:
            return ("absent",)
        value = self.space[name]
        if isinstance(value, types.ModuleType):
            return ("absent",)
        if isinstance(value, type) and issubclass(value, Exception):
            return ("exception", [kind.__name__ for kind in value.__mro__])
        return self.value(value)

    def call(self, number, args, kwargs):
        """Call an object; say what it gave and which arguments it changed in place."""
        given = [*args, *kwargs.values()]
        taken = [self.taken(each) for each in given]
        named = dict(zip(kwargs, taken[len(args) :]))  # noqa: B905 - Python 3.8 has no strict
        result = self.objects[number](*taken[: len(args)], **named)
        changed = {}
        for index, (before, after) in enumerate(zip(given, taken)):  # noqa: B905
            if type(after) in (list, dict, set, bytearray):
                try:
                    data = plain.encode(after, **self.bounds)
                except (
                    plain.NotPlain
                ):  # it holds the program's own objects; what they became is asked of them
                    continue
                if data != before:
                    changed[index] = data
        for index, each in enumerate(taken):
            if each is result and type(each) in (list, dict, set, bytearray):
                return ("argument", index, changed)
        return (*self.value(result), changed)

    def taken(self, encoded):
        """Give the value of an encoded argument."""
        return self.meant(plain.decode(encoded, items=self.bounds["items"]))

    def meant(self, value):
        """Give plain data with what stands for something in its place."""
        kind = type(value)
        if kind is plain.Packed:
            if value.kind == OBJECT:
                return self.objects[value.payload]
            return TYPES[value.payload] if value.kind == BUILTIN else values.unpacked(value)
        if kind in (list, tuple):
            return kind([self.meant(part) for part in value])
        if kind is dict:
            return {key: self.meant(part) for key, part in value.items()}
        return value

    def value(self, value):
        """Give the reply that carries a value, or a number in its place."""
        kept = value
        if type(value) in plain_write.ITERATORS:  # what does not cross must be there still
            kept = list(itertools.islice(value, self.bounds["items"] + 1))
            value = iter(kept)
        try:
            return ("returned", plain.encode(value, **self.bounds))
        except plain.NotPlain as error:
            self.objects.append(kept)
            return (OBJECT, len(self.objects) - 1, str(error))

    def raised(self, error):
        _, message, line = program.describe(error)
        try:
            args = plain.encode(list(error.args), **self.bounds)
        except Exception:  # noqa: BLE001 - arguments that do not cross; the message does
            args = None
        return ("raised", [kind.__name__ for kind in type(error).__mro__], args, message, line)
