"""Units and blocks: what is deleted as one piece, and what hangs on it."""

import ast
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import HOSTILE, programs

from reweave import ProgramError
from reweave.edits.machine import STRUCTURES
from reweave.edits.structure import logical_structure, parse, physical_structure, published_structure


def cut(text, unit="logical"):
    return STRUCTURES[unit](text, parse(text))


def pieces(structure):
    """The text of each unit."""
    starts = structure.starts
    return ["".join(structure.lines[a:b]) for a, b in pairwise(starts)]


def blocks(text, unit="logical"):
    """For each unit its first code line's text, and the same of all that falls with its block."""
    structure = cut(text, unit)
    shown = [piece.strip().split("\n")[-1].strip() for piece in pieces(structure)]
    return [(shown[unit], shown[unit + 1 : end]) for unit, end in enumerate(structure.block_end)]


def check_tiling(structure, text):
    """Units follow each other without gaps; blocks nest; parents enclose."""
    assert "".join(structure.lines) == text
    assert structure.starts == sorted(set(structure.starts))
    assert structure.starts[-1] <= len(structure.lines)
    assert len(structure.starts) == len(structure) + 1
    for unit, (parent, end) in enumerate(zip(structure.parents, structure.block_end, strict=True)):
        assert unit < end <= len(structure)
        assert -1 <= parent < unit
        if parent >= 0:
            assert end <= structure.block_end[parent]


@pytest.mark.parametrize("unit", STRUCTURES)
@pytest.mark.parametrize("name", HOSTILE)
def test_awkward_programs_are_tiled(name, unit):
    """Whatever the program, its units tile its lines and its blocks nest."""
    check_tiling(cut(HOSTILE[name], unit), HOSTILE[name])


@settings(max_examples=70, deadline=None)
@given(text=programs(), unit=st.sampled_from(sorted(STRUCTURES)))
def test_generated_programs_are_tiled(text, unit):
    """The same for programs nobody thought of; what Python does not parse is a ProgramError."""
    reason = ""
    try:
        check_tiling(cut(text, unit), text)
    except ProgramError as error:
        reason = error.reason
    assert reason in {"", "syntax-error", "no-code"}


@settings(max_examples=70, deadline=None)
@given(text=programs())
def test_any_block_can_be_deleted(text):
    """Without the block of a unit, and what syntax needs of it, a program still parses."""
    try:
        tree = parse(text)
        structure = logical_structure(text, tree)
    except ProgramError:
        return
    texts = pieces(structure)
    for unit, end in enumerate(structure.block_end):
        gone = set(range(unit, end))
        grown = True
        while grown:
            needy = {
                owner
                for owner, mask in structure.needs
                if owner not in gone and all(not mask >> u & 1 or u in gone for u in range(len(structure)))
            }
            grown = bool(needy)
            for owner in needy:
                gone |= set(range(owner, structure.block_end[owner]))
        kept = [piece for number, piece in enumerate(texts) if number not in gone]
        head = "".join(structure.lines[: structure.starts[0]])
        tail = "".join(structure.lines[structure.starts[-1] :])
        ast.parse((head + "".join(kept) + tail).removeprefix("\ufeff"))


def test_a_unit_takes_what_stands_above_it():
    """Decorators, comments and blank lines directly above ride with a unit."""
    text = "import a\n\n# about f\n\n@a.b\n# more\n@a.c\ndef f(): pass\n"
    assert pieces(cut(text)) == ["import a\n", text.removeprefix("import a\n")]


def test_a_logical_line_is_one_unit():
    """Brackets, triple quotes, backslashes and semicolons keep physical lines together."""
    text = "x = [\n  1,\n]\ny = '''\n# no\n'''\nz = 1 + \\\n  2\na = 1; b = 2\n"
    assert pieces(cut(text)) == [
        "x = [\n  1,\n]\n",
        "y = '''\n# no\n'''\n",
        "z = 1 + \\\n  2\n",
        "a = 1; b = 2\n",
    ]


