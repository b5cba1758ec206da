"""A validation that keeps every group at once, to be killed: python validating.py SOURCE OUT WORKERS.

With ``coverage`` behind it, that is measured. Not a test itself.
"""

import sys
from pathlib import Path

from reweave.align.validate import run
from reweave.align.validate.config import ValidateConfig

CONFIG = ValidateConfig(mutants=6, wall=5.0)
COVERING = ValidateConfig(mutants=6, wall=5.0, coverage=True)


def main():
    """Say when rows are safe on the disk, and validate."""
    run._CHECKPOINT_SECONDS = 0.0

    def report(done, *_):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    config = COVERING if sys.argv[4:] == ["coverage"] else CONFIG
    run.validate(sys.argv[1], Path(sys.argv[2]), config, workers=int(sys.argv[3]), report=report)


if __name__ == "__main__":
    main()
