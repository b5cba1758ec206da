"""Calls into a program: what each gives is written down, and nothing is expected of it here."""

import copy

from . import coverage, plain, program


def run(body, channel):
    """Load the program, make the calls in order, and write one record a call, then the end.

    Args:
        body: ``program``, its source text; ``calls``, a list of (entry expression, args, kwargs);
            ``earlier``, if it is there: by number of a call, by place or name of an argument, (the number of
            the call that gave it, whether a copy is meant); ``coverage``, whether it is asked for.
        channel: Where the records go.
    """
    covered = coverage.asked(body)
    try:
        space = program.load(body["program"], covered=covered)
        entries = {}
        earlier, given = body.get("earlier", {}), {}
        # Of what goes to a later call nothing is written: to write an iterator is to walk it.
        handed_on = {call for places in earlier.values() for call, copied in places.values() if not copied}
        for number, (entry, args, kwargs) in enumerate(body["calls"]):
            if number in earlier:
                _hand_over(given, earlier[number], args, kwargs)
            record = _outcome(space, entries, entry, args, kwargs)
            if earlier and record[0] == "returned":
                given[number] = record[1]
                if number in handed_on:
                    record = ("not-plain", "it went to a later call")
            try:
                channel.write(record)
            except plain.NotPlain as error:
                channel.write(("not-plain", str(error)))
    except BaseException as error:  # noqa: BLE001 - it is the program's own
        reason, detail = ended_by(error)
        channel.end(reason, detail)
    else:
        channel.end("passed")
    coverage.tell(channel, covered)


def ended_by(error):
    """Give (reason, detail) for what ended a program."""
    name, message, line = program.describe(error)
    reason = program.reason_of(error)
    # A program that compiles may raise a SyntaxError of its own; what does not compile may be a ValueError
    if isinstance(error, (SyntaxError, ValueError, RecursionError, OverflowError)) and not _ran(error):
        reason = "syntax"
    where = ", line %d" % line if line else ""
    return reason, "%s: %s%s" % (name, message, where)


def _hand_over(given, earlier, args, kwargs):
    """Put what earlier calls gave in its place among the arguments: the objects themselves, or copies."""
    for place, (call, copied) in earlier.items():
        value = given.get(call)  # a call that raised has ended the tests where they are judged
        target = kwargs if type(place) is str else args
        target[place] = copy.deepcopy(value) if copied else value


def _outcome(space, entries, entry, args, kwargs):
    try:
        if entry not in entries:
            entries[entry] = compile(entry, "<entry>", "eval", dont_inherit=True)
        function = eval(entries[entry], space)  # noqa: S307 - the entry is as much the sample's as its program
        return ("returned", function(*args, **kwargs))
    except Exception as error:  # noqa: BLE001 - it is the program's own
        return ("raised", *program.describe(error))


def _ran(error):
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == program.FILE:
            return True
        trace = trace.tb_next
    return False
