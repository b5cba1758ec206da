"""Models behind servers that fail: failures are counted by kind, are no answers, and are asked for again."""

import json

import pytest
import small

ADD = "Small/add"
MODES = {
    "rate-limit": "rate-limited",
    "error": "server-error",
    "error-body": "server-error",
    "garbage": "invalid-json",
    "other-form": "invalid-json",
    "truncated": "truncated",
    "no-end": "truncated",
    "reset": "connection",
    "empty": "empty-choices",
    "hang": "timeout",
    "filter": "filtered",
}


@pytest.fixture
def benchmark(tmp_path):
    """One task a mode, and one that nothing befalls."""
    prompt = small.TASKS[ADD][0]
    return small.write_benchmark(
        tmp_path,
        *(
            small.row(ADD, task_id=f"Small/{mode}", prompt=prompt.replace("sum", f"sum [{mode}]"))
            for mode in (*MODES, "healthy")
        ),
    )


def ask(benchmark, server, out, *more):
    return small.reweave("eval", benchmark, "--model", "scripted", "--base-url", server.url, "-o", out, *more)


def summary(run):
    return json.loads((run / "summary.json").read_text())


def test_every_failure(serve, benchmark, tmp_path):
    """Whatever a server does wrong is counted by its kind; a healthy one is asked for the gaps alone."""
    table = [{"prompt": "Give the sum", "texts": [small.right(ADD)]}]
    rules = [{"mode": mode, "match": f"[{mode}]", "retry_after": "0"} for mode in MODES]
    run = tmp_path / "run"
    done = ask(benchmark, serve(*rules, answers=table), run, "--timeout", 1, "--retries", 1, "-k", 1)
    assert done.returncode == 1
    kinds = {kind: [*MODES.values()].count(kind) for kind in sorted(MODES.values())}
    told = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    assert f"11 samples got no answer: {told}; the same command asks again" in done.stderr
    assert summary(run)["failures"] == kinds
    assert summary(run)["verdicts"] == {"not-sampled": 11, "passed": 1}
    assert summary(run)["pass@k"] == {}
    assert summary(run)["warnings"] == ["pass@1: not given, since task Small/filter has 0 judged samples"]
    failed = [row for row in small.read_lines(run / "samples.jsonl") if "failure" in row]
    assert {row["task_id"]: row["failure"]["kind"] for row in failed} == {
        f"Small/{m}": k for m, k in MODES.items()
    }
    assert {row["program"] for row in failed} == {None}

    healthy = serve(answers=table)
    done = ask(benchmark, healthy, run, "-k", 1)
    assert done.returncode == 0, done.stderr
    assert len(healthy.requests()) == 11
    assert summary(run)["verdicts"] == {"passed": 12}
    assert summary(run)["failures"] == {}
    assert summary(run)["pass@k"]["1"]["value"] == 1.0
    assert not (run / "verdicts.partial.jsonl").exists()


def test_what_passes(serve, benchmark, tmp_path):
    """What fails once and then not is no failure of the run."""
    table = [{"prompt": "Give the sum", "texts": [small.right(ADD)]}]
    rules = [
        {"mode": mode, "match": f"[{mode}]", "first": 1, "retry_after": "0"}
        for mode in MODES
        if mode not in {"hang", "filter"}
    ]
    done = ask(benchmark, serve(*rules, answers=table), tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert summary(tmp_path / "run")["verdicts"] == {"passed": 12}


@pytest.mark.parametrize(
    ("rule", "said"), [({"status": 404}, "no such model"), ({"status": 401}, "key is refused")]
)
def test_refused(serve, benchmark, tmp_path, rule, said):
    """A server that refuses model or key ends the run with one line, and binds the folder to nothing."""
    run = tmp_path / "run"
    done = ask(benchmark, serve({"mode": "error", **rule}), run)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    table = [{"prompt": "Give the sum", "texts": [small.right(ADD)]}]
    done = ask(benchmark, serve(answers=table), run, "--temperature", 0.3)
    assert done.returncode == 0, done.stderr


def test_no_server(benchmark, tmp_path):
    """Where no server listens every sample is a connection that failed."""
    done = small.reweave(
        "eval", benchmark, "--model", "x", "--base-url", "http://127.0.0.1:9/v1", "--retries", 0,
        "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 1
    assert summary(tmp_path / "run")["failures"] == {"connection": 12}


@pytest.mark.parametrize(
    ("texts", "more", "warned"),
    [
        (["x"], ["-n", 3], True),
        (["x", "y"], ["-n", 3], False),
        (["x"], ["-n", 3, "--temperature", 0], False),
        (["x"], ["--temperature", 1], False),
    ],
)
def test_temperature_without_effect(serve, tmp_path, texts, more, warned):
    """Samples that are all equal at a temperature above 0 are warned of: some servers ignore it."""
    server = serve(answers=[{"prompt": "", "texts": texts}])
    run = tmp_path / "run"
    done = ask(small.write_benchmark(tmp_path), server, run, *more)
    assert done.returncode == 0, done.stderr
    assert len(summary(run)["warnings"]) == warned
    assert ("all samples of every task are equal at temperature 1" in done.stderr) == warned
