"""``reweave edits`` as it is used: real processes, every output, hostile input, kills, mistakes."""

import contextlib
import gzip
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

import reweave
from reweave import decode
from reweave.compute.config import EditsConfig, resolve_config
from reweave.compute.edits_run import make_edits
from reweave.errors import InputError
from reweave.storage import read_rows
from reweave.storage.definitions import definitions

sys.path.insert(0, str(Path(__file__).parents[1] / "edits"))
from programs import HOSTILE

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "NO_COLOR": "1", "COLUMNS": "200"}
KINDS = ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet", "folder"]
PAIR = {"program": "def f(x):\n    y = x\n    return y\nprint(f(1))\n", "instruction": "Write f."}


def edits(*arguments, cwd=None, stdin=None, env=ENV):
    command = [sys.executable, "-m", "reweave", "edits", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, input=stdin)


def write(path, rows):
    path.write_bytes(b"".join(row if isinstance(row, bytes) else orjson.dumps(row) + b"\n" for row in rows))
    return path


def data_of(out):
    """The bytes of an output and of what lies in its run directory, but for journal, lock and context."""
    files = [out] if out.is_file() else sorted(out.iterdir())
    folder = out.with_name(out.name + ".run")
    files += [folder / name for name in ("rejects.jsonl", "statistics.json", "manifest.json")]
    return {path.name: path.read_bytes() for path in files}


def counts_of(out):
    folder = out.with_name(out.name + ".run")
    rejects = [orjson.loads(line) for line in (folder / "rejects.jsonl").read_bytes().splitlines()]
    return orjson.loads((folder / "statistics.json").read_bytes()), rejects


# The same bytes, however it is run


@pytest.fixture(scope="module")
def some(tmp_path_factory):
    """A few hundred functions and classes of the standard library, each under a header, and broken rows."""
    library = Path(sysconfig.get_path("stdlib"))
    word = f"licence of {os.getpid()}"
    rows = []
    for name in ("calendar", "csv", "dataclasses", "heapq", "statistics", "textwrap"):
        for definition, _, source in definitions((library / f"{name}.py").read_text("utf-8")):
            rows.append({"id": f"{name}:{definition}", "code": f"# {word}\n\n{source}", "line": len(rows)})
            if len(rows) % 40 == 7:
                rows.append(b"{ broken\n")
    return write(tmp_path_factory.mktemp("some") / "in.jsonl", rows), word


@pytest.fixture(scope="module", params=KINDS)
def undisturbed(request, some, tmp_path_factory):
    """One run with one worker, for each kind of output."""
    out = tmp_path_factory.mktemp("undisturbed") / request.param
    done = edits(some[0], "-o", out, "--workers", 1, "--shard-records", 90)
    assert done.returncode == 0, done.stderr
    return out


def test_two_workers_give_the_same_bytes(undisturbed, some, tmp_path):
    """The number of processes decides nothing, for any kind of output."""
    out = tmp_path / undisturbed.name
    assert edits(some[0], "-o", out, "--workers", 2, "--shard-records", 90).returncode == 0
    assert data_of(out) == data_of(undisturbed)


def test_kinds_hold_the_same_rows(undisturbed, some):
    """Every kind of output holds the same rows, and each replays to its program."""
    rows = list(read_rows(undisturbed))
    programs = {}
    for line in some[0].read_bytes().splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            row = orjson.loads(line)
            programs[row["id"]] = row
    assert {row["id"] for row in rows} == programs.keys()
    for row in rows:
        assert row["program"] == programs[row["id"]]["code"] == decode(row["edits"])
        assert row["line"] == programs[row["id"]]["line"]
    numbers = [row["line"] for row in rows]
    assert numbers == sorted(numbers)


@pytest.fixture(scope="module")
def undisturbed_jsonl(some, tmp_path_factory):
    """One run with one worker, as plain JSONL."""
    out = tmp_path_factory.mktemp("undisturbed") / "out.jsonl"
    assert edits(some[0], "-o", out, "--workers", 1, "--shard-records", 90).returncode == 0
    return out


