"""How a completion becomes a program."""

import pytest

from reweave.tasks.assemble import assemble

PROMPT = 'import math\n\n\ndef helper(x):\n    return x\n\n\ndef area(r):\n    """Of a circle."""\n'
WHOLE = "def area(radius):\n    return helper(math.pi) * radius**2\n"


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        ("    return math.pi * r * r\n", PROMPT + "    return math.pi * r * r\n"),
        (WHOLE, PROMPT[: PROMPT.index("def area")] + WHOLE),
        ("\nimport math\n" + WHOLE, PROMPT[: PROMPT.index("def area")] + "\nimport math\n" + WHOLE),
        ("    return 1\n\n\n" + WHOLE, PROMPT + "    return 1\n\n\n" + WHOLE),
        ("def area_of(r):\n    pass\n", PROMPT + "def area_of(r):\n    pass\n"),
        ("", PROMPT),
    ],
)
def test_a_function_written_again_takes_the_place_of_the_prompts(completion, expected):
    """A continuation follows the prompt; a whole function follows the prompt's imports and helpers."""
    assert assemble("prompt", PROMPT, completion, "area") == expected


def test_a_whole_program_is_left_alone():
    """Where the prompt is no code, the completion is the program."""
    assert assemble("whole", "Write it.", WHOLE, None) == WHOLE


def test_other_languages_go_by_the_declaration():
    """A declaration that is repeated, however spaced, begins a whole function."""
    prompt = "#include <cmath>\nfloat area(float r){\n"
    whole = "float  area(float r){\n  return r;\n}\n"
    assert assemble("prompt", prompt, "  return r;\n}\n", None, "cpp") == prompt + "  return r;\n}\n"
    assert assemble("prompt", prompt, whole, None, "cpp") == "#include <cmath>\n" + whole
