"""A run that writes slowly, to be killed: python writer.py FOLDER RECORDS PAUSE. Not a test itself."""

import sys
import time
from pathlib import Path

import orjson

from reweave.storage import Run

OUTPUTS = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "zst", "plain")


def open_run(folder, name):
    """Open one of the outputs."""
    suffix = ".jsonl" if name == "plain" else ".jsonl.zst"
    source = {"kind": "made up"}
    return Run.open(folder / name, config={"seed": 0}, source=source, shard_records=30, shard_suffix=suffix)


def record(number):
    """What record ``number`` gives: rows of several kinds, or a reject."""
    if number % 7 == 3:
        return b"", orjson.dumps({"id": str(number), "reason": "odd"}) + b"\n"
    row = {"id": str(number), "program": f"x = {number}\n" * (number % 50), "edits": ["a"] * (number % 4)}
    if number % 3 == 0:
        row["meta"] = {"n": number} if number % 2 else "text"
    return b"".join(orjson.dumps(row | {"path": path}) + b"\n" for path in range(number % 3 + 1)), b""


def advance(run, records, state):
    """Write one record, or finish; with a checkpoint now and then."""
    if run.complete:
        return
    if run.next == records:
        run.finish({"sum": state["sum"]})
        return
    number = run.next
    run.append(*record(number), 1)
    state["sum"] += number
    if number % 11 == 10:
        run.checkpoint(state)


def main():
    """Write all outputs side by side, so that one kill hits each of them somewhere."""
    folder, records, pause = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    runs = [open_run(folder, name) for name in OUTPUTS]
    states = [{"sum": 0} | run.state for run in runs]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not all(run.complete for run in runs):
        for run, state in zip(runs, states, strict=True):
            advance(run, records, state)
        time.sleep(pause)


if __name__ == "__main__":
    main()