@pytest.mark.parametrize("batch_states", [7, 300])
def test_batches_change_no_byte(undisturbed_jsonl, some, tmp_path, batch_states):
    """Batches of 7 and 300 states give the bytes of the default."""
    out = tmp_path / "out.jsonl"
    make_edits(str(some[0]), out, EditsConfig(shard_records=90), batch_states=batch_states)
    assert data_of(out) == data_of(undisturbed_jsonl)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_killed_and_started_again(undisturbed, some, tmp_path, scratch_folders):
    """Killed at random moments, all processes or only the first, then started again: the same bytes.

    Each of the five kinds of output is killed at least twice, and nothing keeps running.
    """
    file, word = some
    out = tmp_path / undisturbed.name
    chance = random.Random(undisturbed.name)
    command = [sys.executable, "-m", "reweave", "edits", str(file), "-o", str(out), "--shard-records", "90"]
    kills = 0
    latest = 2.5
    while kills < 2 + (undisturbed.name == "out.jsonl"):
        workers = chance.choice(["1", "2", "2"])
        process = subprocess.Popen(
            [*command, "--workers", workers], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(chance.uniform(0.4, latest))
        if process.poll() is not None:  # too late: begin anew, and strike sooner
            latest = 0.4 + (latest - 0.4) / 2
            _remove(out)
            _remove(out.with_name(out.name + ".run"))
            continue
        if kills % 2:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        kills += 1
        _wait_for_group_to_end(process.pid)
    for folder in scratch_folders(word):
        os.utime(folder, (0, 0))  # as if left long ago
    done = subprocess.run([*command, "--workers", "2"], env=ENV, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert data_of(out) == data_of(undisturbed)
    assert not scratch_folders(word), "scratch folders of killed runs pile up"


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _wait_for_group_to_end(group):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process of a killed run keeps running")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds workers in /proc")
def test_a_worker_is_killed(undisturbed_jsonl, some, tmp_path):
    """One worker killed in the middle: no record lost, the same bytes, exit code 0."""
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "reweave", "edits", str(some[0]), "-o", str(out), "--workers", "2"]
    process = subprocess.Popen([*command, "--shard-records", "90"], env=ENV, stdout=subprocess.DEVNULL)
    killed = 0
    while process.poll() is None and killed < 2:
        time.sleep(0.3)
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)
                    killed += 1
                    break
    assert process.wait() == 0
    assert killed
    assert data_of(out) == data_of(undisturbed_jsonl)


# Hostile input

BROKEN_ROWS = {
    "invalid-json": [b"{\n", b'{"program": "x"\n', b'{"program": "\\ud800 = 1"}\n'],
    "invalid-utf8": [b'{"program": "\xff\xfe"}\n'],
    "empty-program": [{"program": ""}, {"program": "\n" * 5_001}, {"program": "\u2028"}],
    "not-an-object": [b"[1, 2]\n", b"3\n", b'"text"\n'],
    "missing-column": [{"prog": "x = 1\n"}, {}],
    "not-text": [{"program": None}, {"program": 3}, {"program": ["x"]}],
    "syntax-error": [{"program": "x = (\n"}, {"program": "x = 1\0"}, {"program": "print 'two'\n"}],
    "no-code": [{"program": "# only\n# comments\n"}],
    "too-long": [{"program": "x = 1\n" * 6_000}, {"program": "x = 1\n" * 5_001}],
    "too-deep": [{"program": "x = " + "-" * 60_000 + "1\n"}],
}
FINE = [
    *({"program": text, "id": name} for name, text in HOSTILE.items()),
    {"program": "x = 1\nif x:\n    pass\n" + "".join(f"elif x == {i}:\n    x = 2\n" for i in range(300))},
    {"program": "x = [" + "1, " * 20_000 + "]\n"},
    {"program": "; ".join(f"x{i} = {i}" for i in range(2_000)) + "\n"},
    {"program": "".join("    " * depth + "if 1:\n" for depth in range(90)) + "    " * 90 + "x = 1\n"},
    {"program": "x = " + "(" * 150 + ")" * 150 + "\n"},
    {"program": "x = " + "+".join(["1"] * 800) + "\n"},
    {"program": "x = a" + ".b" * 800 + "\n"},
    {"program": "".join(f"class C{i}({', '.join(f'C{j}' for j in range(14) if j != i)}):\n    def f(self):\n"
                        "        return self.f()\n" for i in range(14))},
    {"program": "class C:\n    def f(s):\n        return C()\n" + "x=C()\ny=x\nz = y.f()\nx = z.f()\n" * 100},
    {"program": "".join(f"def f{i}(x):\n    return f{i - 1}(x)\n\n" for i in range(1, 1_666))},
]  # fmt: skip


