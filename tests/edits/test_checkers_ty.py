"""The ty checker and the batch folder under it. Real ty throughout, unless a test says otherwise."""

import json
import os
import random
import subprocess
import sys
import textwrap

import pytest

from reweave.edits.checkers import ty as ty_module
from reweave.edits.checkers.base import Checker
from reweave.edits.checkers.batch_files import BatchFailedError, BatchFolder, check_halving
from reweave.edits.checkers.ty import RULES, TyChecker
from reweave.errors import CheckerError, MissingExtraError
from reweave.records import Diagnostic

TOO_DEEP = "x = " + "[" * 3000 + "]" * 3000 + "\n"  # overflows ty's stack: the process dies

CASES = {
    "empty": ("", []),
    "clean": ("import os\nprint(os.sep)\n", []),
    "no final newline": ("x = 1", []),
    "undefined name": ("x = 1\nprint(y)\n", [(2, "unresolved-reference")]),
    "one branch gone": (
        "import sys\nif sys.argv:\n    x = 1\nprint(x)\n",
        [(4, "possibly-unresolved-reference")],
    ),
    "deleted attribute": (
        "class A:\n    def f(self):\n        return self.gone\n",
        [(3, "missing-attribute")],
    ),
    "deleted method": ("class A:\n    pass\n\nA().gone()\n", [(4, "missing-attribute")]),
    "too many arguments": ("def f(a):\n    return a\n\nf(1, 2)\n", [(4, "too-many-positional-arguments")]),
    "too few arguments": ("def f(a):\n    return a\n\nf()\n", [(4, "missing-argument")]),
    "not callable": ("x = 3\nx()\n", [(2, "not-callable")]),
    "syntax": ("x = 1\nif x:\n", [(2, "invalid-syntax")]),
    "crlf": ("x = 1\r\nprint(y)\r\n", [(2, "unresolved-reference")]),
    "lone cr": ("x = 1\rz = 2\nprint(y)\n", [(2, "unresolved-reference")]),
    "form feed": ("x = 1\n\x0cprint(y)\n", [(2, "unresolved-reference")]),
    "non-ascii": ("x = 'é€𝄞'\nprint(ÿ)\n", [(2, "unresolved-reference")]),
    "byte order mark": ("\ufeffprint(y)\n", [(1, "unresolved-reference")]),
    "lone surrogate": ("x = 1\ny = '\ud800'\n", [(2, "invalid-syntax")]),
    "third-party import": ("import numpy\nimport no_such_thing\nnumpy.nope(no_such_thing.x)\n", []),
    "relative import": ("from . import a\nfrom .b import c\nprint(a, c)\n", []),
    "typing opinions": ("def f(a: int) -> str:\n    return a\n\nx: int = 's'\nf('s')\n", []),
    "type: ignore": ("print(y)  # type: ignore\n", [(1, "unresolved-reference")]),
    "reveal_type": ("from typing import reveal_type\nreveal_type(3)\n", []),
    "inline settings": (
        '# /// script\n# dependencies = []\n# [tool.ty.rules]\n# all = "ignore"\n# ///\nprint(y)\n',
        [(6, "unresolved-reference")],
    ),
}


@pytest.fixture(scope="module")
def checker():
    checker = TyChecker()
    yield checker
    checker.close()


def places(verdict):
    assert isinstance(verdict, list), verdict
    return [(found.line, found.code) for found in verdict]


def test_every_case_in_one_batch(checker):
    """What ty is to see, where, and what it is to let pass."""
    verdicts = checker.check([text for text, _ in CASES.values()])
    assert {name: places(verdict) for name, verdict in zip(CASES, verdicts, strict=True)} == {
        name: expected for name, (_, expected) in CASES.items()
    }


def test_a_null_byte_is_a_syntax_error(checker):
    """And it is reported at its line."""
    (verdict,) = checker.check(["x = 1\ny = 2\0\n"])
    assert set(places(verdict)) == {(2, "invalid-syntax")}


