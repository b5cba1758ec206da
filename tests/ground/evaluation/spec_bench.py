"""A benchmark of five problems written by hand in DS-1000's form, and scripted answers to them.

No model says the answers. Of the problems one has no trace: its context draws numbers without a seed.
"""

import json
import os
import subprocess
import sys

TEST = '''
import copy

import pandas as pd
import numpy as np


def generate_test_case(test_case_id):
    def generate_ans(data):
        df = data
        {answer}

    def define_test_input(test_case_id):
        if test_case_id == 1:
            df = pd.DataFrame({{"city": ["Oslo", "Rome", "Oslo", "Rome"], "price": [3, 1, 5, 4]}})
        if test_case_id == 2:
            df = pd.DataFrame({{"city": ["Bern", "Bern", "Oslo"], "price": [7, 2, 9]}})
        return df

    test_input = define_test_input(test_case_id)
    return test_input, generate_ans(copy.deepcopy(test_input))


def exec_test(result, ans):
    try:
        if hasattr(ans, "equals"):
            assert type(result) is type(ans) and result.equals(ans)
        else:
            assert result == ans
        return 1
    except AssertionError:
        return 0


exec_context = r"""
import pandas as pd
import numpy as np
df = test_input
{executed}"""


def test_execution(solution: str):
    code = exec_context.replace("[insert]", solution)
    for i in range(2):
        test_input, expected_result = generate_test_case(i + 1)
        test_env = {{"test_input": test_input}}
        exec(code, test_env)
        assert exec_test(test_env["result"], expected_result)
'''

TABLE = 'df = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo", "Rome"], "price": [3, 1, 5, 4]})'
BLOCK = (
    f"\nA:\n<code>\nimport pandas as pd\n\n{TABLE}\n</code>\n{{name}} = ... # put solution in this variable\n"
    "BEGIN SOLUTION\n<code>\n"
)
FUNCTION = (
    f"\nA:\n<code>\nimport pandas as pd\n\nexample_{TABLE}\ndef f(df=example_df):\n"
    "    # return the solution in this function\n    # result = f(df)\n    ### BEGIN SOLUTION\n"
)
RANDOM = BLOCK.replace("</code>", "order = np.random.permutation(4)\n</code>")

RIGHT, WRONG, OTHER, CRASH = range(4)
"""The samples of each problem: right; wrong, and of the right type; of another type; one that raises."""

PROBLEMS = {  # the end of the text; block, reference, what the test runs, its answer, samples
    1: (
        "Add up the prices of each city.",
        BLOCK.replace("{name}", "result"),
        'result = df.groupby("city")["price"].sum()',
        "[insert]\n",
        'return df.groupby("city")["price"].sum()',
        (
            'by = df.groupby("city")\nresult = by["price"].sum()',
            'result = df.groupby("city")["price"].max()',
            "result = 7",
            'result = df["nothing"]',
        ),
    ),
    2: (
        "Give the rows, the cheapest first.",
        FUNCTION,
        '    return df.sort_values("price")',
        "def f(df):\n[insert]\nresult = f(df)\n",
        'return df.sort_values("price")',
        (
            '    found = df.sort_values(by=["price"])\n    return found',
            '    return df.sort_values("price", ascending=False)',
            "    return list(df.columns)",
            "    return df.sort_values('nothing')",
        ),
    ),
    3: (
        "Add a column double, twice the price.",
        BLOCK.replace("{name}", "df"),
        'df["double"] = df["price"] * 2',
        "[insert]\nresult = df\n",
        'df["double"] = df["price"] * 2\n        return df',
        (
            'df = df.assign(double=df["price"] + df["price"])',
            'df["double"] = df["price"] * 3',
            "df = 2",
            'df["double"] = df["prices"]',
        ),
    ),
    4: (
        "Order the rows by a list.",
        RANDOM.replace("{name}", "result"),
        "result = df.iloc[order]",
        "order = list(range(len(df)))\n[insert]\n",
        "return df",
        ("result = df.iloc[order]", "result = df", "result = 1", "result = 1 / 0"),
    ),
    5: (
        "How much is the dearest, and one more?",
        BLOCK.replace("{name}", "result"),
        'dearest = df["price"].max()\nresult = int(dearest) + 1',
        "[insert]\n",
        'return int(df["price"].max()) + 1',
        (
            'result = 1 + int(df["price"].max())',
            'result = int(df["price"].max()) + 2',
            'result = str(df["price"].max())',
            "result = no_such_name",
        ),
    ),
}
TRACED = [1, 2, 3, 5]
ACCEPTED = {  # by problem: what the contract of each level says to the four samples
    1: {"type": [1, 1, 0, 0], "summary": [1, 1, 0, 0], "example": [1, 0, 0, 0]},
    2: {"type": [1, 1, 0, 0], "summary": [1, 0, 0, 0], "example": [1, 0, 0, 0]},
    3: {"type": [1, 1, 0, 0], "summary": [1, 1, 0, 0], "example": [1, 0, 0, 0]},
    5: {"type": [1, 1, 0, 0], "summary": [1, 1, 0, 0], "example": [1, 0, 0, 0]},
}


def name(number):
    """Give a problem's id."""
    return f"DS-1000/{number}"


def row(number):
    """Give a problem as DS-1000 writes it."""
    text, block, reference, executed, answer, _ = PROBLEMS[number]
    return {
        "prompt": f"Problem:\n{text}\n{block}",
        "reference_code": reference,
        "metadata": {
            "library": "Pandas", "problem_id": number, "perturbation_origin_id": number,
            "perturbation_type": "Origin",
        },
        "code_context": TEST.format(answer=answer, executed=executed),
    }  # fmt: skip


def write(path, numbers=PROBLEMS):
    """Write the benchmark."""
    return write_lines(path, [row(number) for number in numbers])


def write_lines(path, rows):
    """Write JSON lines."""
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return path


def read_lines(path):
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def answers(better=()):
    """Give the server's table: all four samples, and for prompts with a specification others.

    Args:
        better: Problems that are always solved where a specification is shown.
    """
    table = []
    for number, problem in PROBLEMS.items():
        text, samples = problem[0], [f"```python\n{each}\n```" for each in problem[-1]]
        shown = [samples[RIGHT]] if number in better else samples
        table += [{"prompt": f"{text}\n\nSpecification of inputs", "texts": shown}]
        table += [{"prompt": text, "texts": samples}]
    return table


def command(*arguments):
    """Give the command line of a verb of grounding."""
    return [sys.executable, "-m", "reweave", "ground", *map(str, arguments)]


def reweave(*arguments, **options):
    """Run it; give its result."""
    env = os.environ | {"COLUMNS": "200", "OPENAI_API_KEY": "", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=300, env=env, **options
    )
