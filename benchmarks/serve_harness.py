"""Do public harnesses score a model behind `reweave serve` unchanged, and as `reweave eval` does?

    python3 -m venv .venv-harness && .venv-harness/bin/pip install -r benchmarks/harness-requirements.txt
    python benchmarks/serve_harness.py [--harness-python .venv-harness/bin/python] [--limit N]

No model writes here. The upstream is scripted: it answers the prompts of HumanEval+ with recorded programs
of starcoder2-15b-instruct (recorded-completions below $REWEAVE_DATA), each written as an edit sequence. In
front of it stands a real `reweave serve`. Three ways to score through it, task by task: evalplus, by its
own commands (`evalplus.codegen` with the backend openai, then `evalplus.evaluate`); `reweave eval` as a
chat; `reweave eval` by /v1/completions, where the prompt is a prefix of the program. And the recorded
programs themselves, without any server. lm-eval, pointed at it too, compares texts: what it gets by
/v1/completions and by the chat endpoint must be the recorded program, byte for byte (cut at the stop texts
that it sends). Exit status 1 where two ways differ on a task. evalplus runs programs without isolation:
these are recorded ones.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from common import Clock, load, table

sys.path.insert(0, str(Path(__file__).absolute().parents[1] / "tests"))

from serve.processes import Front, Upstream

DATA = Path(os.environ.get("REWEAVE_DATA", "."))
RECORDED = DATA / "recorded-completions" / "evalplus-starcoder2-15b-instruct-v0.1-humaneval.jsonl"
STOP = ["\nclass", "\ndef", "\n#", "\nif", "\nprint"]
PLUS = DATA / "humaneval-plus" / "HumanEvalPlus.jsonl.gz"


def tasks(limit):
    """Give id, prompt and recorded program of each task."""
    with gzip.open(PLUS, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file][: limit or None]
    completions = {
        row["task_id"]: row["completion"] for row in map(json.loads, RECORDED.open(encoding="utf-8"))
    }
    return [(row["task_id"], row["prompt"], row["prompt"] + completions[row["task_id"]]) for row in rows]


def evalplus(python, front, folder, limit):
    """Score by evalplus' own commands; give whether each task passes the base inputs, and all."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "HUMANEVAL_OVERRIDE_PATH": str(PLUS),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "OPENAI_API_KEY": "none",
        "HF_HUB_OFFLINE": "1",
    }

    def run(*command):
        made = subprocess.run(
            [python, "-m", *command], env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{made.stdout[-2000:]}{made.stderr[-4000:]}")

    chosen = ["--id_range", f"[0,{limit}]"] if limit else []
    run(
        "evalplus.codegen", "--model", "edit-model", "--dataset", "humaneval", "--backend", "openai",
        "--base_url", front.url, "--greedy", "--root", "made", *chosen,
    )  # fmt: skip
    samples = folder / "made" / "humaneval" / "edit-model_openai_temp_0.0.jsonl"
    if limit:  # it insists on an answer to each task
        have = {json.loads(line)["task_id"] for line in samples.open()}
        with samples.open("a") as file:
            missing = [f"HumanEval/{i}" for i in range(164) if f"HumanEval/{i}" not in have]
            file.writelines(json.dumps({"task_id": name, "solution": ""}) + "\n" for name in missing)
    run(
        "evalplus.evaluate", "--dataset", "humaneval", "--samples", str(samples), "--parallel", "2",
        "--min_time_limit", "10", "--i_just_wanna_run",
    )  # fmt: skip
    results = json.loads(samples.with_name(samples.stem + "_eval_results.json").read_text())["eval"]
    base = {name: rows[0]["base_status"] == "pass" for name, rows in results.items()}
    return base, {name: base[name] and rows[0]["plus_status"] == "pass" for name, rows in results.items()}


def lm_eval(python, front, folder, chosen):
    """Have lm-eval ask for all programs by both endpoints; give the shares that it got byte for byte."""
    rows = [
        {"prompt": p, "rest": before_stop(program[len(p) :]), "program": program} for _, p, program in chosen
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "none"}
    shares = {}
    for kind, path, target, stop in (
        ("local-completions", "completions", "rest", STOP),
        ("local-chat-completions", "chat/completions", "program", []),
    ):
        task = {
            "task": kind, "dataset_path": "json", "test_split": "test", "output_type": "generate_until",
            "dataset_kwargs": {"data_files": {"test": str(folder / "rows.jsonl")}},
            "doc_to_text": "{{prompt}}", "doc_to_target": "{{" + target + "}}",
            "generation_kwargs": {"until": stop, "max_gen_toks": 1024, "do_sample": False},
            "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        }  # fmt: skip
        (folder / "tasks").mkdir(exist_ok=True)
        (folder / "tasks" / f"{kind}.yaml").write_text(json.dumps(task))  # JSON is YAML
        arguments = f"model=edit-model,base_url={front.url}/{path},tokenizer_backend=none"
        command = [
            python, "-m", "lm_eval", "run", "--model", kind, "--tasks", kind,
            "--include_path", str(folder / "tasks"), "--output_path", str(folder / kind),
            "--model_args", f"{arguments},tokenized_requests=False,num_concurrent=4",
        ]  # fmt: skip
        command += ["--apply_chat_template"] if "chat" in kind else []
        made = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{made.stdout[-2000:]}{made.stderr[-4000:]}")
        [results] = (folder / kind).rglob("results*.json")
        shares[kind] = json.loads(results.read_text())["results"][kind]["exact_match,none"]
    return shares


def before_stop(text):
    """Cut a text at the stop texts of a harness for base models."""
    return text[: min([at for stop in STOP if (at := text.find(stop)) >= 0], default=len(text))]


def ours(out, limit, *flags):
    """Score by `reweave eval`; give whether each task passes."""
    command = [sys.executable, "-m", "reweave", "eval", "humaneval+", "-o", str(out), *flags]
    command += ["--limit", str(limit)] if limit else []
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{made.stdout[-2000:]}{made.stderr[-4000:]}")
    rows = pq.read_table(out / "verdicts.parquet", columns=["task_id", "passed"]).to_pylist()
    return {row["task_id"]: row["passed"] for row in rows}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--harness-python", default=".venv-harness/bin/python")
    parser.add_argument("--limit", type=int, default=0)
    flags = parser.parse_args()
    python = str(Path(flags.harness_python).absolute())
    chosen = tasks(flags.limit)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answers = folder / "answers.jsonl"
        rows = [{"prompt": prompt.strip(), "programs": [program]} for _, prompt, program in chosen]
        answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
        samples = folder / "samples.jsonl"
        given = [{"task_id": task, "solution": program} for task, _, program in chosen]
        samples.write_text("".join(json.dumps(row) + "\n" for row in given))
        upstream = Upstream(folder, "--answers", answers)
        front = Front("--upstream", upstream.url, "--model", "scripted", "--name", "edit-model")
        served = ["--model", "edit-model", "--base-url", front.url, "--concurrency", "4"]
        clocks = [Clock() for _ in range(4)]
        try:
            shares = lm_eval(python, front, folder, chosen)
            print(f"lm-eval, share of {len(chosen)} texts that are the recorded ones: {shares}", flush=True)
            with clocks[0]:
                base, plus = evalplus(python, front, folder, flags.limit)
            with clocks[1]:
                chat = ours(folder / "chat", flags.limit, *served)
            with clocks[2]:
                completions = ours(folder / "completions", flags.limit, *served, "--kind", "completions")
            with clocks[3]:
                direct = ours(folder / "direct", flags.limit, "--samples", str(samples))
        finally:
            front.kill()
            upstream.kill()
    names = [task for task, _, _ in chosen]
    ways = {
        "evalplus, served": plus,
        "reweave eval, served, chat": chat,
        "reweave eval, served, completions": completions,
        "reweave eval, recorded programs": direct,
    }
    lines = [["scored by", "passed", "as evalplus", "wall, s"]]
    for (way, verdicts), clock in zip(ways.items(), clocks, strict=True):
        agreed = sum(verdicts[task] == plus[task] for task in names)
        passed = sum(verdicts[task] for task in names)
        lines.append([way, f"{passed} of {len(names)}", f"{agreed} of {len(names)}", f"{clock.wall:.0f}"])
    table(lines)
    print(
        f"evalplus, base inputs alone: {sum(base[task] for task in names)} of {len(names)};"
        f" load average {load()}"
    )
    different = [task for task in names if len({verdicts[task] for verdicts in ways.values()}) > 1]
    for task in different:
        print(f"{task}: " + ", ".join(f"{way} {verdicts[task]}" for way, verdicts in ways.items()))
    sys.exit(1 if different or set(shares.values()) != {1.0} else 0)


if __name__ == "__main__":
    main()