def test_a_verdict_does_not_depend_on_the_batch(checker):
    """Shuffled, doubled, alone: the same verdicts, message for message."""
    texts = [text for text, _ in CASES.values()]
    expected = dict(zip(texts, checker.check(texts), strict=True))
    mixed = texts * 2
    random.Random(4).shuffle(mixed)
    assert checker.check(mixed) == [expected[text] for text in mixed]
    for text in texts[:5]:
        assert checker.check([text]) == [expected[text]]


def test_states_do_not_see_each_other_nor_the_folder(checker, tmp_path, monkeypatch):
    """A module that only a neighbour, the scratch or the working folder could provide stays unknown."""
    (tmp_path / "helper.py").write_text("known = 1\n")
    (tmp_path / "pyproject.toml").write_text('[tool.ty.rules]\nall = "ignore"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    importing = "import helper, states, environment\nhelper.gone\nstates.gone\nenvironment.gone\nprint(y)\n"
    alone = checker.check([importing])
    assert places(alone[0]) == [(5, "unresolved-reference")]
    assert checker.check(["known = 1\n", importing, "x = 1\n"])[1] == alone[0]


def test_a_state_that_kills_ty_is_singled_out(checker):
    """The culprits get an error, the other texts of their batch their true verdicts."""
    texts = ["x = 1\n", TOO_DEEP, "print(y)\n", "x = 1", "if x\n", TOO_DEEP + "#", "z\n"]
    verdicts = checker.check(texts)
    for culprit in (1, 5):
        assert isinstance(verdicts[culprit], CheckerError)
        assert (verdicts[culprit].checker, verdicts[culprit].reason) == ("ty", "crashed")
        assert "overflowed its stack" in verdicts[culprit].detail
    others = [number for number in range(len(texts)) if number not in (1, 5)]
    assert [verdicts[number] for number in others] == checker.check([texts[number] for number in others])


def faulty_ty(tmp_path, monkeypatch, behaviour):
    """Fault injection: a program in ty's place that misbehaves on marked files and else runs ty."""
    script = tmp_path / "faulty"
    body = f"""\
        #!{sys.executable}
        import os, pathlib, sys, time
        marked = [p for p in pathlib.Path(sys.argv[-1]).iterdir() if b"MARK" in p.read_bytes()]
        {behaviour}
        os.execv({ty_module._find_executable()!r}, ["ty", *sys.argv[1:]])
    """
    script.write_text(textwrap.dedent(body))
    script.chmod(0o755)
    monkeypatch.setattr(ty_module, "_find_executable", lambda: str(script))


@pytest.mark.skipif(sys.platform == "win32", reason="the injected fault is a script with a #! line")
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("if marked: os.kill(os.getpid(), 9)", "crashed"),
        ("if marked: sys.exit(0)", "crashed"),
        ("if marked: print('[]'); sys.exit(0)", "crashed"),
        ("if marked: print('[]', flush=True); sys.exit(1)", "skipped"),
        ("if marked: time.sleep(60)", "timeout"),
    ],
)
def test_faults_are_not_taken_for_verdicts(tmp_path, monkeypatch, behaviour, reason):
    """Killed, silent with success, an empty report, hanging (injected faults): an error each time."""
    faulty_ty(tmp_path, monkeypatch, behaviour)
    checker = TyChecker(timeout=3.0)
    one, marked, two = checker.check(["print(y)\n", "# MARK\n", "x = 1\n"])
    checker.close()
    assert places(one) == [(1, "unresolved-reference")]
    assert two == []
    assert isinstance(marked, CheckerError)
    assert marked.reason == reason


@pytest.mark.skipif(sys.platform == "win32", reason="the injected fault is a script with a #! line")
def test_a_tool_that_never_works_raises(tmp_path, monkeypatch):
    """When no text is at fault (injected: it always dies), the run must stop, not fail text by text."""
    faulty_ty(tmp_path, monkeypatch, "sys.exit(3)")
    checker = TyChecker()
    with pytest.raises(CheckerError, match="exit status 3"):
        checker.check(["x = 1\n"])
    checker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the injected fault is a script with a #! line")
