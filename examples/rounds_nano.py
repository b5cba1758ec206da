"""Two rounds of self-alignment with a model of two million weights: plumbing, not a result.

    python examples/rounds_nano.py DIR      # minutes on two CPU cores; wants the extras train, serve, curate

A nano model is pretrained by `reweave train pretrain` on nothing but documents of the chain's own form, about
functions such as `add_3_times_2(x)`. So it can play a base model's part: it writes concepts, instructions,
solutions and tests. `reweave align rounds` then lets it make data, runs its tests and their mutants, trains
it on what is left, compares it on compositions that no document held, and says whether it is better.

Every part is real and none of it is about language: a model that knows one page of one language by heart
says nothing of what rounds do for a model that is of use.
"""

import argparse
import json
import subprocess
import sys
from hashlib import blake2b
from itertools import product
from pathlib import Path

from reweave.align.chain.prompts import CONCEPTS, INSTRUCTIONS, RESPONSES, Form, load_template

VERBS = {
    "add": ("adds {0} to {1}", "+"),
    "times": ("multiplies {1} by {0}", "*"),
    "less": ("takes {0} from {1}", "-"),
}
NUMBERS = range(2, 10)
OPENINGS = {
    "concepts": "Code, and what it is about.",
    "instructions": "Tasks, and what they are about.",
    "responses": "Tasks with solutions and tests.",
}
HELD_OUT = 40
SEEDS = 80


def tasks() -> list[dict]:
    """Give all compositions of two steps, in an order that mixes them."""
    steps = list(product(VERBS, NUMBERS))
    every = [composition(*pair) for pair in product(steps, steps)]
    return sorted(every, key=lambda task: hash_of(task["name"]))


def hash_of(name: str) -> int:
    """Give a number that names alike do not share; the same in every process."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little")


def composition(first: tuple[str, int], second: tuple[str, int]) -> dict:
    """Give a task: its name, its words, its program and its tests."""
    (verb, a), (other, b) = first, second
    name = f"{verb}_{a}_{other}_{b}"
    says, sign = VERBS[verb]
    then, mark = VERBS[other]
    value = f"(x {sign} {a}) {mark} {b}"
    tests = "\n".join(f"assert {name}({x}) == ({x} {sign} {a}) {mark} {b}" for x in (1, 7, 20))
    return {
        "name": name,
        "code": f"def {name}(x):\n    return {value}\n",
        "concepts": [f"{verb}_{a}_{other}_{b}"],  # a model of this size copies, and does little else
        "category": "function",
        "difficulty": "easy",
        "instruction": f"# Write a function `{name}(x)` that {says.format(a, 'x')}"
        f" and then {then.format(b, 'it')}.",
        "solution": f"```python\ndef {name}(x):\n    return {value}\n```",
        "tests": f"```python\n{tests}\n```",
        "check": "def check(candidate):\n"
        + "".join(f"    assert candidate({x}) == ({x} {sign} {a}) {mark} {b}\n" for x in (0, 3, 11)),
    }


def write_templates(folder: Path, shot: dict) -> None:
    """Write prompts with one short shot: the model has room for little more."""
    for form in (CONCEPTS, INSTRUCTIONS, RESPONSES):
        lines = [f"opening = {json.dumps(OPENINGS[form.name])}", "[[shots]]"]
        lines += [f"{key} = {json.dumps(shot[key])}" for key in form.keys]
        (folder / f"{form.name}.toml").write_text("\n".join(lines) + "\n")


def document(folder: Path, form: Form, task: dict) -> str:
    """Give a whole document: the prompt, and what is to follow it."""
    template = load_template(form, folder / f"{form.name}.toml")
    shown = dict(task)
    if form is INSTRUCTIONS:  # whatever was drawn, the task is the same
        kinds = ("function", "class", "program"), ("easy", "medium", "hard")
        shown["category"] = kinds[0][hash_of(task["name"]) % 3]
        shown["difficulty"] = kinds[1][hash_of(task["name"][::-1]) % 3]
    before = template.prompt(shown)
    answer = form.answered(task)
    return before + answer.partition("\n")[2]


def write_rows(path: Path, rows: list[dict]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def reweave(*arguments: object) -> None:
    """Run a command, shown; stop where it fails."""
    line = [sys.executable, "-m", "reweave", *map(str, arguments)]
    print("$ reweave", *arguments[:-1] if len(arguments) > 12 else arguments, flush=True)
    subprocess.run(line, check=True)


def main() -> None:
    """Make all that the rounds need, and run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokens", default="1M", help="of pretraining")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--generator", default="best", help="who makes the data: best or base")
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    every = tasks()
    shot, held_out, known = every[0], every[1 : 1 + HELD_OUT], every[1 + HELD_OUT :]
    write_templates(folder, shot)
    texts = [document(folder, form, task) for task in known for form in (CONCEPTS, INSTRUCTIONS, RESPONSES)]
    texts.sort(key=hash_of)
    write_rows(folder / "documents.jsonl", [{"text": text} for text in texts])
    write_rows(folder / "seeds.jsonl", [{"id": task["name"], "code": task["code"]} for task in known[:SEEDS]])
    benchmark = [
        {
            "task_id": f"plumbing/{task['name']}",
            "prompt": f"{task['instruction']}\n",  # a program is judged with it above, as a comment
            "entry_point": task["name"],
            "canonical_solution": task["code"],
            "test": task["check"],
        }
        for task in held_out
    ]
    write_rows(folder / "heldout.jsonl", benchmark)
    pretrain = ["train", "pretrain", "--source", folder / "documents.jsonl", "--column", "text"]
    pretrain += ["--preset", "nano", "--vocabulary", 640, "--context", 384, "--tokens", arguments.tokens]
    reweave(*pretrain, "-o", folder / "base")  # goes on where it was, and does nothing where it is done
    (folder / "rounds.toml").write_text(
        f"""
input = {json.dumps(str(folder / "seeds.jsonl"))}
stages = ["concepts", "instructions", "responses", "validated", "distinct", "pairs"]
[rounds]
model = {json.dumps(str(folder / "base" / "model"))}
earlier = 0.25
patience = 2
generator = "{arguments.generator}"
[endpoints.generator]
concurrency = 16
[concepts]
template = {json.dumps(str(folder / "concepts.toml"))}
max_tokens = 40
[instructions]
template = {json.dumps(str(folder / "instructions.toml"))}
max_tokens = 80
near = 0
[responses]
template = {json.dumps(str(folder / "responses.toml"))}
shots = 1
n = 4
round = 4
max_tokens = 200
[validated]
mutants = 10
[distinct]
on = ["instruction:text:0.99"]
[train]
steps = 80
batch_size = 16
learning_rate = 1e-3
max_length = 384
save_every = 0
[evaluate]
benchmark = {json.dumps(str(folder / "heldout.jsonl"))}
kind = "completions"
n = 5
temperature = 0.7
max_tokens = 120
stop = []
"""
    )
    rounds = ["align", "rounds", "--config", folder / "rounds.toml", "--rounds", arguments.rounds]
    reweave(*rounds, "-o", folder / f"rounds-{arguments.generator}")


if __name__ == "__main__":
    main()
