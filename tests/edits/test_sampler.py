"""The sampler: clean states only, the same paths whoever shares the batch, no verdict taken for granted."""

import ast
import os
import stat
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from programs import HOSTILE, programs

from reweave import CheckerError, Diagnostic, InputError, Program, decode, edit_sequences, encode
from reweave.edits.checkers import make_checker
from reweave.edits.checkers.ruff import RuffChecker, _find_executable
from reweave.edits.machine import Machine
from reweave.edits.settings import settings

TWO = "def f(x):\n    y = x\n    return y\n\n\ndef g(x):\n    return x\n\n\nprint(f(1), g(2))\n"


class Watched:
    """A real checker that notes what it was asked."""

    def __init__(self, checker):
        self.checker = checker
        self.name, self.version = checker.name, checker.version
        self.seen = []

    def check(self, texts):
        """Check, and note what."""
        self.seen.append(list(texts))
        return self.checker.check(texts)

    def close(self):
        """Close the real one."""
        self.checker.close()


class Rule:
    """A checker of one made-up rule: what ``find`` returns for a text is its verdict."""

    name = "rule"
    version = "rule 1"

    def __init__(self, find):
        self.find = find

    def check(self, texts):
        """Ask the rule."""
        return [self.find(text) for text in texts]

    def close(self):
        """Nothing to close."""


@pytest.fixture(scope="module")
def ruff():
    checker = RuffChecker()
    yield checker
    checker.close()


def sample(texts, passing, /, *, batch_states=4_096, **chosen):
    """Outcomes of texts or programs, in the order of the input."""
    items = [text if isinstance(text, Program) else Program(str(i), text) for i, text in enumerate(texts)]
    machine = Machine(settings(**chosen), passing, batch_states)
    return sorted(machine.run(enumerate(items)), key=lambda outcome: outcome.index)


def paths_of(outcome):
    return [sequence.inserted_at for sequence in outcome.sequences]


# What a path is


def check_paths(outcome, text):
    """First and last state are right, states grow by whole edits, and each parses."""
    for sequence in outcome.sequences:
        states = sequence.states()
        assert states[-1] == text == sequence.program
        assert states[0] != ""
        counts = [state.count("\n") + (not state.endswith("\n")) for state in states]
        assert all(before < after for before, after in pairwise(counts))
        assert sum(sequence.edit_lines) == counts[-1]
        assert all(sequence.edit_lines)
        for state in states:
            ast.parse(state.removeprefix("\ufeff"))
        assert decode(encode(sequence)) == text


@pytest.mark.parametrize("unit", ["logical", "physical"])
@pytest.mark.parametrize("name", HOSTILE)
def test_awkward_programs(name, unit, ruff):
    """Each awkward program is kept; its states parse, grow, and end as the program."""
    [outcome] = sample([HOSTILE[name]], ruff, unit=unit)
    assert outcome.reject is None
    check_paths(outcome, HOSTILE[name])


@examples(max_examples=20, deadline=None)
@given(texts=st.lists(programs(), min_size=1, max_size=8), unit=st.sampled_from(["logical", "physical"]))
def test_generated_programs(texts, unit):
    """Programs nobody thought of: kept with paths that hold, or rejected because they do not parse."""
    ruff = RuffChecker()
    outcomes = sample(texts, ruff, unit=unit, paths=2)
    ruff.close()
    assert [outcome.index for outcome in outcomes] == list(range(len(texts)))
    for outcome, text in zip(outcomes, texts, strict=True):
        if outcome.reject is not None:
            assert outcome.reject.outcome == "rejected"
            if outcome.reject.reason == "syntax-error":
                with pytest.raises(SyntaxError):
                    ast.parse(text.removeprefix("\ufeff"))
            else:
                assert outcome.reject.reason in {"no-code", "never-clean"}
        check_paths(outcome, text)


def test_every_state_was_passed_by_the_checker(ruff):
    """Each state of each path was shown to the checker, and so was the whole program, for its baseline."""
    watched = Watched(ruff)
    [outcome] = sample([TWO], watched)
    seen = {text for batch in watched.seen for text in batch}
    assert TWO in seen
    for sequence in outcome.sequences:
        assert set(sequence.states()) <= seen
    assert outcome.checks == sum(map(len, watched.seen))


