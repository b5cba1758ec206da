"""Where a completion begins in a server's tokens, a token that straddles the border among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.align.perplexity.boundary import completion_start

LOST = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("tokens", "completion", "expected"),
    [
        (["Add", ".", "\n", "x", " =", " 1"], "\nx = 1", (2, False)),
        (["Add", ".\n", "x"], "\nx", (1, True)),  # one token for the end of both
        (["Add.\nx"], "x", (0, True)),  # the first of all
        (["<s>", "Add", "\n", "x"], "\nx", (2, False)),  # what a server puts before does not matter
        (["", "Add", "\n", "x"], "\nx", (2, False)),
        (["A", LOST, LOST, "\n", "x", LOST, LOST, "!"], "\nxé!", (3, False)),
        (["Is", " é", "\n", "é", "!"], "\né!", (2, False)),
        (["Is", "", "é\n", "x"], "\nx", (2, True)),
        (["Is ", LOST, LOST + "\n", LOST, LOST], "\né", (2, True)),  # half a character before the border
        (["Is", "\n", "", "é"], "\né", (1, False)),
        (["Is", "\n", "é"], "é", (2, False)),
        (["Is", LOST, LOST], "é", None),  # parts alone: nothing says whose
        (["Is", "", "é"], "é", None),  # so may the part without a text be the prompt's
        (["Is", "\n", "the", "end"], "\nthe end", None),  # tokens without their spaces
        (["x"], "longer", None),
        ([], "x", None),
    ],
)
def test_found(tokens, completion, expected):
    """The first token that counts, and whether it begins in the prompt; None where nothing can be said."""
    assert completion_start(tokens, completion) == expected


@given(st.lists(st.text("ab \né€", min_size=1, max_size=4), min_size=1, max_size=9), st.data())
def test_whole_tokens(tokens, data):
    """Tokens that are texts, cut anywhere: the token in which the completion begins, and no other."""
    text = "".join(tokens)
    border = data.draw(st.integers(0, len(text) - 1))
    starts = [len("".join(tokens[:n])) for n in range(len(tokens))]
    place = max(n for n, start in enumerate(starts) if start <= border)
    assert completion_start(tokens, text[border:]) == (place, starts[place] < border)
