"""Scripted answers to a whole chain: no model says them. Seeds, the server's table, and what must come of it.

Each seed has a number, and every prompt about it holds a text with that number, by which the table goes.
"""

import json
import os
import subprocess
import sys
from collections import Counter

N = 4  # responses to an instruction
SHARED = "Shared Ideas"

CONCEPTS = {  # by seed: an answer that is rejected, and the rule
    1: ("[[/concepts]]", "empty-block"),
    2: ("!!!\n[[/concepts]]", "no-concepts"),
    3: ("- something", "cut-off"),
}
LONG = "Write a function that returns " + "a very " * 110 + "long text."
INSTRUCTIONS = {
    4: ("[[/exercise]]", "empty-block"),
    5: ("Do it.", "too-short"),
    6: (LONG, "too-long"),
    7: ("Write a function and leave a TODO in it for later.", "placeholder"),
    8: ("Extend the code above so that it works on lists.", "refers-to-code"),
    9: ("Write a function that reads the numbers in numbers.csv and adds them.", "refers-to-file"),
    11: ("Write a function `solve_10(x)`  that adds 10 to x.", "duplicate"),
}
PROSE = (
    "We add.\n\n```bash\npip install x\n```\n\n```python\ndef solve_{i}(x):\n    return x + {i}  # {s}\n```\n"
)
TESTS = "[[tests]]\n```python\nassert solve_{i}(1) == 1 + {i}\n```\n"
BAD = {  # by sample: of every second instruction
    1: (PROSE + "[[/solution]]", "missing-block"),
    2: (PROSE + "[[/solution]]\n[[tests]]\n```python\nprint(solve_{i}(1))\n```\n", "tests-without-assert"),
    3: ("No code today.\n[[/solution]]\n" + TESTS, "no-code"),
}


def instruction(i):
    return f"Write a function `solve_{i}(x)` that adds {i} to x."


def seeds(count):
    """Lines of seeds: good ones, then three that are none."""
    rows = [
        {
            "id": f"pkg/m{i}.py:f_{i}",
            "program": f"def f_{i}(x):\n    return x + {i}\n",
            "code": f"def f_{i}(x):\n    return x + {i}\n",
            "entry_point": f"f_{i}",
            "kind": "function",
        }
        for i in range(count)
    ]
    return "".join(f"{json.dumps(row)}\n" for row in [*rows, rows[0], {"id": "bare"}]) + "{not json\n"


def answers(count):
    """The server's table: the first row whose text is in a prompt answers it."""
    table = []
    for i in range(count):
        said = f"- marker {i} handling\n- {SHARED}\n[[/concepts]]\n\n[[code]]\nanother"
        table.append({"prompt": f"def f_{i}(x)", "texts": [CONCEPTS.get(i, (said,))[0]]})
        said = f"{instruction(i)}\n[[/exercise]]"
        table.append({"prompt": f"- marker {i} handling\n", "texts": [INSTRUCTIONS.get(i, (said,))[0]]})
        texts = [f"{PROSE}[[/solution]]\n\n{TESTS}"] * N
        if i % 2 == 0:
            texts = [BAD.get(s, (texts[s],))[0] for s in range(N)]
        texts = [text.replace("{i}", str(i)).replace("{s}", str(s)) for s, text in enumerate(texts)]
        table.append({"prompt": f"`solve_{i}(x)`", "texts": texts})
    return table


RULES = [{"mode": "length", "match": "def f_3(x)"}]  # what the server does besides answering


def expected(count):
    """What must come of it: read, kept, and what each rule rejected, stage by stage."""
    lost = Counter(rule for _, rule in CONCEPTS.values())
    concepts = {"unreadable": 1, "repeated-id": 1, "missing-column": 1, **lost}
    read = count + 3
    kept = count - len(CONCEPTS)
    stages = {"concepts": (read, kept, concepts)}
    lost = Counter(rule for _, rule in INSTRUCTIONS.values())
    stages["instructions"] = (kept, kept - len(INSTRUCTIONS), dict(lost))
    good = [i for i in range(count) if i not in CONCEPTS and i not in INSTRUCTIONS]
    even = sum(i % 2 == 0 for i in good)
    rejected = {rule: even for _, rule in BAD.values()}
    stages["responses"] = (len(good) * N, len(good) * N - 3 * even, rejected)
    return stages