def test_what_ruff_does_not_see_is_looked_ahead(ruff):
    """With ruff alone no result is used before the return, no attribute before its method, in any state."""
    text = "class C:\n    a = 1\n    def f(self):\n        print(1)\n        return 2\nx = C().f()\n"
    [outcome] = sample([text], ruff, paths=60)
    states = {state for sequence in outcome.sequences for state in sequence.states()}
    assert len(states) > 5
    for state in states:
        assert "x = " not in state or ("return 2" in state and "def f" in state)


def test_the_checker_mostly_confirms(ruff):
    """Where look-ahead knows all, one check a state committed is enough, and one of the whole."""
    [outcome] = sample([TWO], ruff, paths=1)
    assert outcome.checks <= len(outcome.sequences[0].edit_lines) + 1


# Which errors are tolerated


def test_an_error_of_the_program_is_tolerated_at_its_place(ruff):
    """With the default preset a program's own errors may stay, but only where they are."""
    text = "print(missing)\nx = 1\nprint(x)\nprint(missing)\n"
    [outcome] = sample([text], ruff, paths=30)
    assert outcome.reject is None
    assert any("missing" in state for s in outcome.sequences for state in s.states()[:-1])
    for sequence in outcome.sequences:
        for state in sequence.states():
            assert "print(x)" not in state or "x = 1" in state


def test_an_error_of_the_program_is_not_tolerated_as_published():
    """Without tolerance a line in error goes with the first deletion, and comes with the last edit."""
    rule = Rule(lambda text: [_at(text, "bad")] if "bad" in text else [])
    text = "bad = 1\nx = 2\ny = 3\n"
    [outcome] = sample([text], rule, preset="paper")
    for sequence in outcome.sequences:
        assert sequence.inserted_at[0] == max(sequence.inserted_at)
    [tolerant] = sample([text], rule, paths=30)
    assert any(s.inserted_at[0] < max(s.inserted_at) for s in tolerant.sequences)


def _at(text, word, code="R1", message="bad"):
    return Diagnostic(text[: text.index(word)].count("\n") + 1, code, message)


def test_a_known_error_with_another_message_is_new():
    """What the program has not said in just these words, at this line, with this code, is an error."""

    def find(text):
        return [Diagnostic(1, "R1", f"{text.count(chr(10))} lines")] if text else []

    [outcome] = sample(["a = 1\nb = 2\nc = 3\n"], Rule(find))
    assert all(sequence.edit_lines == [3] for sequence in outcome.sequences)


def test_a_known_error_at_another_line_is_new():
    """The words of a known complaint about another line of the program are another complaint."""

    def find(text):
        line = "a = 1" if "a = 1" in text else "b = 2"
        return [_at(text, line, message="same words")] if line in text else []

    [outcome] = sample(["a = 1\nb = 2\nc = 3\n"], Rule(find), paths=40)
    assert outcome.sequences
    for sequence in outcome.sequences:
        assert sequence.inserted_at[0] <= sequence.inserted_at[1]


def test_line_numbers_in_messages_are_mapped():
    """A complaint that names another line is the same complaint when lines between are deleted."""

    def find(text):
        lines = text.split("\n")
        if "b = 2" in lines and "a = 1" in lines:
            return [Diagnostic(lines.index("b = 2") + 1, "R1", f"see line {lines.index('a = 1') + 1}")]
        return []

    [outcome] = sample(["x = 0\na = 1\ny = 0\nb = 2\n"], Rule(find), paths=40)
    states = {state for sequence in outcome.sequences for state in sequence.states()}
    assert "a = 1\nb = 2\n" in states


# The loop ends, and never unclean


def test_a_verdict_is_obeyed():
    """What the checker blames goes too, though no look-ahead knows why."""

    def find(text):
        return [_at(text, "b = 2")] if "b = 2" in text and "a = 1" not in text else []

    [outcome] = sample(["a = 1\nb = 2\nc = 3\n"], Rule(find), paths=40)
    assert len(outcome.sequences) > 3
    for sequence in outcome.sequences:
        assert sequence.inserted_at[0] <= sequence.inserted_at[1]


def test_an_error_at_a_deleted_place_widens_to_the_enclosing_block():
    """An error with no line to blame takes the block around what was picked, then the rest."""

    def find(text):
        return [Diagnostic(99, "R1", "too few")] if text.count("x") == 1 else []

    text = "def f():\n    x1 = 1\n    x2 = 2\ny = 3\n"
    [outcome] = sample([text], Rule(find), paths=40)
    assert outcome.reject is None
    for sequence in outcome.sequences:
        assert sequence.inserted_at[1] == sequence.inserted_at[2]
        assert sequence.inserted_at[3] != sequence.inserted_at[0], "the rest stands by itself"


