"""Which tier is taken, what is refused and how, and what the unsafe one says of itself."""

import os
import subprocess
import sys

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import Call, Returned, Sandbox
from reweave.sandbox.interpreter import interpreter
from reweave.sandbox.tiers import problem_with

# Denies Landlock to itself and what it starts, as an old kernel would: the filter answers its calls ENOSYS.
NO_LANDLOCK = """
import ctypes, struct
def deny():
    code = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | 38), (0x06, 0, 0, 0x7FFF0000)]
    text = b"".join(struct.pack("HBBI", *each) for each in code)
    buffer = ctypes.create_string_buffer(text, len(text))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(code), ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, program, 0, 0) == 0
deny()
"""


def run(code, **environment):
    """Run code in a fresh interpreter with an environment of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def test_without_bubblewrap_the_error_names_the_command(tmp_path):
    """What is missing and what installs it."""
    code = "from reweave.sandbox import Sandbox\nSandbox(tier='default')"
    done = run(code, PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "bubblewrap is not installed: apt-get install bubblewrap" in done.stderr
    assert "unsafe_no_isolation=True" in done.stderr


def test_where_nothing_holds_nothing_runs_unless_told_to(tmp_path):
    """No bubblewrap, no Landlock: refused by default; where the caller insists, every result says so."""
    code = NO_LANDLOCK + (
        "from reweave.errors import SandboxError\n"
        "from reweave.sandbox import Sandbox\n"
        "try: Sandbox()\n"
        "except SandboxError as error: print(error)\n"
        "with Sandbox(unsafe_no_isolation=True, workers=1) as box:\n"
        "    tests = box.run_tests('def f(): return 1', 'assert f() == 1')\n"
        "    for run in (box.run('x = 1', []), box.run_stdin('print(2)'), tests):\n"
        "        print(run.reason, run.tier, run.unsafe)\n"
    )
    done = run(code, PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "nothing here can hold untrusted code" in done.stdout
    assert "apt-get install bubblewrap" in done.stdout
    assert "Landlock" in done.stdout
    assert done.stdout.splitlines()[-3:] == ["passed none True"] * 3


def test_tier_none_must_be_said_twice():
    """Asking for it by name is not enough."""
    with pytest.raises(SandboxError, match="unsafe_no_isolation"):
        Sandbox(tier="none")


@pytest.mark.parametrize("tier", ["default", "reduced", "strong"])
def test_each_tier_runs_or_says_why_not(tier):
    """What the self-test accepts works; what it does not is refused with its words."""
    problem = problem_with(tier, interpreter())
    if problem is not None:
        with pytest.raises(SandboxError) as caught:
            Sandbox(tier=tier)
        assert problem in str(caught.value)
        return
    with Sandbox(tier=tier, workers=1) as box:
        run = box.run("def f(n):\n    return n + 1\n", [Call("f", [1])])
        assert run.calls == (Returned(2),)
        assert (run.tier, run.unsafe) == (tier, False)


def test_good_news_is_remembered_until_the_next_boot(tmp_path):
    """The second start trusts the first one's self-test; a damaged or unwritable memory is no trouble."""
    if problem_with("default", interpreter()) is not None:
        pytest.skip("the default tier does not hold here")
    code = (
        "from reweave.sandbox import tiers\n"
        "calls = []\n"
        "try_ = tiers._try\n"
        "tiers._try = lambda *a: calls.append(1) or try_(*a)\n"
        "from reweave.sandbox import Sandbox\n"
        "Sandbox(tier='default').close()\n"
        "print(len(calls))\n"
    )
    assert [run(code, XDG_CACHE_HOME=str(tmp_path)).stdout for _ in range(2)] == ["1\n", "0\n"]
    [file] = tmp_path.rglob("sandbox.json")
    file.write_text("{ damaged")
    assert [run(code, XDG_CACHE_HOME=str(tmp_path)).stdout for _ in range(2)] == ["1\n", "0\n"]
    assert run(code, XDG_CACHE_HOME="/proc/no/such/place").stdout == "1\n"


def test_another_interpreter_and_its_packages(box, tmp_path):
    """Samples may run under another environment, whose packages they see and ours do not have."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    [packages] = (tmp_path / "env").glob("lib/python*/site-packages")
    (packages / "only_there.py").write_text("ANSWER = 42\n")
    program = (
        "import sys\nimport only_there\ndef f(): return only_there.ANSWER, sys.prefix == sys.base_prefix\n"
    )
    with Sandbox(tier=box.tier, workers=1, python=str(tmp_path / "env")) as other:
        assert other.run(program, [Call("f")]).calls == (Returned((42, False)),)
    assert box.run(program, [Call("f")]).reason == "missing-module"


def test_an_interpreter_that_is_not_there():
    """The message names it."""
    with pytest.raises(SandboxError, match="/no/such/python"):
        Sandbox(python="/no/such/python")