def requests(count):
    """How many requests that takes."""
    made = expected(count)
    return count + made["instructions"][0] + made["responses"][0]


SOLUTION = """
    found, rest = [], list(steps)
    while rest:
        best = min(rest)
        rest.remove(best)
        found.append(best * 3)
    return found
"""


def write_code(place, count):
    """Write the same seeds as files, and some that are none: no docstring, no Python, a copy, an item."""
    (place / "code").mkdir(parents=True)
    files = {f"m{i}.py": f'def f_{i}(x):\n    """Add {i}."""\n    return x + {i}\n' for i in range(count)}
    files["plain.py"] = "def plain(x):\n    return x\n"
    files["broken.py"] = "def broken(x:\n"
    files["zcopy.py"] = 'def copied(y):\n    """Add five again."""\n    return y + 5\n'
    files["zitem.py"] = f'def tripled(steps):\n    """Sort and triple."""{SOLUTION}'
    for name, text in files.items():
        (place / "code" / name).write_text(text)
    task = {
        "task_id": "Mine/0",
        "prompt": "def tripled_in_order(steps):\n    '''Say each of the steps three times, in order.'''\n",
        "canonical_solution": SOLUTION,
        "test": "def check(candidate):\n    assert candidate([2, 1]) == [3, 6]\n",
        "entry_point": "tripled_in_order",
    }
    (place / "mine.jsonl").write_text(f"{json.dumps(task)}\n")


def write_config(place, url):
    """Write the settings of the whole chain, from code to pairs; give the file."""
    path = place / "align.toml"
    path.write_text(
        f"""
input = {json.dumps(str(place / "code"))}
[seeds]
types = "none"
workers = 1
[distinct_seeds]
on = ["code:code:1"]
[clean]
against = [{json.dumps(str(place / "mine.jsonl"))}]
[endpoints.generator]
base_url = {json.dumps(url)}
model = "scripted"
concurrency = 8
[responses]
n = {N}
round = {N}
[validated]
mutants = 4
workers = 2
"""
    )
    return path


def expected_whole(count):
    """What must come of the whole chain."""
    asked = expected(count)
    _, kept, rejected = asked["concepts"]
    lost = {rule: n for rule, n in rejected.items() if rule in {rule for _, rule in CONCEPTS.values()}}
    stages = {
        "seeds": (count + 3, count + 2, {"no-docstring": 1}),
        "distinct_seeds": (count + 2, count + 1, {"near-duplicate": 1}),
        "clean_seeds": (count + 1, count, {"benchmark-item": 1}),
        "concepts": (count, kept, lost),
        "instructions": asked["instructions"],
        "responses": asked["responses"],
    }
    good = [i for i in range(count) if i not in CONCEPTS and i not in INSTRUCTIONS]
    read = asked["responses"][1]
    # What adds nothing is its own stub; of four that are the same, one is chosen
    chosen = len(good) - 1
    stages["validated"] = (read, chosen, {"stub-survives": 1, "not-chosen": read - 1 - chosen})
    for name in ("distinct", "clean", "pairs"):
        stages[name] = (chosen, chosen, {})
    return stages


def whole_command(config, out):
    """The whole chain's command line."""
    return [sys.executable, "-m", "reweave", "align", "run", "--config", str(config), "-o", str(out)]


def command(seeds_file, out, url, *more):
    """The command line of the stages that ask."""
    flags = ["--input", seeds_file, "-o", out, "--model", "scripted", "--base-url", url]
    # Only the stages that ask: what other rooms plug in has tests of its own
    flags += ["--set", "stages=['concepts', 'instructions', 'responses']"]
    flags += ["--set", f"responses.n={N}", "--concurrency", 8, *more]
    return [sys.executable, "-m", "reweave", "align", "run", *map(str, flags)]


def run(*arguments, **options):
    """Run a command line; give its result."""
    env = os.environ | {"COLUMNS": "100"}
    return subprocess.run(arguments, capture_output=True, text=True, timeout=300, env=env, **options)


def read_lines(path):
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
