"""Rounds whose models are played by a scripted server: its answers are from a table, no model says them.

What is trained is a nano model of random weights, for two steps: the training is real, and nothing follows
from it. Which answers a benchmark gets depends on the name of the round that is asked.
"""

import json
import shlex
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
sys.path[:0] = [str(TESTS / "align" / "chain"), str(TESTS / "generate")]
import chain_script as script  # noqa: E402 - its folder comes first
import nano  # noqa: E402 - likewise

TASKS = 4
GOOD = {"round-0": (), "round-1": (0, 1, 2), "round-2": (1,)}  # the tasks that each round's model solves
SEEDS = 18


def benchmark(path):
    """Write tasks in HumanEval's form."""
    rows = [
        {
            "task_id": f"Mine/{i}",
            "prompt": f'def times_{i}(x):\n    """Give x times {i}."""\n',
            "canonical_solution": f"    return x * {i}\n",
            "test": f"def check(candidate):\n    assert candidate(3) == {3 * i}\n"
            f"    assert candidate(-1) == -{i}\n",
            "entry_point": f"times_{i}",
        }
        for i in range(TASKS)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def write(place):
    """Write all that a run needs into a folder; give its command line, but for ``-o``."""
    from reweave.model_folder import ModelFormat

    nano.make(place / "base", form=ModelFormat(writes="program"), context=1024)
    (place / "seeds.jsonl").write_text(script.seeds(SEEDS))
    benchmark(place / "mine.jsonl")
    for name, good in GOOD.items():
        rows = [
            {
                "prompt": f"def times_{i}(",
                "texts": [f"def times_{i}(x):\n    return x * {i}" if i in good else "def no():\n    pass"],
            }
            for i in range(TASKS)
        ]
        table = "".join(f"{json.dumps(row)}\n" for row in [*rows, *script.answers(SEEDS)])
        (place / f"{name}.jsonl").write_text(table)
    (place / "script.json").write_text(json.dumps({"rules": script.RULES, "only_table": True}))
    server = shlex.join([sys.executable, str(TESTS / "models" / "server.py"), "--port"])
    here = shlex.quote(str(place))
    line = (
        f"exec {server} {{port}} --answers {here}/{{name}}.jsonl --script {here}/script.json"
        f" --log {here}/asked.jsonl # {{model}}"
    )
    (place / "rounds.toml").write_text(
        f"""
input = {json.dumps(str(place / "seeds.jsonl"))}
stages = ["concepts", "instructions", "responses", "validated", "pairs"]
[rounds]
model = {json.dumps(str(place / "base"))}
rounds = 3
earlier = 0.25
[serve]
command = ["sh", "-c", {json.dumps(line)}]
generates = "{{name}}"
answers = "{{name}}"
[train]
steps = 2
batch_size = 4
max_length = 1024
save_every = 0
[evaluate]
benchmark = {json.dumps(str(place / "mine.jsonl"))}
n = 2
[responses]
n = {script.N}
[validated]
mutants = 4
[endpoints.generator]
retries = 0
"""
    )
    align = [sys.executable, "-m", "reweave", "align", "rounds"]
    return [*align, "--config", str(place / "rounds.toml"), "--workers", "2"]
