"""A bridge that checkpoints every row at once, to be killed: python bridging.py SOURCE OUT WORKERS.

Not a test itself.
"""

import sys
from pathlib import Path

from reweave.ground.bridge import run
from reweave.ground.bridge.config import BridgeConfig

CONFIG = BridgeConfig(zygote="stdlib", wall=20.0, mutants=3)


def main():
    """Say when rows are safe on the disk, and go on."""
    run._CHECKPOINT_SECONDS = 0.0

    def report(done, *_):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    run.bridge(sys.argv[1], Path(sys.argv[2]), CONFIG, workers=int(sys.argv[3]), report=report)


if __name__ == "__main__":
    main()