def test_hostile_input(tmp_path):
    """Every kind of broken row is rejected with its reason, every awkward program kept, nothing lost."""
    bad = [row for rows in BROKEN_ROWS.values() for row in rows]
    mixed = [*FINE[:10], *bad, *FINE[10:]]
    file = write(tmp_path / "in.jsonl", mixed)
    out = tmp_path / "out.jsonl"
    done = edits(file, "-o", out, "--extract", "never", "--workers", 2, "--paths", 1)
    assert done.returncode == 0, done.stderr
    statistics, rejects = counts_of(out)
    reasons = Counter(reject["reason"] for reject in rejects)
    assert reasons == {reason: len(rows) for reason, rows in BROKEN_ROWS.items()}
    assert statistics["read"] == len(mixed)
    assert statistics["kept"] == len(FINE)
    assert statistics["kept"] + len(rejects) == statistics["read"]
    assert {reject["outcome"] for reject in rejects} == {"rejected"}
    assert all(reject["detail"] and reject["index"] is not None for reject in rejects)
    kept = [row["program"] for row in read_rows(out)]
    assert kept == [row["program"] for row in FINE]
    assert [decode(row["edits"]) for row in read_rows(out)] == kept
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_a_program_of_five_thousand_lines(tmp_path):
    """A program as long as is allowed is kept; one line more, and it is too long."""
    at_limit = "".join(f"v{i} = [\n" + "    0,\n" * 8 + "]\n" for i in range(500))
    file = write(tmp_path / "in.jsonl", [{"program": at_limit}, PAIR, {"program": at_limit + "x = 1\n"}])
    done = edits(file, "-o", tmp_path / "out.jsonl", "--paths", 1)
    assert done.returncode == 0, done.stderr
    statistics, [reject] = counts_of(tmp_path / "out.jsonl")
    assert (statistics["read"], statistics["kept"]) == (3, 2)
    assert (reject["index"], reject["reason"]) == (2, "too-long")


# Faults of the checker: a ruff that misbehaves on a marked program (fault injection)

