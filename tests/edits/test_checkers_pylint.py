"""The pylint checker: verdicts, independence, and processes that die. Real pylint in real processes."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reweave.edits.checkers.base import Checker
from reweave.edits.checkers.pylint import PylintChecker
from reweave.errors import CheckerError, MissingExtraError

CASES = {
    "empty": ("", []),
    "clean": ("import os\n\nprint(os.sep)\n", []),
    "no final newline": ("x = 1", []),
    "warnings and style": ("import os\nX=1;y=2\ndef f(a, b=[]): pass\n", []),
    "undefined name": ("x = 1\nprint(y)\n", [(2, "E0602")]),
    "one branch gone": ("import sys\nif sys.argv:\n    X = 1\nprint(X)\n", [(4, "E0606")]),
    "deleted attribute": ("class A:\n    def f(self):\n        return self.gone\n", [(3, "E1101")]),
    "deleted method": ("class A:\n    pass\n\nA().gone()\n", [(4, "E1101")]),
    "standard library": ("import math\nprint(math.gone)\n", [(2, "E1101")]),
    "gone from a module": ("from math import gone\nprint(gone)\n", [(1, "E0611")]),
    "too many arguments": ("def f(a):\n    return a\n\nf(1, 2)\n", [(4, "E1121")]),
    "too few arguments": ("def f(a):\n    return a\n\nf()\n", [(4, "E1120")]),
    "no return value": ("def f():\n    print()\n\nx = f()\n", [(4, "E1111")]),
    "indentation": ("def f():\n  return 1\n", [(2, "W0311")]),
    "super init": (
        "class A:\n def __init__(self):\n  self.a = 1\n\nclass B(A):\n def __init__(self):\n  self.b = 1\n",
        [(2, "W0311"), (3, "W0311"), (6, "W0311"), (7, "W0311"), (6, "W0231")],
    ),
    "syntax": ("x = 1\ny = = 2\n", [(2, "E0001")]),
    "syntax, line named": ("x = 1\nif x:\ny = 2\n", [(2, "E0001")]),
    "crlf": ("x = 1\r\nprint(y)\r\n", [(2, "E0602")]),
    "lone cr": ("x = 1\rz = 2\nprint(y)\n", [(2, "E0602")]),
    "form feed": ("x = 1\n\x0cprint(y)\n", [(2, "E0602")]),
    "non-ascii": ("x = 'é€𝄞'\nprint(ÿ)\n", [(2, "E0602")]),
    "byte order mark": ("\ufeffprint(y)\n", [(1, "E0602")]),
    "cookie": ("# coding: latin-1\nprint(y, 'é')\n", [(2, "E0602")]),
    "null byte": ("x = 1\ny = 2\0\n", [(2, "E0001")]),
    "lone surrogate": ("x = 1\ny = '\ud800'\n", [(2, "E0001")]),
    "message with |": ("x = 1\nprint('%|' % x)\n", [(2, "E1300")]),
    "switched off": ("# pylint: disable=all\nprint(y)\n", []),
    "skipped": ("# pylint: skip-file\nprint(y)\n", []),
}
TOO_DEEP = "x = " + "+".join(["1"] * 5000) + "\n"  # astroid runs out of stack and says so
TOO_LONG = "".join(f"x{number} = [{number}]\n" for number in range(100_000))  # many seconds


@pytest.fixture(scope="module")
def checker():
    checker = PylintChecker()
    yield checker
    checker.close()


def places(verdict):
    assert isinstance(verdict, list), verdict
    return [(found.line, found.code) for found in verdict]


def is_running(pid):
    """Whether a process runs; a dead one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def worker_pid(checker):
    return checker._worker._process.pid


def test_every_case_in_one_batch(checker):
    """What counts, where, and what does not count."""
    verdicts = checker.check([text for text, _ in CASES.values()])
    assert {name: places(verdict) for name, verdict in zip(CASES, verdicts, strict=True)} == {
        name: expected for name, (_, expected) in CASES.items()
    }


