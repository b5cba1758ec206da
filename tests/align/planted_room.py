"""What other rooms would plug into the chain, planted: a stage with files, and who says what agrees."""

from contextlib import nullcontext
from dataclasses import asdict

import orjson

from reweave.records import Reject
from reweave.storage import Run, open_source


class Planted:
    """Passes every row on but the first."""

    name = "validated"

    def run_files(self, source, out, report):
        """Write rows, rejects and statistics with a run directory."""
        opened = open_source(source)
        with Run.open(out, config={}, source=opened.fingerprint()) as run:
            if run.complete:
                return
            rows = list(opened.rows())
            line = orjson.dumps(asdict(Reject("first", "rejected", "planted", "the first")))
            run.append(b"".join(row + b"\n" for row in rows[1:]), line + b"\n", len(rows))
            kept = len(rows) - 1
            run.finish({"read": len(rows), "kept": kept, "rejects": [["rejected", "planted", 1]]})


def make_stage(config):
    """Make the stage."""
    return Planted()


def make_agreeing(config):
    """Say that all responses pass and agree."""
    return lambda: nullcontext(lambda groups: [len(group) for group in groups]), "planted"
