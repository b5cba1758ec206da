"""The codec's law: what is written in any form reads back byte for byte, over hostile and real programs."""

import doctest
import gzip
import importlib
import json
import os
import pkgutil
import random
import re
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reweave.edits import codec
from reweave.edits.codec import (
    DONE,
    EOS,
    FORMS,
    MARKER,
    completion,
    decode,
    decode_lenient,
    decode_states,
    edits_of,
    encode,
    messages,
    resolve_text,
    split_completion,
    split_lenient,
    training_text,
)
from reweave.errors import DecodeError
from reweave.records import EditSequence, split_lines

# Lines that look like structure of some form, or that careless code splits, strips or mistakes.
HOSTILE = [
    *("", " ", "+", "-", "\\", "\\\\", "@", "@@", "\r", "\x0c", "\v", "\x00", "\u2028", "\x85", "\t"),
    *("x", "x", "pass", "    return x", "+x", "-x", "++i", "--i", "\\x", " x ", "é", "日本", "\ud800"),
    *("@@ -0,0 +1 @@", "@@ -1,2 +3,4 @@ def f():", "@1", "@3", "\\@3", "\\\\@3", "@3\r", "@³", "@app.route"),
    *("\\ No newline at end of file", "+\\ No newline at end of file", "\\ No newline at end of file\r"),
    *("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "\\=======", "======= ", "=======\r", "========"),
    *(MARKER, f"{MARKER}@1", f"\\{MARKER}", f"\\\\{MARKER}x", f"x{MARKER}", EOS, f"return node.text{EOS}"),
    *("text", "x\ry", "x\x0cy", "x\x1cy", "x\u2029y", "Done.", "Next edit.", "--- a", "+++ b"),
]
CONTENTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(blacklist_characters="\n"), max_size=6))
PROGRAMS = st.one_of(
    st.builds(
        lambda lines, end: "\n".join(lines) + end,
        st.lists(CONTENTS, max_size=12),
        st.sampled_from(["\n", ""]),
    ),
    st.builds("".join, st.lists(st.sampled_from(["a\n", "b\n", "\n"]), max_size=14)),
    st.text("+-@\\ 01,<=>|\n\r", max_size=40),
)


@st.composite
def paths(draw, programs=PROGRAMS):
    """A program and the edit of each of its lines; some edits may be empty."""
    program = draw(programs)
    n = len(split_lines(program))
    return program, draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))


def check_law(program, inserted_at, form):
    """Everything that must hold for one path in one form."""
    edits = encode(program, inserted_at, form)
    sequence = EditSequence("", 0, None, program, inserted_at, "", "", 0)
    assert decode(edits, form) == program
    assert decode_states(edits, form) == sequence.states()
    lenient = decode_lenient(edits, form)
    assert (lenient.program, lenient.skipped) == (program, ())
    text = completion(edits)
    assert split_completion(text) == edits
    resolved = resolve_text(text + EOS, form=form)
    assert (resolved.program, resolved.skipped) == (program, ())
    assert resolved.status == ("exact" if program else "empty")


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=300)
@given(path=paths())
def test_every_form_gives_every_program_back(form, path):
    """Strictly, leniently, state by state and through training text, nothing is lost or skipped."""
    check_law(*path, form)


@pytest.mark.parametrize("line", HOSTILE)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_each_hostile_line_survives_in_each_place(line, end):
    """Alone, first, last, and repeated, with each line ending."""
    for program in (line + end, f"{line}\na{end}", f"a\n{line}{end}", f"{line}\n{line}\n{line}{end}"):
        n = len(split_lines(program))
        for form in FORMS:
            check_law(program, range(n), form)
            check_law(program, range(n)[::-1], form)


def test_the_standard_library_survives():
    """Real sources: fifteen modules, each written in two random orders in every form."""
    found = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    rng = random.Random(0)
    for path in rng.sample(found, 15):
        program = path.read_bytes().decode()
        lines = split_lines(program)
        for edits in (3, 40):
            at = [rng.randrange(edits) for _ in lines]
            for form in FORMS:
                assert decode(split_completion(completion(encode(program, at, form))), form) == program, path


@pytest.mark.skipif("REWEAVE_DATA" not in os.environ, reason="REWEAVE_DATA names no folder of real data")
def test_real_instruction_pairs_survive():
    """Programs people and models wrote: three hundred, in every form."""
    rng = random.Random(0)
    name = Path(os.environ["REWEAVE_DATA"], "instruct-python-pairs", "pairs.jsonl.gz")
    with gzip.open(name, "rt", encoding="utf-8") as rows:
        programs = [json.loads(row)["program"] for row in rows]
    for program in rng.sample(programs, 300):
        at = [rng.randrange(6) for _ in split_lines(program)]
        for form in FORMS:
            check_law(program, at, form)


def test_long_programs():
    """5,000 lines in 2,500 edits survive; work quadratic in either would not come back."""
    rng = random.Random(0)
    program = "".join(rng.choice(["    return x\n", "\n", f"x{i} = {i}\n", "pass\n"]) for i in range(5000))
    at = [rng.randrange(2500) for _ in range(5000)]
    for form in ("unified", "short", "search-replace"):
        edits = encode(program, at, form)
        assert decode(edits, form) == program


def test_encode_refuses_a_path_that_does_not_fit():
    """Too few, too many or negative edit numbers, and unknown forms, are the caller's mistake."""
    for at in ([0], [0, 0, 0], [0, -1]):
        with pytest.raises(ValueError, match="edit numbers"):
            encode("a\nb\n", at)
    for call in (encode, lambda _, at, form: decode(at, form), lambda _, at, form: decode_lenient(at, form)):
        with pytest.raises(ValueError, match="no text form 'diff'; there are unified"):
            call("", [], "diff")


