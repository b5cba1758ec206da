"""Edits found in text that comes in pieces: the same whatever the pieces are."""

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from reweave.edits.codec import FORMS, completion, decode, encode, split_completion
from reweave.model_folder import ModelFormat
from reweave.serve.reading import Reader, edits_of
from reweave.serve.returned import continuation, fenced, outcome
from reweave.serve.stops import Stopper, cut
from reweave.storage.extract import extract_code

LINES = st.sampled_from(["a = 1", "    b", "", "<|diff|>", "\\<|diff|>", "```", "@@", "x\u2028y", "é"])


def pieces(text, cuts):
    places = sorted({0, len(text), *[place % (len(text) + 1) for place in cuts]})
    return [text[a:b] for a, b in itertools.pairwise(places)]


@given(
    lines=st.lists(st.tuples(LINES, st.integers(0, 3)), min_size=1, max_size=8),
    form=st.sampled_from(FORMS),
    cuts=st.lists(st.integers(0, 500)),
    beyond=st.sampled_from(["", "<|endoftext|>", "\n<|diff|>@@ more", "blah"]),
)
def test_any_pieces(lines, form, cuts, beyond):
    """Each edit comes once and in order; the text ends with the last one; decoded, it is the program."""
    numbers = {at: number for number, at in enumerate(sorted({at for _, at in lines}))}
    program = "".join(f"{line}\n" for line, _ in lines)
    edits = encode(program, [numbers[at] for _, at in lines], form)
    text = completion(edits)
    reader = Reader(ModelFormat(form=form))
    given_ = [edit for piece in pieces(text + beyond, cuts) for edit in reader.take(piece)]
    assert reader.final
    assert reader.text == text
    assert reader.beyond == beyond
    assert given_ == [f"\n<|diff|>{raw}" for raw in text.split("\n<|diff|>")[1:-2]]
    assert "".join(given_) + reader.rest == text
    assert edits_of(reader.text, ModelFormat(form=form)) == split_completion(text) == edits
    assert outcome(reader.text, ModelFormat(form=form), "strict").program == decode(edits, form) == program


@given(text=st.text("ab\n<|dif>@+ "), cuts=st.lists(st.integers(0, 100)))
def test_any_text(text, cuts):
    """Whatever a model writes, nothing is lost between text, rest and beyond, and no decoder raises."""
    reader = Reader(ModelFormat())
    given_ = [edit for piece in pieces(text, cuts) for edit in reader.take(piece)]
    assert reader.text + reader.beyond == text
    assert "".join(given_) + reader.rest == reader.text
    outcome(reader.text, ModelFormat(), "lenient")
    assert outcome(reader.text, ModelFormat(), "strict").status in {"exact", "malformed"}


@given(
    text=st.text("abc", max_size=30),
    stops=st.lists(st.text("abc", min_size=1, max_size=4)),
    cuts=st.lists(st.integers(0, 30)),
)
@example(text="aba", stops=["b", "aba"], cuts=[2])
def test_stops_in_pieces(text, stops, cuts):
    """A text in pieces is cut where the whole one would be, whichever stop texts overlap."""
    stopper = Stopper(stops)
    came = "".join([stopper.take(piece) for piece in pieces(text, cuts)]) + stopper.finish()
    assert (came, stopper.stopped) == cut(text, stops)


@given(st.lists(LINES, min_size=1))
def test_a_fence_can_be_taken_off(lines):
    """What reads Markdown finds the program again, fences inside of it or not."""
    program = "".join(f"{line}\n" for line in lines)
    if program.strip():
        opened, *inside, closed = fenced(program).split("\n")
        assert "\n".join(inside) + "\n" == program
        assert closed == opened.removesuffix("python")
        assert closed not in inside
    assert extract_code(fenced("def f():\n    return 1\n")).code == "def f():\n    return 1\n"


def test_continuations():
    """Prompt and continuation are the program; where they cannot be, there is none."""
    assert continuation("def f():\n", "def f():\n    pass\n") == "    pass\n"
    assert continuation("def f(", "def f(x):\n    pass\n") == "x):\n    pass\n"
    assert continuation("def f():\n", "def g():\n    pass\n") is None
    assert continuation("", "a") == "a"
