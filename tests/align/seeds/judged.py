"""Seeds of a folder, judged by a scripted server, in small batches: python judged.py FOLDER OUT URL.

No model answers: the server's table does, by what is here. Not a test itself.
"""

import sys
from pathlib import Path

from reweave.align.seeds import ModelJudge, make_seeds, run, seeds_config
from reweave.models import Endpoint

FUNCTION = 'def f_{0}(x):\n    """Add {0} to x."""\n    return x + {0}\n\n\n'
SAID = {  # by number: what is said, and the reason; whatever is not here is yes
    1: ("no\n[[/judgement]]", "unclear-docstring"),
    2: (" Yes \n[[/judgement]]\n\n[[code]]\ndef other", None),
    3: ("perhaps\n[[/judgement]]", "unclear-judgement"),
    4: ("yes", "unclear-judgement"),  # the server's script cuts it
    5: ("\n[[/judgement]]", "unclear-judgement"),
    6: ("yes, no\n[[/judgement]]", "unclear-judgement"),
    7: ("[[judgement]]\nNO\n[[/judgement]]", "unclear-docstring"),
    8: ("[[code]]\nyes\n", "unclear-judgement"),
    9: ("yes", None),  # the server has taken the tag off
    10: ("[[judgement]]\nyes", None),
    11: ("yes.\n[[/judgement]]", "unclear-judgement"),
}
RULES = ({"mode": "length", "match": "def f_4(x)"},)


def write(folder, count, each=2):
    """Write files of so many functions each; one file is broken, one has nothing to find."""
    folder.mkdir()
    for first in range(0, count, each):
        text = "".join(FUNCTION.format(number) for number in range(first, min(first + each, count)))
        (folder / f"m_{first:03d}.py").write_text(text, "utf-8")
    (folder / "broken.py").write_text("def f(:\n", "utf-8")
    (folder / "none.py").write_text("x = 1\n", "utf-8")
    return folder


def table(count):
    """The server's answers."""
    said = [SAID.get(number, ("yes\n[[/judgement]]",))[0] for number in range(count)]
    return [{"prompt": f"def f_{number}(x)", "texts": [text]} for number, text in enumerate(said)]


def refused(count):
    """What must not be kept: function and reason."""
    return {
        f"f_{number}": reason for number, (_, reason) in SAID.items() if reason is not None and number < count
    }


def endpoint(url, **settings):
    """Where the server is."""
    return Endpoint(url, "scripted", kind="completions", **({"concurrency": 4, "retries": 0} | settings))


def main(folder, out, url, **settings):
    """Run."""
    config = seeds_config(**({"types": "none", "judge": True} | settings))
    judge = ModelJudge(config.judge, endpoint(url))
    return make_seeds(str(folder), Path(out), config, batch=6, judge=judge)


if __name__ == "__main__":
    run._CHECKPOINT_SECONDS = 0.0
    main(*sys.argv[1:])