def test_a_verdict_does_not_depend_on_what_came_before(checker):
    """Shuffled, doubled, in a process of its own: the same verdicts, message for message."""
    texts = [text for text, _ in CASES.values()]
    expected = dict(zip(texts, checker.check(texts), strict=True))
    mixed = texts * 3
    random.Random(4).shuffle(mixed)
    assert checker.check(mixed) == [expected[text] for text in mixed]
    alone = PylintChecker(recycle=1)
    assert alone.check(texts[5:12]) == [expected[text] for text in texts[5:12]]
    alone.close()


@pytest.mark.parametrize(
    ("teacher", "pupil"),
    [
        ("e = ValueError()\ne.code = 3\n", "e = ValueError()\nprint(e.code)\n"),
        ("import math\nmath.tau2 = 6\n", "import math\nprint(math.tau2)\n"),
        (
            "import threading\nt = threading.Thread()\nt.mine = 1\n",
            "import threading\nprint(threading.Thread().mine)\n",
        ),
        (
            "from json import JSONDecoder\nJSONDecoder.mine = 1\n",
            "from json import JSONDecoder\nprint(JSONDecoder.mine)\n",
        ),
    ],
)
def test_attributes_set_on_foreign_objects_are_forgotten(checker, teacher, pupil):
    """Astroid remembers what a state sets on library classes; the next state must not profit."""
    (before,) = checker.check([pupil])
    assert [code for _, code in places(before)] == ["E1101"]
    assert checker.check([teacher, pupil, teacher, teacher, pupil]) == [[], before, [], [], before]


def test_a_state_keeps_what_it_sets_itself(checker):
    """Taking back must come after the state, not within it."""
    assert checker.check(["import math\nmath.tau2 = 6\nprint(math.tau2)\n"] * 2) == [[], []]


def test_imports_are_silent_or_errors(checker):
    """An import that does not resolve is reported on demand, and nothing else follows from it."""
    text = "import no_such_thing\nfrom . import a\nfrom .b import c\nno_such_thing.x(a, c)\n"
    published = PylintChecker(imports=True)
    assert checker.check([text]) == [[]]
    assert [places(verdict) for verdict in published.check([text])] == [
        [(1, "E0401"), (2, "E0402"), (3, "E0402")]
    ]
    published.close()


