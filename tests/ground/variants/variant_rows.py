"""Grounded rows without a sandbox: the values stand here, everything else is made as a run makes it.

Not a test itself. Started with SOURCE OUT it makes variants that checkpoint every row, to be killed.
"""

import sys
from pathlib import Path

import orjson

from reweave.align.validate.mutants import Mutant
from reweave.ground.specs import LEVELS, contract, spec_text
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.pair import Pair
from reweave.ground.trace.round_trip import RoundTrip, Tried
from reweave.ground.trace.rows import grounded
from reweave.ground.trace.tracing import Trace


def made(name, code, inputs, outputs, *, intent=None, row_bytes=65536, outcomes=(), refused=(), **more):
    """A row as `reweave ground trace` writes it; `outcomes` are its mutants', `refused` forms its own."""
    context = "".join(f"{name} = {value!r}\n" for name, value in inputs.items())
    asked = f"Say what {name} does." if intent is None else intent
    trip = RoundTrip(
        {form: spec_text(form, inputs, outputs) for form in LEVELS},
        contract(inputs, outputs),
        {form: form not in refused for form in LEVELS},
        [Tried(Mutant("constant", 1, "1 to 2", code), outcome) for outcome in outcomes],
    )
    pair = Pair(name, context, asked, code, more)
    row = grounded(pair, Trace(inputs, outputs), trip, TraceConfig(row_bytes=row_bytes))
    return orjson.loads(orjson.dumps(row))


def several(count):
    """Rows that are all different, and can all be trained on."""
    for n in range(count):
        xs = [n + 30, 11, n + 52, 17]
        yield made(f"g{n}", f"ys = sorted(xs)[:{n % 4 + 1}]\n", {"xs": xs}, {"ys": sorted(xs)[: n % 4 + 1]})


def write(path, rows):
    """Write rows, or raw lines, as JSON lines."""
    path.write_bytes(b"".join((row if isinstance(row, bytes) else orjson.dumps(row)) + b"\n" for row in rows))
    return path


def main():
    """Say how many rows are safe on the disk, and go on."""
    from reweave.ground.variants import run
    from reweave.ground.variants.config import VariantsConfig

    run._CHECKPOINT_SECONDS = 0.0

    def report(done):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    source, out, replay = sys.argv[1:]
    config = VariantsConfig(replay=(Path(replay),), leakage="noisy")
    run.make_variants([source], Path(out), config, report=report)


if __name__ == "__main__":
    main()
