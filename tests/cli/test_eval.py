"""``reweave eval`` from outside: exit statuses, messages, tables, and what other verbs make of its runs."""

import json

import pytest
import small

import in_process

ADD, LARGEST, VOWELS = small.TASKS


@pytest.fixture
def benchmark(tmp_path):
    return small.write_benchmark(tmp_path)


@pytest.fixture
def samples(tmp_path):
    """Two samples a task, the first of which passes."""
    rows = [{"task_id": t, "completion": text} for t in small.TASKS for text in (small.right(t), small.WRONG)]
    return small.write_lines(tmp_path / "samples.jsonl", rows)


def refused(*arguments, **options):
    """Run a command that is refused; give its one line."""
    done = in_process.reweave("eval", *arguments, **options)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_check(benchmark):
    """A benchmark whose references pass and whose stubs fail checks well."""
    done = small.reweave("eval", benchmark, "--check")
    assert done.returncode == 0, done.stderr
    assert "3 tasks, 0 left out" in done.stdout
    words = done.stdout.split()
    assert words[words.index("reference") + 2] == "3"


def test_check_finds(tmp_path):
    """A reference that fails is named, and the exit status says so."""
    rows = [small.row(ADD), small.row(LARGEST, canonical_solution="    return [7][0]\n")]
    done = small.reweave("eval", small.write_benchmark(tmp_path, *rows), "--check")
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("Small/")]
    assert line.startswith("Small/largest, reference: failed: ")


def test_check_lenient_test(tmp_path):
    """A test that a stub passes is named too: it would let anything through."""
    rows = [small.row(ADD, test="def check(candidate):\n    pass\n"), small.row(LARGEST)]
    done = small.reweave("eval", small.write_benchmark(tmp_path, *rows), "--check")
    assert done.returncode == 1
    assert any(line.startswith("Small/add, return None: passed") for line in done.stdout.splitlines())


def test_markup_in_names(tmp_path):
    """Names and messages with brackets or a terminal's commands are shown as they are."""
    name = "Small/[bold]\x1b[2J[/nothing]"
    rows = [small.row(ADD, task_id=name, canonical_solution="    return 0\n")]
    benchmark = small.write_benchmark(tmp_path, *rows)
    done = small.reweave("eval", benchmark, "--check")
    assert done.returncode == 1
    assert "Small/[bold]\\x1b[2J[/nothing], reference: failed" in done.stdout
    samples = small.write_lines(tmp_path / "s.jsonl", [{"task_id": name, "completion": "x"}])
    done = small.reweave(
        "eval", benchmark, "--samples", samples, "--model", "[/x]", "-o", tmp_path / "run[/a]"
    )
    assert done.returncode == 0, done.stderr
    assert "humaneval, [/x]: 1 tasks" in done.stdout
    assert "run[/a]; its page" in done.stdout


def test_without_isolation(benchmark, samples, tmp_path):
    """Where nothing held the programs, every verdict, the summary and the table say so."""
    run = tmp_path / "run"
    with samples.open("a") as file:
        file.write(json.dumps({"task_id": ADD, "completion": ""}) + "\n")
    done = small.reweave(
        "eval", benchmark, "--samples", samples, "--tier", "none", "--unsafe-no-isolation", "-o", run
    )
    assert done.returncode == 0, done.stderr
    assert "without isolation" in done.stdout
    rows = small.verdict_rows(run)
    assert len(rows) == 7
    assert all(row["unsafe"] for row in rows)
    assert {row["tier"] for row in rows if row["form"] != "none"} == {"none"}
    summary = json.loads((run / "summary.json").read_text())
    [limits] = summary["sandbox"].pop("limits")
    assert (limits["tasks"], limits["wall"], limits["memory"]) == (len(small.TASKS), 10.0, 1 << 30)
    assert summary["sandbox"] == {"tier": "none", "unsafe": True}


