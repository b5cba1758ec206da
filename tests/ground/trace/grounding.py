"""A run that checkpoints every row at once, to be killed: python grounding.py SOURCE OUT WORKERS.

Not a test itself.
"""

import sys
from pathlib import Path

from reweave.ground import run
from reweave.ground.trace import writer
from reweave.ground.trace.config import TraceConfig

CONFIG = TraceConfig(zygote="stdlib", wall=20.0, same_calls=2, row_bytes=4096, mutants=3)


def main():
    """Say when rows are safe on the disk, and trace."""
    writer._CHECKPOINT_SECONDS = 0.0

    def report(done, *_):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    run.ground(sys.argv[1], Path(sys.argv[2]), CONFIG, workers=int(sys.argv[3]), report=report)


if __name__ == "__main__":
    main()
