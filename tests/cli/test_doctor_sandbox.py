"""``reweave doctor --sandbox``, as a command."""

import re
import subprocess
import sys

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import Sandbox
from reweave.sandbox.probes import corpus


def doctor(*flags):
    command = [sys.executable, "-m", "reweave", "doctor", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# Every attack is run by tests/sandbox/probes
_FEWER = """
import sys
from reweave.cli import doctor_sandbox, main
from reweave.sandbox.probes import corpus, run
probes, forgeries = corpus.probes()[::6], corpus.forgeries()[::6]
for module in (run, doctor_sandbox):
    module.probes, module.forgeries = lambda: probes, lambda: forgeries
sys.argv = ["reweave", "doctor", "--sandbox"]
main()
"""


@pytest.mark.slow
def test_doctor_runs_the_attacks():
    """Of a sixth of them each has its line, the counts add up, and nothing got out: exit status 0."""
    try:
        Sandbox(workers=1).close()
    except SandboxError as error:
        pytest.skip(str(error))
    ended = subprocess.run([sys.executable, "-c", _FEWER], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    counts = {
        state: int(count) for count, state in re.findall(r"(\d+) ([a-z-]+)", ended.stdout.splitlines()[-1])
    }
    assert set(counts) <= {"contained", "refused", "accepted", "not-promised"}
    assert counts["refused"] == 2 * len(corpus.forgeries()[::6])
    assert counts["accepted"] == 2
    assert counts["contained"] + counts.get("not-promised", 0) == len(corpus.probes()[::6])


def test_tier_needs_sandbox():
    """--tier alone is a mistake, and said to be one."""
    ended = doctor("--tier", "default")
    assert ended.returncode == 2
    assert "--sandbox" in ended.stderr


def test_tier_that_is_not_there_is_refused():
    """Asked for a tier that does not exist, it names those that do."""
    ended = doctor("--sandbox", "--tier", "perfect")
    assert ended.returncode == 2
    assert "reduced" in ended.stderr
