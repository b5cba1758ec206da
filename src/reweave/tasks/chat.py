"""The instructions for chat models: one template a kind of task, in ``chat.toml``."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files


def instruction(kind: str, **fields: str) -> str:
    """Give an instruction.

    >>> print(instruction("write", text="Write a quine."))
    Write a quine.
    <BLANKLINE>
    Answer with the Python code in one Markdown code block.

    Args:
        kind: A template of ``chat.toml``.
        fields: What stands for the names in its braces; their own braces stay as they are.
    """
    return re.sub(r"\{(\w+)\}", lambda found: fields[found[1]].strip("\n"), _templates()[kind]).strip("\n")


@lru_cache(maxsize=1)
def _templates() -> dict[str, str]:
    return tomllib.loads((files("reweave.tasks") / "chat.toml").read_text("utf-8"))