@settings(deadline=None, max_examples=300)
@given(
    edits=st.lists(st.text() | PROGRAMS, max_size=5),
    marker=st.sampled_from([MARKER, "<", "###", "<|d|><|d|>", "a.b*", "|x\\"]),
    eos=st.sampled_from([EOS, "", "</s>"]),
)
def test_any_texts_come_back_out_of_a_completion(edits, marker, eos):
    """Joining loses nothing, whatever the edits are, with any marker, with and without end token."""
    text = completion(edits, marker=marker)
    assert split_completion(text, marker=marker, eos=eos) == edits
    assert split_completion(text + eos, marker=marker, eos=eos) == edits
    whole = training_text("Write it.\n", edits, marker=marker, eos=eos)
    assert whole == "Write it.\n" + text + eos
    if text.startswith(f"\n{marker}"):
        assert split_completion(text[1:], marker=marker, eos=eos) == edits


def test_the_layout_is_the_published_one():
    """A newline and the marker before each edit, an empty edit and an empty end behind."""
    edits = ["@@ -0,0 +1 @@\n+a", "@@ -1,0 +2 @@\n+b"]
    expected = "Do.\n<|diff|>@@ -0,0 +1 @@\n+a\n<|diff|>@@ -1,0 +2 @@\n+b\n<|diff|>\n<|diff|><|endoftext|>"
    assert training_text("Do.", edits) == expected


@settings(deadline=None, max_examples=100)
@given(path=paths(), marker=st.sampled_from([MARKER, "x", "<", "#"]))
def test_unified_training_text_is_never_escaped(path, marker):
    """Unified lines begin with none of a marker's first characters, so the text is the plain join."""
    edits = encode(*path)
    assert completion(edits, marker=marker) == f"\n{marker}".join(["", *edits, "", ""])


@pytest.mark.parametrize("marker", ["", "a\nb", "+x", "-x", "@@", " x", "\\x"])
def test_markers_that_could_be_mistaken_are_refused(marker):
    """A marker that a line of an edit can begin with is no marker."""
    with pytest.raises(ValueError, match="a marker has no newline"):
        completion([], marker=marker)
    with pytest.raises(ValueError, match="a marker has no newline"):
        split_completion("", marker=marker)


def test_an_end_token_that_ends_the_layout_is_refused():
    """It could not be told from the last marker."""
    with pytest.raises(ValueError, match="end-of-sequence"):
        split_completion("", marker="<|x|>", eos="|>")


def test_text_before_the_first_marker_is_an_error_or_reported():
    """An echoed prompt is not an edit: strict refuses it, lenient says it."""
    text = "Sure, here:\n" + completion(["@1\na"])
    with pytest.raises(DecodeError, match="edit 0: text before the first marker: 'Sure, here:"):
        split_completion(text)
    for nothing in ("", EOS, "def f(): ..."):
        with pytest.raises(DecodeError, match="edit 0"):
            split_completion(nothing)
    edits, skipped = split_lenient(text)
    assert edits == ["@1\na"]
    assert [note.reason for note in skipped] == ["text before the first marker: 'Sure, here:\\n'"]


@settings(deadline=None)
@given(path=paths(), form=st.sampled_from(FORMS), instruction=st.text())
def test_conversations_alternate_and_give_the_edits_back(path, form, instruction):
    """User and assistant by turns, as chat templates want it, the instruction first, an end last."""
    edits = encode(*path, form)
    turns = messages(instruction, edits)
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(edits) + 1)
    assert turns[0]["content"] == instruction
    assert turns[-1]["content"] == DONE
    assert edits_of(turns) == edits
    assert edits_of([{"role": "system", "content": "Be brief."}, *turns]) == edits


def test_a_search_part_grows_until_it_names_the_place():
    """One line if it can be, both neighbours if it must be, never blank lines alone."""
    program = "a\n\nb\na\nb\n"
    for at, search in [
        ([0, 0, 0, 0, 1], "b\na\n"),  # a stands at two places: with the line above it, at one
        ([0, 1, 0, 0, 0], "a\nb\na\n"),  # a, b stands at two places: one line more
        ([0, 0, 1, 0, 0], "\na\n"),  # a blank line above: with the line below it
        ([1, 0, 0, 0, 0], "\nb\n"),
    ]:
        assert encode(program, at, "search-replace")[1].startswith(f"<<<<<<< SEARCH\n{search}=======\n")


@settings(deadline=None)
@given(path=paths(PROGRAMS.filter(str.strip)))
def test_a_search_part_stands_at_one_place_only(path):
    """Counted by comparing lines one by one, in the text each block applies to."""
    states = ["", *decode_states(encode(*path, "states"), "states")]
    for edit, before in zip(encode(*path, "search-replace"), states, strict=False):
        if edit.count("<<<<<<< SEARCH\n") != 1 or "\\" in edit:
            continue  # later blocks apply to texts in between; escapes are the law's business
        search = re.match(r"<<<<<<< SEARCH\n(.*?)^=======\n", edit, re.DOTALL | re.MULTILINE)[1]
        lines = [line.removesuffix("\n") for line in split_lines(before)]
        wanted = [line.removesuffix("\n") for line in split_lines(search)]
        places = sum(lines[i : i + len(wanted)] == wanted for i in range(len(lines) - len(wanted) + 1))
        assert places == 1 if lines else not wanted


def test_the_examples_in_docstrings_hold():
    """Each module's examples run as shown, and there are some."""
    names = [module.name for module in pkgutil.iter_modules(codec.__path__, "reweave.edits.codec.")]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 15
