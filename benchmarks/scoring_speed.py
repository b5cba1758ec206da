"""Wall time to score a benchmark's samples: the whole of ``reweave eval``, isolation on, beside evalplus.

    python benchmarks/scoring_speed.py --rounds 2 --copies 10

The samples are the recorded completions of one model on HumanEval, each written ``copies`` times under a
number of its own; both commands get the same file, as many workers, and start and end included. evalplus'
expected outputs are computed beforehand and found in its cache; it runs the base inputs, ours the test texts.
Each round runs both in turn. No sample is judged once for several: neither command looks for equal ones.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from common import load, ratios, table

DATA = Path(os.environ.get("REWEAVE_DATA", "."))
RECORDED = DATA / "recorded-completions" / "evalplus-starcoder2-15b-instruct-v0.1-humaneval.jsonl"


def write_samples(path: Path, copies: int) -> int:
    rows = [json.loads(line) for line in RECORDED.read_text("utf-8").splitlines()]
    with path.open("w", encoding="utf-8") as file:
        for number in range(copies):
            for row in rows:
                file.write(json.dumps(row | {"sample": number}) + "\n")
    return len(rows) * copies


def ours(samples: Path, folder: Path, workers: int) -> tuple[float, float]:
    out = folder / "run"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        "reweave",
        "eval",
        "humaneval",
        "--samples",
        str(samples),
        "-o",
        str(out),
        "--workers",
        str(workers),
    ]
    command[0] = str(Path(".venv/bin/reweave").absolute())
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    return wall, json.loads((out / "summary.json").read_text())["pass@k"]["1"]["value"]


def evalplus(python: str, samples: Path, folder: Path, workers: int) -> tuple[float, float]:
    for old in folder.glob("*_eval_results.json"):
        old.unlink()  # it would go on where it stopped
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HUMANEVAL_OVERRIDE_PATH": str(DATA / "humaneval-plus" / "HumanEvalPlus.jsonl.gz"),
    }
    command = [
        python, "-m", "evalplus.evaluate", "--dataset", "humaneval", "--samples", str(samples), "--base_only",
        "--parallel", str(workers), "--i_just_wanna_run",
    ]  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder)
    wall = time.perf_counter() - began
    found = re.search(r"pass@1:\s*([0-9.]+)", done.stdout)
    return wall, float(found[1]) if found else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--copies", type=int, default=5)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--peer-python", default=".venv-sandbox-peer/bin/python")
    arguments = parser.parse_args()
    peer = str(Path(arguments.peer_python).absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = folder / "samples.jsonl"
        write_samples(samples, 1)
        evalplus(peer, samples, folder, arguments.workers)  # its expected outputs
        count = write_samples(samples, arguments.copies)
        print(f"{count:,} samples, {arguments.workers} workers")
        rows = [("round", "load before", "ours, s", "evalplus, s", "pass@1, ours and evalplus")]
        walls: dict[str, list[float]] = {"ours": [], "evalplus": []}
        for number in range(arguments.rounds):
            before, rates = load(), {}
            for who in ("ours", "evalplus") if number % 2 == 0 else ("evalplus", "ours"):
                run = (
                    ours(samples, folder, arguments.workers)
                    if who == "ours"
                    else evalplus(peer, samples, folder, arguments.workers)
                )
                walls[who].append(run[0])
                rates[who] = run[1]
            rows.append(
                (
                    str(number),
                    before,
                    f"{walls['ours'][-1]:.1f}",
                    f"{walls['evalplus'][-1]:.1f}",
                    f"{rates['ours']:.3f}, {rates['evalplus']:.3f}",
                )
            )
        table(rows)
        print()
        print(f"wall time, evalplus over ours: {ratios(walls['evalplus'], walls['ours'])}")
        print(f"ours: {count / min(walls['ours']):.0f} samples a second at best")


if __name__ == "__main__":
    main()