def test_the_environment_is_bare(tmp_path, monkeypatch):
    """Installed packages, neighbours of the working folder and its settings change no verdict."""
    (tmp_path / "installed.py").write_text("known = 1\n")
    (tmp_path / "pylintrc").write_text("[MAIN]\ndisable=all\n")
    (tmp_path / "random.py").write_text("raise RuntimeError('shadows the standard library')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    here = "import installed\nimport random\nimport pylint\nimport orjson\n"
    here += "installed.gone(pylint.gone, random.gone)\n"
    absent = here.replace("orjson", "orj_son")
    silent, published = PylintChecker(), PylintChecker(imports=True)
    assert [places(verdict) for verdict in silent.check([here, absent])] == [[(5, "E1101")]] * 2
    expected = [(1, "E0401"), (3, "E0401"), (4, "E0401"), (5, "E1101")]
    assert [places(verdict) for verdict in published.check([here, absent])] == [expected] * 2
    silent.close()
    published.close()


def test_a_text_that_crashes_pylint_has_no_verdict(checker):
    """Its place holds the error; the others are judged."""
    one, deep, two = checker.check(["print(y)\n", TOO_DEEP, "print(y)\n"])
    assert isinstance(deep, CheckerError)
    assert (deep.checker, deep.reason) == ("pylint", "crashed")
    assert places(one) == [(1, "E0602")]
    assert two == one


def test_a_state_that_takes_too_long_is_ended():
    """The process is really killed, the state has no verdict, the rest of the batch has."""
    checker = PylintChecker(timeout=2.0)
    checker.check(["x = 1\n"])
    pid = worker_pid(checker)
    one, late, two = checker.check(["print(y)\n", TOO_LONG, "print(y)\n"])
    assert isinstance(late, CheckerError)
    assert late.reason == "timeout"
    assert places(one) == [(1, "E0602")]
    assert two == one
    assert not is_running(pid)
    checker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_process_killed_in_mid_batch_loses_nothing():
    """Killed from outside again and again: every text still gets its true verdict."""
    texts = [text for text, _ in CASES.values() if "\ud800" not in text] * 6
    checker = PylintChecker()
    expected = checker.check(texts)
    killed = set()
    done = threading.Event()

    def kill_now_and_then():
        while not done.wait(0.7):
            worker = checker._worker
            if worker is not None and checker._checked > 3:
                killed.add(worker._process.pid)
                os.kill(worker._process.pid, signal.SIGKILL)

    # As many rounds as it takes for two kills: how far a round gets in 0.7 s is the machine's affair.
    thread = threading.Thread(target=kill_now_and_then)
    thread.start()
    try:
        for _ in range(50):
            assert checker.check(texts) == expected
            if len(killed) >= 2:
                break
    finally:
        done.set()
        thread.join()
    assert len(killed) >= 2
    checker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_state_whose_process_dies_twice_has_no_verdict():
    """It is tried on one fresh process, not for ever."""
    checker = PylintChecker()
    checker.check(["x = 1\n"])
    killed = set()
    done = threading.Event()

    def kill_each_once():
        while not done.wait(0.2):
            worker = checker._worker
            if worker is not None and checker._checked > 0 and len(killed) < 2:
                killed.add(worker._process.pid)
                os.kill(worker._process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill_each_once)
    thread.start()
    (verdict,) = checker.check([TOO_LONG])
    done.set()
    thread.join()
    assert isinstance(verdict, CheckerError)
    assert verdict.reason == "crashed"
    assert "-9" in verdict.detail
    assert len(killed) == 2
    assert places(checker.check(["print(y)\n"])[0]) == [(1, "E0602")]
    checker.close()


def test_the_process_is_replaced_in_time():
    """After `recycle` states another process goes on, with the same verdicts."""
    checker = PylintChecker(recycle=2)
    pids = []
    for _ in range(5):
        assert places(checker.check(["print(y)\n"])[0]) == [(1, "E0602")]
        pids.append(worker_pid(checker))
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4]
    assert not any(is_running(pid) for pid in pids[:4])
    checker.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")
def test_closing_ends_the_process():
    """And a closed checker can be used again."""
    checker = PylintChecker()
    for _ in range(2):
        checker.check(["x = 1\n"])
        pid = worker_pid(checker)
        assert is_running(pid)
        checker.close()
        checker.close()
        assert not is_running(pid)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in mid-state"])
def test_no_orphan_when_the_parent_is_killed(busy):
    """The worker ends with its parent, even when the parent had no chance to say so."""
    code = (
        "import sys, time\nfrom reweave.edits.checkers.pylint import PylintChecker\n"
        "checker = PylintChecker()\nchecker.check(['x = 1\\n'])\n"
        "print(checker._worker._process.pid, flush=True)\n"
        + (
            "checker.check([''.join(f'x{n} = [{n}]\\n' for n in range(100000))])\n"
            if busy
            else "time.sleep(600)\n"
        )
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.5)
        assert is_running(pid)
        parent.kill()
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(pid)


def test_a_process_that_cannot_start_raises(monkeypatch):
    """No text is at fault: the run must stop, with the process's last words."""
    checker = PylintChecker()
    monkeypatch.setattr(checker, "_options", ["--no-such-option"])
    with pytest.raises(CheckerError, match="no-such-option"):
        checker.check(["x = 1\n"])
    checker.close()


def test_missing_pylint_names_the_install(monkeypatch):
    """The error tells what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'reweave\[pylint\]'"):
        PylintChecker()


def test_it_is_a_checker(checker):
    """It satisfies the protocol and names its version."""
    assert isinstance(checker, Checker)
    assert checker.name == "pylint"
    assert checker.version.startswith("pylint 4.")
    assert checker.check([]) == []