WRAPPER = """#!{python}
import subprocess, sys, time
from pathlib import Path
if "--version" not in sys.argv and any("MARK" in path.read_text("utf-8") for path in Path(".").glob("*.py")):
    {fault}
sys.exit(subprocess.run([{ruff!r}, *sys.argv[1:]]).returncode)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script as an executable")
@pytest.mark.parametrize(("fault", "reason"), [("sys.exit(101)", "crashed"), ("sys.exit(0)", "skipped")])
def test_a_fault_of_the_checker(tmp_path, fault, reason):
    """The program on which ruff crashes, or silently skips, is failed with the reason, others are kept."""
    from reweave.edits.checkers.ruff import _find_executable

    bin_ = tmp_path / "bin"
    bin_.mkdir()
    wrapper = bin_ / "ruff"
    wrapper.write_text(WRAPPER.format(python=sys.executable, fault=fault, ruff=_find_executable()))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    # The ruff beside Python comes first; this start of the library looks elsewhere.
    (tmp_path / "sitecustomize.py").write_text(
        "import sysconfig\nreal = sysconfig.get_path\n"
        f"sysconfig.get_path = lambda n, *a, **k: {str(bin_)!r} if n == 'scripts' else real(n, *a, **k)\n"
    )
    env = ENV | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ENV['PYTHONPATH']}"}
    rows = [{"program": f"x = {i}\nprint(x)\n"} for i in range(12)]
    rows[4] = {"program": "x = 'MARK'\nprint(x)\n", "mine": 1}
    file = write(tmp_path / "in.jsonl", rows)
    done = edits(file, "-o", tmp_path / "out.jsonl", "--workers", 2, env=env)
    assert done.returncode == 0, done.stderr
    statistics, [reject] = counts_of(tmp_path / "out.jsonl")
    assert (statistics["read"], statistics["kept"]) == (12, 11)
    assert (reject["index"], reject["outcome"], reject["reason"]) == (4, "failed", f"checker-{reason}")
    assert reject["row"]["mine"] == 1
    assert edits(file, "-o", tmp_path / "true.jsonl").returncode == 0
    expected = [row for row in read_rows(tmp_path / "true.jsonl") if "MARK" not in row["program"]]
    assert list(read_rows(tmp_path / "out.jsonl")) == expected


# Finished runs, other configurations


def test_a_finished_run_is_left_alone(tmp_path):
    """The same command again says that it was complete, exits with 0, and writes nothing."""
    file = write(tmp_path / "in.jsonl", [PAIR])
    out = tmp_path / "out.jsonl"
    assert edits(file, "-o", out).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in [out, *out.with_name("out.jsonl.run").iterdir()]}
    again = edits(file, "-o", out)
    assert again.returncode == 0
    assert b"was complete already" in again.stdout
    changed = {path.name for path, at in before.items() if path.stat().st_mtime_ns != at}
    assert changed <= {"lock", "config.json"}
    assert before.keys() == {out, *out.with_name("out.jsonl.run").iterdir()}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--seed", "2"], "config.seed: 1 in the run, 2 now"),
        (["--paths", "3"], "config.paths: 5 in the run, 3 now"),
        (["--format", "states"], 'config.format: "edits" in the run, "states" now'),
    ],
)
def test_another_configuration_is_refused(tmp_path, flags, said):
    """A run with other settings over an output is refused, with the difference; the output stays."""
    file = write(tmp_path / "in.jsonl", [PAIR])
    out = tmp_path / "out.jsonl"
    assert edits(file, "-o", out).returncode == 0
    before = out.read_bytes()
    refused = edits(file, "-o", out, *flags)
    assert refused.returncode == 1
    assert said in refused.stderr.decode()
    assert b"Traceback" not in refused.stderr
    assert out.read_bytes() == before


def test_another_input_is_refused(tmp_path):
    """The same output from another input is refused."""
    out = tmp_path / "out.jsonl"
    assert edits(write(tmp_path / "a.jsonl", [PAIR]), "-o", out).returncode == 0
    refused = edits(write(tmp_path / "b.jsonl", [PAIR, PAIR]), "-o", out)
    assert refused.returncode == 1
    assert b"source" in refused.stderr


# Configuration


def test_what_wins(tmp_path):
    """Flags win over --set, that over the file, that over the defaults; names take - or _."""
    file = tmp_path / "c.toml"
    file.write_text('paths = 2\nseed = 2\nmax-lines = 9\nformat = "states"\n')
    config = resolve_config(file, ["seed=3", "edits.max_lines=10", "form=short"], {"seed": 4, "unit": None})
    assert (config.paths, config.seed, config.max_lines, config.format) == (2, 4, 10, "states")
    assert (config.form, config.limit) == ("short", 0)
    file.write_text("seed = 5\npaths = 7\n[edits]\npaths = 8\n[align]\nseed = 6\n")
    config = resolve_config(file, [], {})
    assert (config.seed, config.paths) == (5, 8)


def test_configuration_reaches_the_run(tmp_path):
    """What was resolved is what the run did, and lies beside it."""
    (tmp_path / "c.toml").write_text('[edits]\npaths = 2\nseed = 9\nformat = "prompt-completion"\n')
    file = write(tmp_path / "in.jsonl", [PAIR] * 5)
    out = tmp_path / "out.jsonl"
    done = edits(
        file, "-o", out, "--config", tmp_path / "c.toml", "--set", "marker=<d>", "--seed", 3, "--limit", 2
    )
    assert done.returncode == 0, done.stderr
    rows = list(read_rows(out))
    assert {row["seed"] for row in rows} == {3}
    assert {row["id"] for row in rows} == {"0", "1"}
    assert all(row["completion"].startswith("\n<d>@@") for row in rows)
    config = orjson.loads((tmp_path / "out.jsonl.run" / "config.json").read_bytes())["config"]
    assert (config["paths"], config["seed"], config["marker"], config["limit"]) == (2, 3, "<d>", 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths = ", "Invalid value"),
        ("edits = 3", "edits is no table"),
        ("nope = 1", "nope"),
        ("[edits]\nnope = 1", "nope"),
        ("nope = 1\n[edits]\nseed = 1", "nope"),
        ("paths = 0", "paths"),
        ("paths = true", "paths"),
        ("seed = 1.5", "seed"),
        ("seed = 99999999999999999999", "seed"),
        ("limit = 99999999999999999999", "limit"),
        ('marker = ""', "marker"),
        ('marker = "a\\nb"', "marker"),
        ('format = "nope"', "prompt-completion"),
        ("\ud800", "utf-8"),
    ],
)
def test_files_that_make_no_sense(tmp_path, text, said):
    """A mistake in a configuration file is an InputError that names the key."""
    file = tmp_path / "c.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError, match=said):
        resolve_config(file, [], {})


# Inputs and formats


def test_folder_stdin_package_and_definitions(tmp_path):
    """A folder of .py files, stdin, an installed package and single definitions are all inputs."""
    folder = tmp_path / "src"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.py").write_bytes(b"x = 1\r\nprint(x)\r\n")
    (folder / "sub" / "b.py").write_text("def f():\n    return 1\n\n\nclass C:\n    pass\n")
    cases = [
        ([folder], None, ["a.py", "sub/b.py"]),
        (["-"], orjson.dumps(PAIR | {"id": "in"}), ["in"]),
        ([folder / "sub", "--split", "definition"], None, ["b.py:f", "b.py:C"]),
    ]
    for number, (arguments, stdin, names) in enumerate(cases):
        out = tmp_path / f"{number}.jsonl"
        done = edits(*arguments, "-o", out, stdin=stdin)
        assert done.returncode == 0, done.stderr
        assert list(dict.fromkeys(row["id"] for row in read_rows(out))) == names
    assert {row["program"] for row in read_rows(tmp_path / "0.jsonl")} >= {"x = 1\r\nprint(x)\r\n"}
    done = edits("package:json", "-o", tmp_path / "p.jsonl", "--paths", 1)
    assert done.returncode == 0, done.stderr
    assert {row["id"] for row in read_rows(tmp_path / "p.jsonl")} >= {"json", "json.decoder", "json.tool"}


@pytest.mark.parametrize("form", ["unified", "short", "search-replace", "states"])
@pytest.mark.parametrize("fmt", ["edits", "prompt-completion", "messages", "states"])
def test_formats_and_forms(tmp_path, fmt, form):
    """Every format in every form is written, and read back to the program by what reads runs."""
    from reweave.compute.read_run import sequences_of

    file = write(tmp_path / "in.jsonl", [PAIR, {"program": HOSTILE["diff-like"], "instruction": "x"}])
    config = EditsConfig(format=fmt, form=form, paths=2)
    make_edits(str(file), tmp_path / "out.jsonl", config)
    back = list(sequences_of(tmp_path / "out.jsonl"))
    assert {sequence.program for sequence in back} == {PAIR["program"], HOSTILE["diff-like"]}


@pytest.mark.parametrize(
    "flags",
    [["--unit", "physical"], ["--sampler", "random"], ["--checker", "compile"], ["--checker", "ty"],
     ["--checker", "ruff+ty"], ["--preset", "paper"]],
)  # fmt: skip
def test_other_ways_to_sample(tmp_path, flags):
    """Units, samplers, checkers and the paper's preset work from the command line and say who passed it."""
    file = write(tmp_path / "in.jsonl", [PAIR, {"program": "x = 1\nprint(x)\n"}])
    out = tmp_path / "out.jsonl"
    done = edits(file, "-o", out, "--paths", 2, *flags)
    assert done.returncode == 0, done.stderr
    rows = list(read_rows(out))
    assert len({row["id"] for row in rows}) == 2
    who = {"physical": "ruff ", "random": "none", "paper": "pylint "}.get(flags[1], flags[1].split("+")[0])
    assert all(row["checker"].startswith(who) for row in rows)
    if "ty" in flags[1]:
        assert all("ty 0" in row["checker"] for row in rows)


