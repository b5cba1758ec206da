"""The run directory: one configuration, one writer, and verdicts that survive being torn."""

import json

import pytest

from reweave.errors import RunError
from reweave.evaluate.folder import EvalFolder
from reweave.evaluate.partial import PartialVerdicts

CONFIG = {"benchmark": "small", "n": 5, "tier": None, "k": None}


def sample(number, program="x = 1\n"):
    return {"task_id": "Small/add", "sample": number, "program": program}


def verdict(number, reason="passed", detail="über"):
    return {"task_id": "Small/add", "sample": number, "reason": reason, "detail": detail}


def write(path, *pairs):
    with PartialVerdicts(path) as partial:
        for row, said in pairs:
            partial.append(row, said)


def test_torn_anywhere(tmp_path):
    """Torn after any byte, the file gives the verdicts that are whole, and goes on behind them."""
    path = tmp_path / "partial"
    write(path, *((sample(i), verdict(i)) for i in range(3)))
    whole = path.read_bytes()
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        lines = whole[:end].count(b"\n")
        with PartialVerdicts(path) as partial:
            there = [partial.of(sample(i)) for i in range(3)]
            assert there == [verdict(i) if i < lines else None for i in range(3)]
            for i in range(lines, 3):
                partial.append(sample(i), verdict(i))
        assert path.read_bytes() == whole


def test_damaged_line(tmp_path):
    """From a line that is no verdict on (a power cut leaves zeros), the file is cut."""
    path = tmp_path / "partial"
    write(path, *((sample(i), verdict(i)) for i in range(3)))
    lines = path.read_bytes().splitlines(keepends=True)
    for bad in (b"\0" * 50 + b"\n", b"[]\n", b'{"task_id": 1}\n'):
        path.write_bytes(lines[0] + bad + lines[2])
        with PartialVerdicts(path) as partial:
            assert [partial.of(sample(i)) is not None for i in range(3)] == [True, False, False]
        assert path.read_bytes() == lines[0]


def test_verdict_of_another_program(tmp_path):
    """A verdict holds for the program that it is of, and for no other."""
    path = tmp_path / "partial"
    write(path, (sample(0), verdict(0)), (sample(1, None), verdict(1, "no-code")))
    with PartialVerdicts(path) as partial:
        assert partial.of(sample(0, "x = 2\n")) is None
        assert partial.of(sample(0, None)) is None
        assert partial.of(sample(1)) is None
        assert partial.of(sample(1, None)) == verdict(1, "no-code")
        partial.append(sample(0, "x = 2\n"), verdict(0, "failed"))
    with PartialVerdicts(path) as partial:
        assert partial.of(sample(0, "x = 2\n")) == verdict(0, "failed")


@pytest.mark.parametrize("reason", ["not-sampled", "harness-error"])
def test_unjudged(tmp_path, reason):
    """What says nothing of the program counts in its own start, and is judged anew in the next."""
    path = tmp_path / "partial"
    with PartialVerdicts(path) as partial:
        partial.append(sample(0), verdict(0, reason))
        assert partial.of(sample(0)) == verdict(0, reason)
    with PartialVerdicts(path) as partial:
        assert partial.of(sample(0)) is None


def claim(path, **changes):
    with EvalFolder(path) as folder:
        folder.claim(CONFIG | changes)


def judged(path):
    write(path / "verdicts.partial.jsonl", (sample(0), verdict(0)))


def answered(path):
    from reweave.models.answers import Completion
    from reweave.models.log import Attempt, RequestLog

    with RequestLog(path / "requests.sqlite") as log:
        said = Completion(text="x", finish_reason="stop")
        log.write(
            Attempt(
                key=b"k", request=b"{}", samples=[0], began=0, seconds=0, outcome="answer", completions=[said]
            )
        ).result()


def test_other_configuration(tmp_path):
    """Once there is a verdict, another configuration is refused; the message says in what it differs."""
    claim(tmp_path / "run")
    judged(tmp_path / "run")
    claim(tmp_path / "run")
    with pytest.raises(RunError, match=r"n: 5 before, 6 now") as error:
        claim(tmp_path / "run", n=6)
    assert "benchmark" not in str(error.value)
    with pytest.raises(RunError, match=r"tier: None before, 'strong' now"):
        claim(tmp_path / "run", tier="strong")
    with pytest.raises(RunError, match=r"added: None before, 1 now"):
        claim(tmp_path / "run", added=1)


def test_nothing_kept_yet(tmp_path):
    """A folder in which nothing was kept takes another configuration: a start that failed binds nobody."""
    claim(tmp_path / "run")
    claim(tmp_path / "run", n=6)
    assert json.loads((tmp_path / "run" / "config.json").read_text())["n"] == 6


def test_answers_bind_what_was_asked(tmp_path):
    """Answers bind how they were drawn, not how they are judged."""
    claim(tmp_path / "run")
    answered(tmp_path / "run")
    claim(tmp_path / "run", tier="strong")
    with pytest.raises(RunError, match="n: 5 before, 6 now"):
        claim(tmp_path / "run", n=6, tier="strong")


def test_k_is_free(tmp_path):
    """Other k may be asked for at any time."""
    claim(tmp_path / "run")
    judged(tmp_path / "run")
    claim(tmp_path / "run", k=[1, 5])
    assert json.loads((tmp_path / "run" / "config.json").read_text())["k"] == [1, 5]


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_damaged_configuration(tmp_path, text):
    """A damaged config.json is said to be so."""
    claim(tmp_path / "run")
    (tmp_path / "run" / "config.json").write_text(text)
    with pytest.raises(RunError, match="is damaged"):
        claim(tmp_path / "run")


def test_no_folder_of_a_run(tmp_path):
    """A file, a folder of something else and a place below a file are refused, and stay as they are."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="is a file"):
        EvalFolder(tmp_path / "file")
    with pytest.raises(RunError, match="something else than a run"):
        EvalFolder(tmp_path)
    with pytest.raises(RunError, match="cannot make"):
        EvalFolder(tmp_path / "file" / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_killed_before_its_configuration(tmp_path):
    """A folder with a lock and nothing else is what a process killed at once leaves."""
    (tmp_path / ".lock").write_text("1\n")
    claim(tmp_path)


def test_one_writer(tmp_path):
    """Two cannot write one run."""
    with EvalFolder(tmp_path / "run"), pytest.raises(RunError, match="already writing"):
        claim(tmp_path / "run")