def test_clauses_hang_on_their_statement():
    """Deleting a header takes its clauses; deleting a clause takes only its own suite."""
    text = "if a:\n    b\nelif c:\n    d\nelse:\n    e\nf\n"
    assert blocks(text) == [
        ("if a:", ["b", "elif c:", "d", "else:", "e"]),
        ("b", []),
        ("elif c:", ["d"]),
        ("d", []),
        ("else:", ["e"]),
        ("e", []),
        ("f", []),
    ]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "try:\n    a\nexcept E:\n    b\nelse:\n    c\nfinally:\n    d\n",
            ["except E:", "else:", "finally:"],
        ),
        ("for a in b:\n    c\nelse:\n    d\n", ["else:"]),
        ("while a:\n    c\nelse:\n    d\n", ["else:"]),
        ("match a:\n    case 1:\n        b\n    case _:\n        c\n", ["case 1:", "case _:"]),
    ],
)
def test_every_kind_of_clause(text, clauses):
    """Each clause of each compound statement is a unit of its own under the statement's header."""
    structure = cut(text)
    found = {
        piece.strip(): parent for piece, parent in zip(pieces(structure), structure.parents, strict=True)
    }
    assert [piece for piece, parent in found.items() if parent == 0 and piece.endswith(":")] == clauses


def test_weights_are_depths():
    """A unit at depth d weighs max(1, d), whatever the indentation is made of; clauses as their statement."""
    text = "class C:\n  def f(self):\n\t  if self:\n\t     return 1\n\t  else:\n\t     return 2\nC()\n"
    assert cut(text).weights == [1, 1, 2, 3, 2, 3, 1]


def test_a_header_needs_a_statement():
    """A header cannot stand without one statement of its suite, nor ``try`` without handler or finally."""
    text = "try:\n    a\n    b\nexcept E:\n    c\nfinally:\n    d\n"
    assert set(cut(text).needs) == {(0, 0b110), (3, 1 << 4), (5, 1 << 6), (0, 0b101000)}


def test_the_licence_header_is_never_deleted():
    """Lines above the first code that a blank line sets off, a shebang and a coding line are of no unit."""
    assert cut("#!/bin/python\n# coding: x\nx = 1\n").starts[0] == 2
    assert cut("# licence\n\n# about x\nx = 1\n").starts[0] == 2
    assert cut("# about x\nx = 1\n").starts[0] == 0


def test_a_comment_tail_belongs_to_no_unit():
    """Comments below the last code are left over."""
    structure = cut("x = 1\n# end\n\n")
    assert structure.starts == [0, 1]
    assert structure.unit_of[2] == -1


def test_unit_of_names_every_line():
    """Each line of a unit leads to it, also where Python sees more lines than there are newlines."""
    structure = cut("# a\nx = (1,\n  2)\ny = 1\n# z\n")
    assert structure.unit_of[1:6] == [0, 0, 0, 1, -1]
    text = "x = 1\ry = 2\nz = 3\n"
    assert pieces(cut(text)) == ["x = 1\ry = 2\n", "z = 3\n"]
    assert cut(text).unit_of[1:4] == [0, 0, 1]


def test_physical_lines_of_a_statement_need_each_other():
    """Every code line is a unit; the lines of one statement stand and fall together."""
    text = "x = [\n  # note\n  1,\n]\nprint(x)\n"
    structure = physical_structure(text, parse(text))
    assert pieces(structure) == ["x = [\n", "  # note\n  1,\n", "]\n", "print(x)\n"]
    assert {(1, 1), (0, 2), (2, 1), (0, 4)} <= set(structure.needs)


def test_published_structure():
    """As published: weights by indentation, fillers never picked, nor lines inside a long constant."""
    text = "import a\n# c\n\nLONG = [\n  1,\n  2,\n]\ndef f():\n    x = 1\n\n    return x\n"
    structure = published_structure(text, parse(text))
    assert len(structure) == 11
    width = 2  # of the first indented line
    assert structure.weights == [width, 0, 0, width, 0, 0, 0, width, 4, 0, 4]
    assert structure.block_end[7] == 11
    assert structure.block_end[0] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = (\n", "syntax-error"),
        ("x = 1\0\n", "syntax-error"),
        ("x = '\ud800'\n", "syntax-error"),
        ("def f():\nreturn 1\n", "syntax-error"),
        ("", "no-code"),
        ("# only\n\n# comments", "no-code"),
        ("\x0c\n", "no-code"),
        ("x = " + "(" * 150 + "1" + ")" * 150, "kept"),
        ("x = " + "-" * 100_000 + "1", "too-deep"),
    ],
)
def test_what_cannot_be_taken_apart(text, reason):
    """Each kind of broken program has its reason; nesting that Python can parse is fine."""
    if reason == "kept":
        assert len(cut(text)) == 1
        return
    for unit in STRUCTURES:
        with pytest.raises(ProgramError) as caught:
            cut(text, unit)
        assert caught.value.reason == reason