def test_a_file_ty_gives_up_on_is_an_error(tmp_path, monkeypatch):
    """A panic that ty reports as a finding of the file (injected) is no verdict, also beside others."""
    entries = [
        {
            "check_name": code,
            "description": f"{code}: x",
            "location": {"path": path, "positions": {"begin": {"line": 1}}},
        }
        for path, code in [
            ("0.py", "panic"),
            ("0.py", "unresolved-reference"),
            ("2.py", "unresolved-reference"),
        ]
    ]
    (tmp_path / "report.json").write_text(json.dumps(entries))
    report = f"print(open({str(tmp_path / 'report.json')!r}).read()); sys.exit(101)"
    faulty_ty(tmp_path, monkeypatch, report)
    checker = TyChecker()
    given_up, clean = checker.check(["a\n", "b\n"])
    checker.close()
    assert isinstance(given_up, CheckerError)
    assert given_up.reason == "crashed"
    assert clean == []


def test_every_rule_exists_in_this_ty():
    """As ty is 0.0.x and renames its rules: a name it no longer knows must not pass unnoticed."""
    command = [ty_module._find_executable(), "explain", "rule", "--output-format", "json"]
    known = {
        rule["name"] for rule in json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    }
    assert set(RULES) <= known


def test_an_unknown_rule_stops_the_run(monkeypatch):
    """Of one ty only warns; that would silently check less."""
    monkeypatch.setattr(ty_module, "RULES", (*RULES, "no-such-rule"))
    checker = TyChecker()
    with pytest.raises(CheckerError, match="no-such-rule"):
        checker.check(["x = 1\n"])
    checker.close()


def test_missing_ty_names_the_install(monkeypatch):
    """The error tells what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'reweave\[ty\]'"):
        TyChecker()


def test_it_is_a_checker_and_leaves_nothing_behind():
    """The scratch folder goes with close(), and again when used again."""
    checker = TyChecker()
    assert isinstance(checker, Checker)
    assert checker.version.startswith("ty 0.")
    for _ in range(2):
        assert places(checker.check(["y\n"])[0]) == [(1, "unresolved-reference")]
        folder = checker._folder.root
        assert folder.is_dir()
        checker.close()
        checker.close()
        assert not folder.exists()


def test_the_folder_goes_with_the_process():
    """A process that forgets to close leaves no scratch folder."""
    code = (
        "from reweave.edits.checkers.batch_files import BatchFolder\n"
        "folder = BatchFolder()\nfolder.fill(['x'])\nprint(folder.root)"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    folder = BatchFolder()
    assert folder.root.parent.joinpath(done.stdout.strip()).name.startswith("reweave-")
    assert not folder.root.parent.joinpath(done.stdout.strip()).exists()
    folder.close()


def test_a_smaller_batch_leaves_no_file_of_a_larger_one():
    """Files hold exactly the texts' bytes, and the sentinel is the last."""
    folder = BatchFolder()
    folder.fill(["a", "b", "c"])
    assert folder.fill(["é\r\n\x0c"]) == 1
    assert {path.name for path in folder.states.iterdir()} == {"0.py", "1.py"}
    assert (folder.states / "0.py").read_bytes() == "é\r\n\x0c".encode()
    folder.close()


def test_halving_calls_no_more_than_it_must():
    """One culprit among 64 texts costs a few calls a level, and one text each its own error."""
    calls = []

    def look(texts):
        calls.append(len(texts))
        if "bad" in texts:
            raise BatchFailedError("crashed", "died")
        return [[Diagnostic(1, "X", text)] for text in texts]

    texts = [str(number) for number in range(63)] + ["bad"]
    verdicts = check_halving("tool", look, texts)
    assert [verdict[0].message for verdict in verdicts[:-1]] == texts[:-1]
    assert isinstance(verdicts[-1], CheckerError)
    assert len(calls) <= 16