def test_given_limits(benchmark, tmp_path):
    """A program is refused memory past the size asked for (MemoryError), and ended at the time asked for."""
    bodies = {
        "sum": "return a + b",
        "fills": "return len(bytearray(80 << 20)) and a + b",
        "sleeps": "import time; time.sleep(3); return a + b",
    }
    rows = [{"task_id": ADD, "completion": f"    {body}\n"} for body in bodies.values()]
    samples = small.write_lines(tmp_path / "bodies.jsonl", rows)
    reasons = {}
    for name, given in {"own": (), "given": ("--memory", 64, "--wall", 1)}.items():
        done = small.reweave("eval", benchmark, "--samples", samples, *given, "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
        judged = {row["sample"]: row["reason"] for row in small.verdict_rows(tmp_path / name)}
        reasons[name] = [judged[number] for number in range(3)]
    assert reasons == {"own": ["passed"] * 3, "given": ["passed", "failed", "timeout"]}
    [limits] = json.loads((tmp_path / "given/summary.json").read_text())["sandbox"]["limits"]
    assert (limits["wall"], limits["memory"]) == (1.0, 64 << 20)


def test_without_isolation_refused(benchmark, samples, tmp_path):
    """No isolation is had by its flag alone; what was refused then keeps nobody from the right command."""
    run = tmp_path / "run"
    given = (benchmark, "--samples", samples, "-o", run)
    assert "unsafe" in refused(*given, "--tier", "none")
    done = small.reweave("eval", *given)
    assert done.returncode == 0, done.stderr
    assert "without isolation" not in done.stdout


def test_sweep(serve, benchmark, tmp_path):
    """Two temperatures make two runs, asked for at these temperatures, from flags or from a file."""
    server = serve(answers=[{"prompt": "", "texts": ["x"]}])
    place = ("--model", "scripted", "--base-url", server.url)
    done = small.reweave(
        "eval", benchmark, *place, "--temperature", 0.2, "--temperature", 0.8, "-o", tmp_path / "flags"
    )
    assert done.returncode == 0, done.stderr
    settings = tmp_path / "eval.toml"
    settings.write_text(
        f'[eval]\nmodel = "scripted"\nbase-url = "{server.url}"\ntemperature = [0.2, 0.8]\ntop-p = [0.5]\n'
    )
    done = small.reweave("eval", benchmark, "--config", settings, "-o", tmp_path / "file")
    assert done.returncode == 0, done.stderr
    for folder, top_p in (("flags", None), ("file", 0.5)):
        points = sorted((tmp_path / folder).iterdir())
        assert [path.name for path in points] == ["temperature=0.2", "temperature=0.8"]
        sampling = [json.loads((path / "summary.json").read_text())["sampling"] for path in points]
        assert [point["temperature"] for point in sampling] == [0.2, 0.8]
        assert {point["top_p"] for point in sampling} == {top_p}
    assert {row["body"]["temperature"] for row in server.requests()} == {0.2, 0.8}
    assert len(server.requests()) == 12


def test_k_above_n(benchmark, samples, tmp_path):
    """A k above the number of samples is refused, and the tasks are named."""
    line = refused(benchmark, "--samples", samples, "-k", 3, "-o", tmp_path / "run")
    assert line == f"reweave: pass@3 needs 3 samples of each task; not so: {ADD}, {LARGEST}, {VOWELS}\n"
    assert not (tmp_path / "run").exists()


def test_k_above_n_of_a_model(benchmark, tmp_path):
    """Nor is a model asked for fewer samples than k needs."""
    line = refused(
        benchmark,
        "--model",
        "m",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "-n",
        2,
        "-k",
        5,
        "-o",
        tmp_path / "r",
    )
    assert "pass@5 needs 5 samples of each task" in line


def test_refusals(benchmark, samples, tmp_path):
    """What cannot be is refused in one line that says what to do, and nothing is written."""
    run = tmp_path / "run"
    there = ("-o", run)
    assert "there are mbpp+, humaneval+" in refused("humanevil", "--samples", samples, *there)
    assert "nothing.jsonl" in refused(benchmark, "--samples", tmp_path / "nothing.jsonl", *there)
    assert "nothing.jsonl" in refused(tmp_path / "nothing.jsonl", "--samples", samples, *there)
    assert "give -o a folder" in refused(benchmark, "--samples", samples, "-o", samples)
    assert "give -o RUN" in refused(benchmark, "--samples", samples)
    assert "give --samples FILE, or --model NAME" in refused(benchmark, *there)
    assert "give --samples FILE, or --model NAME" in refused(benchmark, "--model", "m", *there)
    assert "give --model NAME" in refused(benchmark, "--base-url", "http://x/v1", *there)
    both = ("--samples", samples, "--base-url", "http://x/v1", "--model", "m")
    assert "both are given" in refused(benchmark, *both, *there)
    assert "need a model" in refused(benchmark, "--samples", samples, "--top-p", 1, "--top-p", 0.5, *there)
    assert "set REWEAVE_DATA" in refused("humaneval", *there, env={"REWEAVE_DATA": ""})
    assert "leave -o, --samples" in refused(benchmark, "--check", *there)
    assert "it has none" in refused(benchmark, "--split", "base", "--samples", samples, *there)
    assert "decode: " in refused(benchmark, "--samples", samples, "--decode", "loosely", *there)
    assert "colour: " in refused(benchmark, "--samples", samples, "--set", "colour=red", *there)
    assert "no Python to run samples" in refused(
        benchmark, "--samples", samples, "--python", tmp_path / "none", "-o", tmp_path / "other"
    )
    assert not run.exists()


def test_bad_benchmark_rows(tmp_path, samples):
    """A benchmark's row that cannot be read is told of, and the others are scored."""
    benchmark = small.write_benchmark(tmp_path, small.row(ADD), small.row(LARGEST, test=7), small.row(VOWELS))
    done = small.reweave("eval", benchmark, "--samples", samples, "-o", tmp_path / "run")
    assert done.returncode == 0
    assert "wrong-type" in done.stderr
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["n_tasks"] == 2


def test_report_and_exports(benchmark, samples, tmp_path):
    """The report and every export read a run as it was written, and an export scores the same again."""
    run = tmp_path / "run"
    done = small.reweave("eval", benchmark, "--samples", samples, "--model", "a model", "-o", run)
    assert "50.0%" in done.stdout
    done = small.reweave("report", run)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "Small/largest" in (run / "report.html").read_text(encoding="utf-8")
    for form in ("evalplus", "bigcodebench", "lm-eval"):
        done = small.reweave("report", run, "--export", form, "-o", tmp_path / form / "out.jsonl")
        assert done.returncode == 0, done.stderr
        assert "6 samples, 0 without code" in done.stdout
    again = small.reweave(
        "eval", benchmark, "--samples", tmp_path / "evalplus" / "out.jsonl", "-o", tmp_path / "again"
    )
    assert again.returncode == 0, again.stderr
    assert small.reasons(tmp_path / "again") == small.reasons(run)


def test_help():
    """The help fits a terminal of 100 columns and shows examples."""
    done = small.reweave("eval", "--help")
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "Example: reweave eval humaneval --samples samples.jsonl -o run" in done.stdout
    for panel in ("Asking a model", "Reading answers", "Judging programs", "Counting"):
        assert panel in done.stdout
