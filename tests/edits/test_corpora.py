"""Whole corpora: every path replays byte for byte, no state has an error that its program does not have.

Replay and verdicts are judged by `independent`, which shares no code with the library. The standard library
is taken without its tests, its vendored and interactive parts, and without files that are not UTF-8.
"""

import os
import sysconfig
from pathlib import Path

import independent
import orjson
import pytest

from reweave import EditSequence, Program, decode, edit_sequences, encode
from reweave.storage import open_source
from reweave.storage.definitions import definitions

pytestmark = pytest.mark.slow

LEFT_OUT = {
    "test", "tests", "idlelib", "lib2to3", "turtledemo", "ensurepip", "site-packages", "__pycache__",
}  # fmt: skip


def modules():
    """Names and texts of the standard library's modules."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        name = path.relative_to(library)
        if LEFT_OUT.isdisjoint(name.parts):
            try:
                yield name.as_posix(), path.read_bytes().decode()
            except UnicodeDecodeError:
                continue


def sample(programs, paths):
    rejects = []
    sequences = list(edit_sequences(programs, paths=paths, rejects=rejects))
    return programs, sequences, rejects


@pytest.fixture(scope="session")
def pairs():
    """All instruction pairs, five paths each."""
    if "REWEAVE_DATA" not in os.environ:
        pytest.skip("REWEAVE_DATA is not set")
    file = Path(os.environ["REWEAVE_DATA"]) / "instruct-python-pairs" / "pairs.jsonl.gz"
    rows = map(orjson.loads, open_source(str(file)).rows())
    return sample([Program(row["id"], row["program"]) for row in rows], 5)


@pytest.fixture(scope="session")
def whole_modules():
    """Every fourth module of up to 1,500 lines, one path each; all of them with ``make soak``."""
    short = [Program(name, text) for name, text in modules() if text.count("\n") <= 1_500]
    return sample(short if "REWEAVE_SOAK" in os.environ else short[::4], 1)


@pytest.fixture(scope="session")
def single_definitions():
    """Every eighth top-level function or class, one path each; most use names they do not hold.

    All of them with ``make soak``.
    """
    programs = [
        Program(f"{name}:{definition}", source)
        for name, text in modules()
        for definition, _, source in definitions(text)
    ]
    return sample(programs if "REWEAVE_SOAK" in os.environ else programs[::8], 1)


CORPORA = ["pairs", "whole_modules", "single_definitions"]  # each sampled once, by one worker: conftest.py


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_program_is_accounted_for(corpus, request):
    """Programs without code are rejected, all others kept; nothing fails and nothing is lost."""
    programs, sequences, rejects = request.getfixturevalue(corpus)
    kept = {sequence.id for sequence in sequences}
    assert {(reject.outcome, reject.reason) for reject in rejects} <= {("rejected", "no-code")}
    assert len(kept) + len(rejects) == len(programs)
    assert kept.isdisjoint(reject.id for reject in rejects)
    if corpus == "pairs":
        assert len(programs) == len(kept) == 2335
    else:
        assert len(kept) > 100


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_path_replays_to_its_program(corpus, request):
    """The library's decoder and an independent one both give back each program, byte for byte."""
    programs, sequences, _ = request.getfixturevalue(corpus)
    texts = {program.id: program.text for program in programs}
    for sequence in sequences:
        edits = encode(sequence)
        states = list(independent.replay(edits))
        assert decode(edits) == states[-1] == sequence.program == texts[sequence.id], sequence.id
        assert states == sequence.states(), sequence.id


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_state_has_an_error_of_its_own(corpus, request, tmp_path):
    """Ruff, asked anew about every single state, finds nothing beyond what it finds in the whole program."""
    _, sequences, _ = request.getfixturevalue(corpus)
    bad, looked_at = independent.new_errors(sequences, tmp_path)
    assert looked_at > len(sequences)
    assert bad == []


def test_the_judge_sees_errors(tmp_path):
    """The independent judge is not blind: an undefined name, and one new place of a known complaint."""
    programs = ["x = 1\nprint(x)\n", "print(y)\nprint(y)\n"]
    sequences = [
        *edit_sequences(programs, paths=1),
        _with_order("x = 1\nprint(x)\n", (1, 0)),
        _with_order("x = 1\nprint(  # noqa\n  x)\n", (0, 2, 1)),
    ]
    bad, looked_at = independent.new_errors(sequences, tmp_path)
    assert [text for text, _ in bad] == ["print(x)\n", "x = 1\n  x)\n"]
    assert looked_at == 2 + 4 + 1 + 3 + 1


def _with_order(program, inserted_at):
    return EditSequence("made up", 0, None, program, inserted_at, "none", "default", 1)
