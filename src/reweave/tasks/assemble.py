"""How a completion becomes the program that is judged.

A base model continues the prompt; a chat model, or a base model that starts anew, writes the function again.
Then the prompt's own unfinished function is left out, but the imports and helpers above it stay: that is what
running the prompt and both functions one after the other amounts to. Taking code out of an answer's
Markdown is not done here.
"""

import re
from typing import Literal

Completes = Literal["prompt", "whole"]
"""``prompt``: the prompt and its continuation; ``whole``: the completion is a program, as in MBPP."""


def assemble(
    completes: Completes, prompt: str, completion: str, entry_point: str | None, language: str = "python"
) -> str:
    r"""Give the program.

    >>> prompt = "import math\n\ndef area(r):\n    '''Of a circle.'''\n"
    >>> print(assemble("prompt", prompt, "    return math.pi * r * r\n", "area"))
    import math
    <BLANKLINE>
    def area(r):
        '''Of a circle.'''
        return math.pi * r * r
    <BLANKLINE>
    >>> print(assemble("prompt", prompt, "def area(radius):\n    return math.pi * radius ** 2\n", "area"))
    import math
    <BLANKLINE>
    def area(radius):
        return math.pi * radius ** 2
    <BLANKLINE>

    Args:
        completes: Whether the prompt is part of the program.
        prompt: The task's.
        completion: Code that a model wrote.
        entry_point: The name the tests check, where there is one.
        language: The program's.
    """
    if completes == "whole":
        return completion
    start = _begins(prompt, entry_point, language)
    if start is not None and _written_again(prompt[start:], completion, entry_point, language):
        return prompt[:start] + completion
    return prompt + completion


def _begins(prompt: str, entry_point: str | None, language: str) -> int | None:
    """Give where the prompt's unfinished function begins."""
    if language == "python":
        if entry_point is None:
            return None
        found = [*_definition(entry_point).finditer(prompt)]
        return found[-1].start() if found else None
    text = prompt.rstrip()
    return text.rfind("\n") + 1 if text else None


def _written_again(rest: str, completion: str, entry_point: str | None, language: str) -> bool:
    """Say whether a completion holds the function whole, rather than the prompt's continuation."""
    if language == "python":
        assert entry_point is not None
        first = completion.lstrip("\n\r")[:1]
        # One that goes on with the body is indented; what it defines further down comes after that body
        return not first.isspace() and _definition(entry_point).search(completion) is not None
    declaration = " ".join(rest.split())
    return any(" ".join(line.split()) == declaration for line in completion.splitlines())


def _definition(name: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:async[ \t]+def|def|class)[ \t]+{re.escape(name)}\b", re.MULTILINE)
