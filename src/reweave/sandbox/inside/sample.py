"""One sample: what a fork of the zygote does once it is confined. It reads its body, runs it, and ends."""

import marshal
import os
import random
import sys

from . import calls, channel, code_side, in_process, stdin, test_side, values

# Its descriptors, from 0, those that it was given: the zygote lays them out in this order.
DESCRIPTORS = ("stdin", "stdout", "stderr", "body", "result", "ask", "answer")


def _cells(body, out):
    from . import cells  # noqa: PLC0415 - it brings a cryptographic library, to be forked each time

    cells.run(body, out)


RUNNERS = {
    "calls": calls.run,
    "stdin": stdin.run,
    "cells": _cells,
    "code-side": code_side.run,
    "test-side": test_side.run,
    "in-process": in_process.run,
}


def prepare():
    """In the zygote: do what is the same for every sample, or for most."""
    seed_all(0)
    sys.path.insert(0, "")


def seed_all(seed):
    """Seed ``random`` and, where it is loaded, ``numpy.random``."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % (1 << 32))


def run(names, seed, limit):
    """Read the body, run what it says, and end the process.

    Args:
        names: What the descriptors 0, 1, 2, … are.
        seed: Of ``random`` and, where it is loaded, ``numpy.random``.
        limit: Bytes of results allowed.
    """
    try:
        place = {name: number for number, name in enumerate(names)}
        body = os.pread(place["body"], os.fstat(place["body"]).st_size, 0)
        os.close(place["body"])
        body = marshal.loads(body)  # noqa: S302 - from the trusted side: strings, numbers, bytes
        for name in ("calls", "inputs"):
            if name in body:
                body[name] = values.load(body[name])
        out = channel.Channel(place.get("result"), limit, place.get("ask"), place.get("answer"))
        if seed != 0:  # the zygote's own, see ``prepare``
            seed_all(seed)
        RUNNERS[body["kind"]](body, out)
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(0)