def test_a_checker_that_never_passes_anything():
    """Where nothing but nothing is clean the program is one edit; where not even that, it is rejected."""
    full = "a = 1\nb = 2\n"
    refuse = Rule(lambda text: [Diagnostic(1, "R1", "no")] if text not in {full, ""} else [])
    [outcome] = sample([full], refuse)
    assert paths_of(outcome) == [(0, 0)]
    assert outcome.duplicates == 4
    with_head = "# head\n\na = 1\n"
    refuse = Rule(lambda text: [Diagnostic(1, "R1", "no")] if text != with_head else [])
    [outcome] = sample([with_head], refuse)
    assert (outcome.reject.outcome, outcome.reject.reason) == ("rejected", "never-clean")


@pytest.mark.parametrize("when", ["state", "whole"])
def test_no_verdict_is_not_clean(when):
    """A program is failed when there is no verdict on a state of it, or on the whole where that matters."""
    error = CheckerError("rule", "crashed", "by itself")

    def find(text):
        if when == "whole":
            return error if text == TWO else [Diagnostic(1, "R1", "is it new?")] if "def" in text else []
        return error if "def g" in text and text != TWO else []

    marked, other = sample([TWO, "x = 1\n"], Rule(find), paths=20)
    assert other.reject is None
    assert (marked.reject.outcome, marked.reject.reason) == ("failed", "checker-crashed")
    assert "by itself" in marked.reject.detail
    assert marked.reject.row["program"] == TWO
    assert marked.sequences == []


# Faults of a real checker: ruff behind a wrapper that misbehaves (fault injection)

WRAPPER = """#!{python}
import subprocess, sys, time
from pathlib import Path
if "--version" not in sys.argv and any({marker!r} in p.read_text("utf-8") for p in Path(".").glob("*.py")):
    {fault}
sys.exit(subprocess.run([{ruff!r}, *sys.argv[1:]]).returncode)
"""

FAULTS = {
    "crashed": "sys.exit(101)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "timeout": "time.sleep(60)",
    "skipped": "sys.exit(0)",
}


