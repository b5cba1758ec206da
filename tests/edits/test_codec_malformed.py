"""Texts that are not right: the strict reader says where and why, the lenient one saves what it can."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_codec import HOSTILE, PROGRAMS, paths

from reweave.edits.codec import (
    EOS,
    FORMS,
    MARKER,
    Skipped,
    completion,
    decode,
    decode_lenient,
    encode,
    resolve_text,
    split_completion,
    split_lenient,
)
from reweave.errors import DecodeError
from reweave.records import split_lines

AB = "@@ -0,0 +1,2 @@\n+a\n+b"
FIRST = "<<<<<<< SEARCH\n=======\na\nb\na\n>>>>>>> REPLACE"


def block(search, replace):
    """A search/replace block; the parts come with their newlines."""
    return f"<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE"


STRICT = [
    ("unified", [AB, "hello"], 1, "not a hunk header: 'hello'"),
    ("unified", [AB.replace("@@\n", "@@x\n")], 0, "not a hunk header"),
    ("unified", ["@@ -0,0 +1,2 @@\n+a\n\\ No newline at end of file\n+b"], 0, "not the last of its hunk"),
    ("unified", ["\n" + AB], 0, "not a hunk header: ''"),
    ("unified", [AB + "\n"], 0, "not a hunk header: ''"),
    ("unified", ["@@ -0,0 +1,3 @@\n+a\n+b"], 0, "fewer lines than the header counts"),
    ("unified", ["@@ -0,0 +1 @@\n+a\n+b"], 0, "not a hunk header: '+b'"),
    ("unified", ["@@ -0,0 +1,2 @@\n+a\nb"], 0, "fewer lines than the header counts"),
    ("unified", ["@@ -0,0 +1,2 @@\n+a\n"], 0, "fewer lines than the header counts"),
    ("unified", ["@@ -0,0 +1,0 @@"], 0, "other lines than the header counts"),
    ("unified", ["@@ -0,0 +0 @@\n+a"], 0, "lines are counted from 1"),
    ("unified", ["@@ -0,0 +2 @@\n+a"], 0, "new position 2 should be 1"),
    ("unified", [AB, "@@ -3,0 +4 @@\n+c"], 1, "hunk reaches line 3 of a text of 2"),
    ("unified", [AB, "@@ -2,0 +3 @@\n+c\n@@ -0,0 +1 @@\n+z"], 1, "overlap or are out of order"),
    ("unified", [AB, "@@ -1,2 +1,2 @@\n a\n-c\n+d"], 1, "differ from the text at line 1"),
    ("unified", [AB, "@@ -1 +1,2 @@\n a\n-b\n+c"], 1, "other lines than the header counts"),
    ("unified", ["@@ -0,0 +1 @@\n+\n\\ No newline at end of file"], 0, "neither content nor newline"),
    ("unified", ["@@ -0,0 +1 @@\n+a\n\\ No newline at end of file", "@@ -1,0 +2 @@\n+b"], 1, "not the last"),
    ("unified", [AB, "@@ -0,0 +1 @@\n+c\n\\ No newline at end of file"], 1, "line 1 has no newline"),
    ("unified", ["@@ -0,0 +1" + "0" * 5000 + " @@\n+a"], 0, "not a hunk header"),
    ("unified", ["@@ -0,0 +¹ @@\n+a"], 0, "not a hunk header"),
    ("short", ["a\n@1\nb"], 0, "text before the first hunk: 'a'"),
    ("short", ["@1"], 0, "hunk @1 has no lines"),
    ("short", ["@0\na"], 0, "hunk @0 is out of order or outside the text"),
    ("short", ["@1\na", "@3\nb"], 1, "hunk @3 is out of order or outside the text"),
    ("short", ["@1\na\n@1\nb"], 0, "hunk @1 is out of order or outside the text"),
    ("short", ["@" + "1" * 5000 + "\na"], 0, "is out of order or outside the text"),
    ("short", ["@1\na\n\\\nb"], 0, "misplaced lone backslash"),
    ("short", ["@1\n\n\\"], 0, "misplaced lone backslash"),
    ("short", ["@1\na\n\\", "@2\nb"], 1, "line 1 has no newline but is not the last"),
    ("search-replace", ["hello"], 0, "text outside a block: 'hello'"),
    ("search-replace", [FIRST + "\n"], 0, "text outside a block: ''"),
    ("search-replace", ["<<<<<<< SEARCH\n=======\na"], 0, "a block is not closed"),
    ("search-replace", ["<<<<<<< SEARCH\n>>>>>>> REPLACE"], 0, "mark out of place: >>>>>>> REPLACE"),
    ("search-replace", [block("", "=======\n")], 0, "mark out of place: ======="),
    ("search-replace", [block("", "")], 0, "empty block"),
    ("search-replace", [block("", "\\\n")], 0, "misplaced lone backslash"),
    ("search-replace", [FIRST, block("c\n", "d\n")], 1, "search part not found"),
    ("search-replace", [FIRST, block("a\n", "d\n")], 1, "search part found twice"),
    ("search-replace", [FIRST, block("", "d\n")], 1, "empty search part"),
    ("search-replace", [FIRST, block("b\n", "d\n\\\n")], 1, "has no newline but is not the last"),
]


@pytest.mark.parametrize(("form", "edits", "number", "reason"), STRICT)
def test_strict_names_the_edit_and_the_reason(form, edits, number, reason):
    """A typed error with the number of the edit at fault."""
    with pytest.raises(DecodeError) as caught:
        decode(edits, form)
    assert caught.value.edit == number
    assert reason in caught.value.reason


LENIENT = [
    # (form, edits, program, for each note whether it is a repair, words of the first note)
    ("unified", ["@@ -0,0 +1,7 @@\n+a\n+b"], "a\nb\n", [True], "2 added lines"),
    ("unified", ["@@ -0,0 +1 @@\n+a\n+b"], "a\nb\n", [True], "2 added lines"),
    ("unified", [AB, "@@ -9,0 +10 @@\n+c"], "a\nb\nc\n", [True], "outside a text of 2 lines: took 3"),
    ("unified", [AB, "@@ -0,0 +2 @@\n+c"], "a\nc\nb\n", [True], "took the new one"),
    ("unified", ["@@ -0,0 +1,2 @@\na\n  b"], "a\n  b\n", [True, True], "line without '+': 'a'"),
    ("unified", ["Now:\n" + AB + "\nDone"], "a\nb\n", [False, False], "text before the first hunk: 'Now:'"),
    ("unified", [AB + "\n"], "a\nb\n", [False], "text after a hunk: ''"),
    ("unified", ["@@ oops @@\n+x", AB], "a\nb\n", [False], "unreadable header '@@ oops @@'"),
    ("unified", ["@@ -0,0 +1 @@", AB], "a\nb\n", [False], "no lines under"),
    ("unified", [AB, "@@ -1 +1 @@\n-z\n+c\n@@ -2,0 +3 @@\n+d"], "a\nb\nd\n", [False], "are not in the text"),
    ("unified", [AB, "@@ -1,9 +1,9 @@\n-a\n+c"], "c\nb\n", [True], "applied by its lines"),
    (
        "unified",
        ["@@ -0,0 +1 @@\n+a\n\\ No newline at end of file", "@@ -1,0 +2 @@\n+b"],
        "a\nb\n",
        [True],
        "no longer the last",
    ),
    ("unified", ["@@ +1 @@\n+@@ -1 +1 @@\n+++i"], "@@ -1 +1 @@\n++i\n", [True, True], "2 added lines"),
    ("unified", ["@@ -0,0 +1,2 @@\n+a\n\\ No newline at end of file\n+b"], "a\nb\n", [True], "newline"),
    (
        "unified",
        [AB, "@@ -0,0 +1,3 @@\n+z\n@@ -2 +5 @@\n-b\n+c\n"],
        "z\na\nc\n",
        [True, True],
        "1 added lines",
    ),
    ("unified", [AB, "@@ -0,0 +1 @@\n+z\n@@ -1,0 +3 @@\n+c\nno"], "z\na\nc\nb\n", [False], "after a hunk"),
    ("short", ["Now:\n@1\na"], "a\n", [False], "the first of them 'Now:'"),
    ("short", ["@1\na", "@9\nb"], "a\nb\n", [True], "took 2"),
    ("short", ["@1\na", "@0\nb"], "b\na\n", [True], "took 1"),
    ("short", ["@1\na", "@1", "@2\nb"], "a\nb\n", [False], "hunk @1 has no lines"),
    ("short", ["@1\na\n\\\nb"], "a\nb\n", [True], "lone backslash"),
    ("short", ["@1\na", "@" + "9" * 5000 + "\nb"], "a\nb\n", [True], "took 2"),
    ("search-replace", ["Hi\n" + FIRST], "a\nb\na\n", [False], "the first of them 'Hi'"),
    ("search-replace", [FIRST[:-16]], "a\nb\na\n", [True], "not closed"),
    ("search-replace", [FIRST, block("z\n", "y\n")], "a\nb\na\n", [False], "search part not found"),
    (
        "search-replace",
        [FIRST, block("  b \n", "c\n")],
        "a\nc\na\n",
        [True],
        "differs from the text in blanks",
    ),
    ("search-replace", [FIRST, block("a\n", "c\n")], "c\nb\na\n", [True], "took the first"),
    ("search-replace", [FIRST, block("", "c\n")], "a\nb\na\nc\n", [True], "at the end"),
    ("search-replace", [FIRST.replace("H\n", "H \n")], "a\nb\na\n", [True], "read leniently"),
    (
        "search-replace",
        ["<<<<<<< SEARCH\nb\n>>>>>>> REPLACE", FIRST],
        "a\nb\na\n",
        [False],
        "without =======",
    ),
]


@pytest.mark.parametrize(("form", "edits", "program", "repairs", "words"), LENIENT)
def test_lenient_saves_what_is_there_and_says_what_it_did(form, edits, program, repairs, words):
    """Each fault alone: the program that was meant, and one note for each thing left out or mended."""
    with pytest.raises(DecodeError):
        decode(edits, form)
    decoded = decode_lenient(edits, form)
    assert decoded.program == program
    assert [note.repaired for note in decoded.skipped] == repairs
    assert words in decoded.skipped[0].reason


def test_long_nonsense_is_read_to_its_end():
    """A header of a hundred thousand blanks or digits is read (backtracking would not come back)."""
    for char in (" ", "\\", "1", "@", "=", "\n", "@@ -\n"):
        for head in ("@@", "@", "", "<<<<<<< SEARCH\n"):
            for form in FORMS:
                decoded = decode_lenient([head + char * 10**5], form)
                assert decoded.applied or decoded.skipped or not decoded.program


def test_applied_counts_the_edits_that_changed_something():
    """Edits left out as a whole and edits without text do not count."""
    decoded = decode_lenient([AB, "", "nonsense", "@@ -9,0 +10 @@\n+c"])
    assert (decoded.program, decoded.applied) == ("a\nb\nc\n", 2)
    assert [note.edit for note in decoded.skipped] == [2, 3]


def test_a_lost_hunk_does_not_move_the_others():
    """Later edits of the sequence apply although one in the middle could not be read."""
    edits = [AB, "@@ broken\n+x", "@@ -2,0 +3 @@\n+c"]
    assert decode_lenient(edits).program == "a\nb\nc\n"


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "double", "insert", "swap line", "drop line", "double line", "cut"]),
        st.integers(0, 10**6),
        st.one_of(st.sampled_from([*HOSTILE, f"\n{MARKER}", "9", "0", "\n"]), st.text(max_size=3)),
    ),
    min_size=1,
    max_size=4,
)


def mutated(text, mutations):
    """The text after a few accidents."""
    for kind, number, new in mutations:
        pieces = text.split("\n") if "line" in kind else list(text)
        if not pieces:
            continue
        i = number % len(pieces)
        pieces[i : i + 1] = {
            "drop": [],
            "double": pieces[i : i + 1] * 2,
            "swap": [new],
            "insert": [pieces[i], new],
        }.get(kind.split()[0], [])
        text = ("\n" if "line" in kind else "").join(pieces if kind != "cut" else pieces[:i])
    return text


def check_total(text, form):
    """No text crashes a reader, and the readers agree about what is right."""
    resolved = resolve_text(text, form=form)
    edits, before = split_lenient(text)
    lenient = decode_lenient(edits, form)
    assert lenient.program == resolved.program
    assert all(isinstance(note, Skipped) and note.reason for note in lenient.skipped)
    assert (resolved.status == "empty") == (lenient.applied == 0)
    try:
        program = decode(split_completion(text), form)
    except DecodeError:
        program = None
    if program is None:
        assert resolved.status != "exact"
        assert resolved.skipped or MARKER not in text
    else:
        assert not before
        assert resolved.status != "repaired"
        assert (resolved.program, lenient.skipped) == (program, ())


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=300)
@given(path=paths(), mutations=MUTATIONS)
def test_accidents_never_crash_a_reader(form, path, mutations):
    """Valid completions with characters and lines dropped, doubled, altered or cut off."""
    check_total(mutated(completion(encode(*path, form)) + EOS, mutations), form)


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=200)
@given(
    pieces=st.lists(st.one_of(st.sampled_from([*HOSTILE, "\n", "\n", f"\n{MARKER}"]), st.text()), max_size=20)
)
def test_no_text_crashes_a_reader(form, pieces):
    """Random text, rich in what looks like structure."""
    check_total("".join(pieces), form)
    check_total(f"\n{MARKER}" + "\n".join(pieces), form)


@settings(deadline=None, max_examples=200)
@given(path=paths(PROGRAMS.filter(lambda text: text.endswith("\n"))), number=st.integers(0, 10**6))
def test_lines_are_not_lost_when_numbers_are_wrong(path, number):
    """Every position and count replaced: the lines are all still there, in some order."""
    program, at = path
    for form, wrong in (
        ("unified", f"@@ -{number},0 +{number + 1},{number % 7} @@"),
        ("short", f"@{number}"),
    ):
        edits = encode(program, sorted(at), form)  # sorted: one hunk an edit
        spoiled = [edit and wrong + edit[edit.index("\n") :] for edit in edits]
        decoded = decode_lenient(spoiled, form)
        assert sorted(split_lines(decoded.program)) == sorted(split_lines(program))


def test_resolve_says_how_far_to_trust_the_program():
    """Exact, repaired and empty, with the notes of both the splitting and the edits."""
    exact = resolve_text(completion([AB]) + EOS)
    assert (exact.program, exact.status, exact.applied, exact.skipped) == ("a\nb\n", "exact", 1, ())
    repaired = resolve_text("Sure!" + completion([AB, "@@ -7,0 +8 @@\n+c"]))
    assert (repaired.program, repaired.status, repaired.applied) == ("a\nb\nc\n", "repaired", 2)
    assert [note.edit for note in repaired.skipped] == [0, 1]
    for nothing in ("", EOS, "I cannot do that.", completion([]), completion(["nonsense"])):
        assert resolve_text(nothing).status == "empty"


def test_a_completion_cut_off_keeps_its_whole_lines():
    """Cut at the length limit inside an edit, everything before the cut is in the program."""
    resolved = resolve_text("\n<|diff|>@@ -0,0 +1,3 @@\n+def f():\n+    x = 1")
    assert (resolved.program, resolved.status) == ("def f():\n    x = 1\n", "repaired")
