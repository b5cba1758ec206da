"""Instructions that cannot be answered are found by the rule they break; good ones break none."""

import pytest

from reweave.align.chain.prompts import INSTRUCTIONS, load_template
from reweave.align.chain.wording import broken_rule, placeholder

BAD = [
    ("Sort it.", "too-short"),
    ("Write a function that returns " + "very " * 200 + "long texts.", "too-long"),
    ("Write a function f(x) and leave a TODO for the rest of it.", "placeholder"),
    ("Complete the class: def __init__(self): # your code here", "placeholder"),
    ("Refactor the code above so that it uses a set.", "refers-to-code"),
    ("Write tests for the function shown above.", "refers-to-code"),
    ("Extend the given code with error handling.", "refers-to-code"),
    ("Explain what the following snippet does, and write it again.", "refers-to-code"),
    ("Using the above function, write a program that prints ten primes.", "refers-to-code"),
    ("Write a function that sums the second column of data.csv.", "refers-to-file"),
    ("Write a program that reads `input.txt` and prints its lines in reverse.", "refers-to-file"),
    ("Create a program that loads users from users.json. It prints their names.", "refers-to-file"),
    ("Write a class that answers queries about the provided dataset.", "refers-to-file"),
    ("Write a program that parses the attached log file.", "refers-to-file"),
]
GOOD = [
    "Write a Python function that takes a path to a CSV file and returns its header as a list.",
    "Write a program that reads lines from standard input and writes them to a file named out.txt.",
    "Write a function `save(rows)` that saves rows as a table in report.csv.",
    "Write a function that is given the name of a file, such as notes.txt, and returns its suffix.",
    "Write a function that adds to-do items to a list and marks them as done.",
    "Write a function that works as here:\n\n```python\nf([1, 2])\n```\n\nThe code above prints 3.",
    "Write a class `Stack`. In the example above the definition of push, all items are numbers.",
    "Write a function that checks whether the provided file name ends in a known suffix.",
]


@pytest.mark.parametrize(("text", "rule"), BAD)
def test_bad(text, rule):
    """The rule that is broken is the one that is named."""
    broken = broken_rule(text, 200)
    assert broken is not None
    assert broken[0] == rule


@pytest.mark.parametrize("text", GOOD)
def test_good(text):
    """Files that are written or only named as examples, and code that is shown, are no reason."""
    assert broken_rule(text, 200) is None


def test_shots_are_good():
    """Our own instructions pass our own rules."""
    for shot in load_template(INSTRUCTIONS).shots:
        assert broken_rule(shot["instruction"], 200) is None


def test_placeholders():
    """Todo as a word of its own counts, in any case; as a part of another it does not."""
    assert placeholder("# FixMe") == "FixMe"
    assert placeholder("pass  # your implementation goes here") == "your implementation goes here"
    assert placeholder("a to-do list, todos, prefixmeasure") is None
