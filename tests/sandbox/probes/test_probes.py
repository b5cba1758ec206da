"""Every attack against every tier that holds here, as the user who runs the tests and as an unprivileged one.

The sandbox lives in a process of its own, for only there can another user run it; see as_another_user.py.
"""

import functools
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import reweave
from reweave.errors import SandboxError
from reweave.sandbox import Sandbox
from reweave.sandbox.probes import corpus
from reweave.sandbox.probes.run import FORMS

NOBODY = 65534
SOURCE = str(Path(reweave.__file__).parents[1])
PATH = os.pathsep.join([SOURCE, sysconfig.get_path("purelib")])
SERVE = Path(__file__).with_name("as_another_user.py")
PROBES = {probe.name: probe for probe in corpus.probes()}
FORGERIES = [forgery.name for forgery in corpus.forgeries()]

every_tier = pytest.mark.parametrize("tier", ["default", "reduced"])
every_user = pytest.mark.parametrize("user", ["this-user", "nobody"])


@functools.cache
def problem(tier, user):
    """Return why a tier cannot be tried as a user here, None where it can."""
    try:
        Sandbox(tier=tier, workers=1).close()
    except SandboxError as error:
        return str(error)
    if user == "nobody":
        if os.getuid() != 0:
            return "only root can run tests as another user; this user is unprivileged already"
        if interpreter(user) is None:
            return "an unprivileged user can read no interpreter of this version, or not the source"
    return None


@functools.cache
def interpreter(user):
    """Return an interpreter that a user can run the library with: ours, or the system's of that version."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            with start([python, "-c", "import reweave.sandbox"], user) as process:
                if process.wait() == 0:
                    return python
        except OSError:
            continue
    return None


def start(command, user):
    """Start a command as a user, with the library on its path and a folder it may write as its home."""
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if user == "nobody" else {}
    return subprocess.Popen(
        command,
        **as_nobody,
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": PATH,
            "PYTHONDONTWRITEBYTECODE": "1",
            "SECRET": "yes",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def servers():
    """Give a function that asks a tier, as a user, to run an attack; end what it started."""
    started = {}

    def ask(tier, user, name, form=None):
        reason = problem(tier, user)
        if reason:
            pytest.skip(reason)
        if (tier, user) not in started:
            command = [interpreter(user), "-c", SERVE.read_text(encoding="utf-8"), tier]
            started[tier, user] = start(command, user)
            assert json.loads(started[tier, user].stdout.readline()) == tier
        server = started[tier, user]
        server.stdin.write(json.dumps([name, form]) + "\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    yield ask
    for server in started.values():
        server.communicate()
        assert server.returncode == 0


@every_user
@every_tier
@pytest.mark.parametrize("name", PROBES)
def test_probe_is_contained(servers, tier, user, name):
    """What a tier promises to hold it holds, and an honest program afterwards comes out right."""
    if tier not in PROBES[name].tiers:
        pytest.skip(f"not promised by {tier}: {corpus.header(PROBES[name].source)['tier']}")
    outcome = servers(tier, user, name)
    assert outcome["state"] == "contained", outcome["detail"]


@every_user
@every_tier
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_refused(servers, tier, user, form, name):
    """No wrong solution is counted as right, and none makes the sandbox fail."""
    outcome = servers(tier, user, name, form)
    assert outcome["state"] == "refused", (outcome["reason"], outcome["detail"])


@every_user
@every_tier
@pytest.mark.parametrize("form", FORMS)
def test_right_solution_is_accepted(servers, tier, user, form):
    """The judge that refuses every forgery passes the reference."""
    outcome = servers(tier, user, "reference", form)
    assert outcome["state"] == "accepted", (outcome["reason"], outcome["detail"])
