"""Contexts of a folder, slowly, to be killed: python contexter.py FOLDER OUT PAUSE.

Injects a pause behind each file and a checkpoint at each. Not a test itself.
"""

import sys
import time
from pathlib import Path

from reweave.ground.contexts import ContextsConfig, run


def main(folder, out, pause):
    """Run."""
    run._CHECKPOINT_SECONDS = 0.0
    read_all = run.read_all

    def slowly(*arguments):
        for answer in read_all(*arguments):
            yield answer
            time.sleep(pause)

    run.read_all = slowly
    return run.make_contexts([str(folder)], Path(out), ContextsConfig(), workers=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
