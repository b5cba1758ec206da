"""Seeds of a folder, in small batches, to be killed: python seeder.py FOLDER OUT PAUSE.

Its judge is scripted: it refuses docstrings by their length, slowly. Not a test itself.
"""

import sys
import time
from contextlib import contextmanager
from pathlib import Path

from reweave.align.seeds import Refusal, make_seeds, run, seeds_config


class ScriptedJudge:
    """Refuses every docstring whose length is a multiple of five."""

    def __init__(self, pause):
        self.pause, self.spent = pause, {}

    def describe(self):
        """Say who it is."""
        return {"model": "scripted"}

    @contextmanager
    def opened(self, folder):
        """Keep nothing."""
        yield

    def judge(self, seeds):
        """Take a while."""
        time.sleep(self.pause)
        no = Refusal("unclear-docstring", "multiple of five")
        return [no if len(seed["docstring"]) % 5 == 0 else None for seed in seeds]


def main(folder, out, pause):
    """Run."""
    run._CHECKPOINT_SECONDS = 0.0
    config = seeds_config(types="none", kinds=["function", "method"])
    return make_seeds(str(folder), Path(out), config, batch=3, judge=ScriptedJudge(pause))


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