def faulty_ruff(tmp_path, fault, marker="MARK"):
    wrapper = tmp_path / "ruff"
    wrapper.write_text(
        WRAPPER.format(python=sys.executable, marker=marker, fault=FAULTS[fault], ruff=_find_executable())
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return RuffChecker(str(wrapper), timeout=1.5 if fault == "timeout" else 60)


@pytest.mark.skipif(sys.platform == "win32", reason="a script as an executable")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_ruff_fails_just_the_program_at_fault(tmp_path, fault):
    """Where ruff crashes, hangs or says nothing, that program is failed; its neighbours are kept as ever."""
    texts = [f"x = {i}\nprint(x)\n" for i in range(6)]
    texts[3] = "x = 1\ny = 'MARK'\nprint(x, y)\n"
    checker = faulty_ruff(tmp_path, fault)
    try:
        outcomes = sample(texts, checker, paths=1)
    finally:
        checker.close()
    assert [outcome.index for outcome in outcomes if outcome.reject is not None] == [3]
    reject = outcomes[3].reject
    assert (reject.outcome, reject.reason) == (
        "failed",
        f"checker-{'crashed' if fault == 'killed' else fault}",
    )
    undisturbed = RuffChecker()
    expected = sample(texts, undisturbed, paths=1)
    undisturbed.close()
    others = [i for i in range(6) if i != 3]
    assert [paths_of(outcomes[i]) for i in others] == [paths_of(expected[i]) for i in others]


@pytest.mark.skipif(sys.platform == "win32", reason="a script as an executable")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_ruff_that_never_works_ends_the_run(tmp_path, fault):
    """A ruff that fails on anything is an error of the run, not of each program."""
    checker = faulty_ruff(tmp_path, fault, marker="")
    try:
        with pytest.raises(CheckerError) as caught:
            sample([TWO], checker, paths=1)
    finally:
        checker.close()
    assert caught.value.reason == ("crashed" if fault == "killed" else fault)


# Reproducible


MIX = [TWO, *HOSTILE.values(), "x = (", "", "# no code\n", "a = 1\n" * 200, TWO]


@pytest.fixture(scope="module")
def mixed(ruff):
    return [(paths_of(o), o.reject, o.duplicates) for o in sample(MIX, ruff)]


@pytest.mark.parametrize("batch_states", [1, 7, 300])
def test_the_batch_size_changes_nothing(ruff, mixed, batch_states):
    """Batches of 1, 7 and 300 states give the paths that the default gives."""
    assert [
        (paths_of(o), o.reject, o.duplicates) for o in sample(MIX, ruff, batch_states=batch_states)
    ] == mixed


def test_neighbours_change_nothing(ruff, mixed):
    """A program's paths are the same alone, and among others in another order."""
    for number in (0, 5, len(MIX) - 2):
        [alone] = sample([Program(str(number), MIX[number])], ruff)
        assert paths_of(alone) == mixed[number][0]
    programs_ = [Program(str(number), text) for number, text in enumerate(MIX)][::-1]
    assert [paths_of(o) for o in sample(programs_, ruff)][::-1] == [paths for paths, _, _ in mixed]


def test_pauses_of_the_input_change_nothing(ruff, mixed):
    """An input that has nothing for the moment (None) gives the same paths."""
    machine = Machine(settings(), ruff, 50)
    items = [item for i, text in enumerate(MIX) for item in ((i, Program(str(i), text)), None)]
    found = sorted(machine.run(items), key=lambda outcome: outcome.index)
    assert [paths_of(o) for o in found] == [paths for paths, _, _ in mixed]


def test_seed_id_and_path_number_decide(ruff):
    """Same seed and id, same paths; another seed or another id, others."""
    text = "\n".join(f"v{i} = {i}" for i in range(12)) + "\n"

    def paths(seed, name):
        [outcome] = sample([Program(name, text)], ruff, seed=seed)
        return paths_of(outcome)

    assert paths(1, "a") == paths(1, "a")
    different = [paths(1, "a"), paths(2, "a"), paths(1, "b"), paths(-1, "a")]
    assert len({path for some in different for path in some}) == 20


def test_more_paths_begin_as_fewer(ruff):
    """The first paths of many are those of few."""
    text = "\n".join(f"v{i} = {i}" for i in range(12)) + "\n"
    [few], [many] = sample([text], ruff, paths=2), sample([text], ruff, paths=6)
    assert paths_of(many)[:2] == paths_of(few)


def test_equal_paths_are_kept_once_and_counted(ruff):
    """A program with one possible path has it once; the other four are counted as duplicates."""
    [outcome] = sample(["print(1)\n"], ruff)
    assert paths_of(outcome) == [(0,)]
    assert outcome.duplicates == 4
    assert [sequence.path for sequence in outcome.sequences] == [0]
    [outcome] = sample(["a = 1\nb = 2\n"], ruff, paths=50)
    assert sorted(paths_of(outcome)) == [(0, 1), (1, 0)]
    assert outcome.duplicates == 48


def test_first_picks_follow_the_weights(ruff):
    """Over many programs the last edit inserts a line of depth 2 twice as often as one of depth 1."""
    text = "def f():\n    if 1:\n        a = 1\n        b = 2\n    c = 3\n    d = 4\n"
    texts = [Program(str(i), text) for i in range(1_500)]
    last = [0] * 6
    for outcome in sample(texts, ruff, paths=1):
        [path] = paths_of(outcome)
        last_lines = [line for line, at in enumerate(path) if at == max(path)]
        if len(last_lines) == 1:
            last[last_lines[0]] += 1
    # Weights 1, 1, 2, 2, 1, 1 of the units in order; a header takes more than one line along.
    for line, expected in ((2, 2 / 8), (3, 2 / 8), (4, 1 / 8), (5, 1 / 8)):
        assert last[line] == pytest.approx(1_500 * expected, abs=80)


# Length


def test_long_programs():
    """A program of more lines than max_lines is rejected as too long; 0 means no limit."""
    rule = Rule(lambda text: [])
    text = "x = '''\n" + "a\n" * 60 + "'''\n"
    assert sample([text], rule, max_lines=61)[0].reject.reason == "too-long"
    for limit in (62, 0):
        assert sample([text], rule, max_lines=limit)[0].reject is None
    defaults = sample(["x = 1\n" * 6_000], rule, paths=1)
    assert defaults[0].reject.reason == "too-long"


@pytest.mark.slow
def test_a_long_program_among_others(ruff):
    """A program of 5,000 lines is kept, and so are those around it."""
    long = "".join(f"def f{i}(x):\n    y = x + {i}\n    return y\n\n\n" for i in range(1_000))
    outcomes = sample([TWO, long, *[TWO] * 20], ruff, paths=1)
    assert all(outcome.reject is None for outcome in outcomes)
    check = outcomes[1].sequences[0]
    assert decode(encode(check)) == long


# The other checkers


@pytest.mark.parametrize("name", ["compile", "pylint", "ty", "ruff+ty"])
def test_other_checkers(name):
    """A handful of programs with each checker: kept, and every state clean by that checker asked anew."""
    texts = [
        TWO,
        HOSTILE["try"],
        HOSTILE["match"],
        "class C:\n    def f(self):\n        return 1\nprint(C().f())\n",
    ]
    checker = make_checker(name)
    try:
        outcomes = sample(texts, checker, checker=name, paths=2)
        for outcome, text in zip(outcomes, texts, strict=True):
            assert outcome.reject is None
            check_paths(outcome, text)
            known = {(d.code, d.message) for d in checker.check([text])[0]}
            states = [state for sequence in outcome.sequences for state in sequence.states()]
            for state, verdict in zip(states, checker.check(states), strict=True):
                assert {(d.code, d.message) for d in verdict} <= known, state
    finally:
        checker.close()


def test_as_published():
    """The paper's preset passes only states without any error, program errors and imports included."""
    texts = [TWO, "import nowhere_to_be_found\nx = 1\nprint(x)\n", "LONG = [\n  1,\n  2,\n]\nprint(LONG)\n"]
    sequences = list(edit_sequences(texts, preset="paper", paths=2))
    assert {sequence.id for sequence in sequences} == {"0", "1", "2"}
    assert all(sequence.checker.startswith("pylint") for sequence in sequences)
    strict = make_checker("pylint", imports=True)
    try:
        for sequence in sequences:
            states = sequence.states()
            assert states[-1] == texts[int(sequence.id)]
            assert strict.check(states[:-1]) == [[]] * (len(states) - 1)
            if sequence.id == "1":
                assert not any("nowhere" in state for state in states[:-1])
    finally:
        strict.close()


# From Python


def test_edit_sequences_keeps_order_and_reports_rejects():
    """Sequences come in the order of the programs; what gave none is in rejects, with its row."""
    rejects = []
    items = [
        TWO,
        Program("own", "a = 1\nb = 2\n", "Do.", extra={"k": [1]}),
        {"program": "c = 1\n", "id": 7, "instruction": "C.", "source": "s"},
        {"program": "x = ("},
    ]
    sequences = list(edit_sequences(items, paths=2, rejects=rejects))
    assert list(dict.fromkeys(sequence.id for sequence in sequences)) == ["0", "own", "7"]
    assert sequences[-1].extra == {"source": "s"}
    assert sequences[-1].instruction == "C."
    [reject] = rejects
    assert (reject.id, reject.outcome, reject.reason) == ("3", "rejected", "syntax-error")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"checker": "nope"}, "ruff, pylint"),
        ({"preset": "nope"}, "default, paper"),
        ({"unit": "nope"}, "logical, physical"),
        ({"sampler": "nope"}, "lintseq, random"),
        ({"paths": 0}, "at least 1"),
        ({"max_lines": -1}, "0 .no limit."),
    ],
)
def test_settings_that_make_no_sense(chosen, said):
    """A name that is not known or a number out of range is an InputError that says what there is."""
    with pytest.raises(InputError, match=said):
        list(edit_sequences([TWO], **chosen))


@pytest.mark.parametrize("item", [3, None, {"code": "x"}, {"program": 1}, b"x"])
def test_items_of_the_wrong_kind(item):
    """An item that is no program is an InputError that names it."""
    with pytest.raises(InputError, match="item 0"):
        list(edit_sequences([item]))


def test_sampling_ends_with_its_reader(scratch_folders):
    """A reader that stops early leaves no scratch folder behind."""
    word = f"# of {os.getpid()}, from Python\n\n"
    found = edit_sequences([f"{word}a = 1\nb = a\n"] * 3)
    next(found)
    assert scratch_folders(word)
    found.close()
    assert not scratch_folders(word)
