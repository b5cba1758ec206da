"""A validation that keeps every group at once, to be killed: python validating.py SOURCE OUT WORKERS.

Not a test itself.
"""

import sys
from pathlib import Path

from reweave.align.validate import run
from reweave.align.validate.config import ValidateConfig

CONFIG = ValidateConfig(mutants=6, wall=5.0)


def main():
    """Say when rows are safe on the disk, and validate."""
    run._CHECKPOINT_SECONDS = 0.0

    def report(done, *_):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    run.validate(sys.argv[1], Path(sys.argv[2]), CONFIG, workers=int(sys.argv[3]), report=report)


if __name__ == "__main__":
    main()