def test_gzipped_input_and_rejects(tmp_path):
    """A compressed input is read; a row without the column is rejected with the row in it."""
    file = tmp_path / "in.jsonl.gz"
    file.write_bytes(gzip.compress(orjson.dumps(PAIR) + b"\n" + b'{"a": 1}\n'))
    done = edits(file, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 0
    statistics, [reject] = counts_of(tmp_path / "out.jsonl")
    assert (statistics["read"], statistics["kept"]) == (2, 1)
    assert reject["row"] == {"a": 1}


# Exit codes and mistakes


def test_nothing_kept_is_a_failure(tmp_path):
    """A run that keeps nothing of what it read fails; a run over nothing does not."""
    bad = write(tmp_path / "bad.jsonl", [{"program": "x = ("}])
    assert edits(bad, "-o", tmp_path / "a.jsonl").returncode == 1
    none = write(tmp_path / "none.jsonl", [])
    done = edits(none, "-o", tmp_path / "b.jsonl")
    assert done.returncode == 0
    assert (tmp_path / "b.jsonl").read_bytes() == b""


MISTAKES = [
    (["missing.jsonl", "-o", "out.jsonl"], "no such file"),
    (["in.jsonl", "-o", "out.txt"], "out.txt"),
    (["in.jsonl", "-o", "out.jsonl", "--checker", "nope"], "ruff, pylint"),
    (["in.jsonl", "-o", "out.jsonl", "--preset", "nope"], "default, paper"),
    (["in.jsonl", "-o", "out.jsonl", "--sampler", "nope"], "lintseq, random"),
    (["in.jsonl", "-o", "out.jsonl", "--unit", "nope"], "logical, physical"),
    (["in.jsonl", "-o", "out.jsonl", "--format", "nope"], "prompt-completion"),
    (["in.jsonl", "-o", "out.jsonl", "--form", "nope"], "search-replace"),
    (["in.jsonl", "-o", "out.jsonl", "--split", "nope"], "definition"),
    (["in.jsonl", "-o", "out.jsonl", "--paths", "0"], "paths"),
    (["in.jsonl", "-o", "out.jsonl", "--limit", "-1"], "limit"),
    (["in.jsonl", "-o", "out.jsonl", "--max-lines", "-1"], "max_lines"),
    (["in.jsonl", "-o", "out.jsonl", "--seed", "99999999999999999999"], "seed"),
    (["in.jsonl", "-o", "out.jsonl", "--marker", ""], "marker"),
    (["in.jsonl", "-o", "out.jsonl", "--marker", "+"], "marker"),
    (["in.jsonl", "-o", "out.jsonl", "--set", "nope"], "key=value"),
    (["in.jsonl", "-o", "out.jsonl", "--set", "nope=1"], "nope"),
    (["in.jsonl", "-o", "out.jsonl", "--set", "paths=many"], "paths"),
    (["in.jsonl", "-o", "out.jsonl", "--config", "missing.toml"], "missing.toml"),
    (["in.jsonl", "-o", "in.jsonl"], "exists"),
    (["in.jsonl", "-o", "in.jsonl/out.jsonl"], "in.jsonl"),
    (["package:no_such_package", "-o", "out.jsonl"], "no_such_package"),
    (["empty", "-o", "out.jsonl"], "no file that can be read"),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES)
def test_mistakes_are_one_line(tmp_path, arguments, said):
    """A user's mistake is one line on stderr that says what is wrong, and exit code 1; no output is made."""
    write(tmp_path / "in.jsonl", [PAIR])
    (tmp_path / "empty").mkdir()
    done = edits(*arguments, cwd=tmp_path)
    message = done.stderr.decode()
    assert done.returncode == 1, message
    assert message.startswith("reweave: ")
    assert message.count("\n") == 1
    assert said in message
    assert not any(path.is_file() and path.name != "in.jsonl" for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["in.jsonl"],
        ["in.jsonl", "-o", "a.jsonl", "--seed", "x"],
        ["in.jsonl", "-o", "a.jsonl", "--workers", "-1"],
        ["--nope"],
    ],
)
def test_flags_that_do_not_parse(tmp_path, arguments):
    """What the command line itself cannot make sense of exits with 2 and shows the usage."""
    done = edits(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert b"Usage" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_is_made(tmp_path):
    """An output in a folder that does not exist yet is written there."""
    file = write(tmp_path / "in.jsonl", [PAIR])
    assert edits(file, "-o", tmp_path / "new" / "deep" / "out.jsonl").returncode == 0
    assert list(read_rows(tmp_path / "new" / "deep" / "out.jsonl"))


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="needs signals")
def test_an_interrupt_is_one_line(some, tmp_path):
    """Ctrl-C ends all processes with 130 and one line; the same command goes on."""
    out = tmp_path / "out.jsonl"
    # Enough paths that it is still at work when the first of them are written down.
    options = [str(some[0]), "-o", str(out), "--paths", "4"]
    command = [sys.executable, "-m", "reweave", "edits", *options, "--workers", "2"]
    # A shell that puts the tests into the background lets all they start ignore interrupts.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command, env=ENV, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    signal.signal(signal.SIGINT, heard)
    journal = out.with_name("out.jsonl.run") / "journal.jsonl"
    while not (journal.exists() and journal.stat().st_size):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    *_, last = said.decode().splitlines()  # on a slow machine lines of progress come before
    assert last == "reweave: interrupted; the same command goes on where this one stopped"
    assert "Traceback" not in said.decode()
    _wait_for_group_to_end(process.pid)
    assert edits(*options).returncode == 0
