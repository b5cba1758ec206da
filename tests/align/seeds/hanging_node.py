"""Node.js that hangs, or dies, on a batch that holds a word: injects a fault, and is the real one otherwise.

python hanging_node.py hang|die WORD NODE SCRIPT …  Not a test itself.
"""

import os
import sys
from pathlib import Path


def main(how, word, *command):
    """Do as told."""
    if any(word in path.read_text("utf-8") for path in Path("states").glob("*.py")):
        if how == "die":
            sys.exit("told to die")
        while True:
            pass
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
