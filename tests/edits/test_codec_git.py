"""Unified hunks and other tools: git applies ours, we apply git's and difflib's, a third parser agrees."""

import difflib
import random
import re
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_codec import HOSTILE, PROGRAMS, paths

from reweave.edits.codec import decode, decode_states, encode
from reweave.records import split_lines

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *command, text=b""):
    """What git prints, whatever the user's own configuration says."""
    config = ["-c", "core.autocrlf=false", "-c", "core.safecrlf=false"]
    environment = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    done = subprocess.run(
        ["git", *config, *command], cwd=folder, input=text, capture_output=True, env=environment
    )
    assert done.returncode in {0, 1}, done.stderr.decode()
    assert done.returncode == 0 or command[0] == "diff", done.stderr.decode()
    return done.stdout


def difference(folder, before, after, context):
    """The hunks that git writes between two texts, without the file headers and the last newline."""
    (folder / "before").write_bytes(before.encode())
    (folder / "after").write_bytes(after.encode())
    out = git(folder, "diff", "--no-index", "--text", f"-U{context}", "before", "after").decode()
    start = re.search(r"^@@ ", out, re.MULTILINE)
    return out[start.start() :].removesuffix("\n") if start else ""


def independent(edits):
    """A second reader of insertion-only hunks, by slices of a list that is built from the back."""
    text = []
    for edit in edits:
        for head, body in reversed(
            re.findall(r"^@@ -(\d+),0 [^\n]*@@((?:\n[+\\][^\n]*)*)", edit, re.MULTILINE)
        ):
            rows = body[1:].split("\n")
            bare = rows[-1][0] == "\\" if rows[-1] else False
            new = [row[1:] + "\n" for row in rows if row[0] == "+"]
            if bare:
                new[-1] = new[-1][:-1]
            text = text[: int(head)] + new + text[int(head) :]
    return "".join(text)


@settings(deadline=None, max_examples=300)
@given(path=paths())
def test_an_independent_reader_agrees(path):
    """Another reader, which shares no code and trusts no counts, gets the same program."""
    edits = encode(*path)
    assert independent(edits) == path[0] == decode(edits)


@needs_git
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=paths())
def test_git_applies_our_hunks(tmp_path, path):
    """With --unidiff-zero it goes from state to state, byte for byte, over the same hostile lines."""
    program, at = path
    assume("\ud800" not in program)  # lone surrogates are no bytes
    try:
        program.encode()
    except UnicodeEncodeError:
        assume(False)
    edits = encode(program, at)
    file = tmp_path / "f"
    file.write_bytes(b"")
    for edit, state in zip(edits, decode_states(edits), strict=True):
        if edit:
            patch = f"--- a/f\n+++ b/f\n{edit}\n".encode()
            git(tmp_path, "apply", "--unidiff-zero", "--whitespace=nowarn", "-", text=patch)
        assert file.read_bytes() == state.encode()


@needs_git
def test_git_writes_the_same_hunks(tmp_path):
    """Where all lines differ there is one way to diff, and git's bytes are ours."""
    rng = random.Random(0)
    for end in ("", "\n"):
        program = "\n".join(f"x{i}" for i in range(40)) + end
        at = [rng.randrange(5) for _ in range(40)]
        edits = encode(program, at)
        states = ["", *decode_states(edits)]
        for edit, before, after in zip(edits, states, states[1:], strict=False):
            plain = re.sub(
                r"^(@@ .*? @@).*$", r"\1", difference(tmp_path, before, after, 0), flags=re.MULTILINE
            )
            assert plain == edit


@needs_git
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.sampled_from([*HOSTILE[:30], "a", "b"]), max_size=12).map("\n".join),
    after=st.lists(st.sampled_from([*HOSTILE[:30], "a", "b"]), max_size=12).map("\n".join),
    context=st.integers(0, 3),
)
def test_we_apply_gits_hunks(tmp_path, before, after, context):
    """Context, removals, missing last newlines, section headings: what git diff writes reads strictly."""
    assume("\ud800" not in before + after)
    first = encode(before, [0] * len(split_lines(before)))
    assert decode([*first, difference(tmp_path, before, after, context)]) == after


@settings(deadline=None, max_examples=200)
@given(before=PROGRAMS, after=PROGRAMS, context=st.integers(0, 3))
def test_we_apply_difflibs_hunks(before, after, context):
    """It knows nothing of a missing last newline, so texts here end with one."""
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    rows = list(difflib.unified_diff(old, new, n=context, lineterm=""))[2:]
    first = encode("\n".join([*old, ""]), [0] * len(old))
    assert decode([*first, "\n".join(rows)]) == "\n".join([*new, ""])
