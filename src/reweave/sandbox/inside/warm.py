"""Work done once in the zygote so that no sample has to: what the interpreter builds when it is first needed.

A parser's tables, specialised bytecode, cached attributes: what is written after a fork is written to copied
pages, each of which costs more than the work itself.
"""

import os
import sys
import warnings

from . import calls, cells, channel, program

TIMES = 20  # the interpreter specialises a function after a few runs

_PROGRAM = '''
from typing import Dict, List, Optional, Tuple
import math

class Pair:
    def __init__(self, a: int, b: int) -> None:
        self.a, self.b = a, b

def solve(numbers: List[int], word: str = "a", *rest: float, **named: object) -> Optional[Tuple[int, ...]]:
    """Sort, count, slice, format.

    >>> solve([1])
    """
    seen: Dict[str, int] = {}
    for index, letter in enumerate(word.lower().split()):
        seen[letter] = seen.get(letter, 0) + index
    total = sum(number * 2 for number in sorted(numbers, key=lambda number: -number) if number % 2 == 0)
    while total > 10 and not rest:
        total -= len([letter for letter in word if letter in "aeiou"]) or 1
    try:
        return tuple(set(numbers)) + (max(total, 0), int(math.sqrt(abs(total))), f"{total:d}" != "")
    except (ValueError, IndexError) as error:
        raise KeyError(str(error)) from error
'''


# What pandas and numpy import, compile and cache when first used: a third of a typical sample's time.
_FRAMES = """
import io
import numpy as np
import pandas as pd

def solve():
    frame = pd.DataFrame({"key": ["a", "b", "a", None], "value": [1.5, 2, None, 4]})
    frame["count"] = [1, 2, 3, 4]
    frame["day"] = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-02-01", "2021-01-01"])
    groups = frame.groupby("key")
    total = groups["value"].agg(["sum", "mean", "max"]).reset_index().round(2)
    total.to_dict("index"), total.to_dict("records"), total.to_numpy().tolist(), total.to_csv(index=False)
    groups["count"].transform("sum"), groups.size(), frame["key"].value_counts(), frame.describe()
    merged = frame.merge(total, on="key", how="left").sort_values(["key", "value"], ascending=[True, False])
    merged.pivot_table(index="key", columns="count", values="value", aggfunc="sum", fill_value=0)
    merged[merged["value"] > 1].fillna(0).drop_duplicates().set_index("key").loc["a"]
    frame["day"].dt.month, frame["key"].str.upper().isna(), frame["value"].apply(lambda value: value * 2)
    frame.apply(lambda row: row["count"], axis=1), frame.T, frame["count"].cumsum()
    pd.concat([frame, frame], ignore_index=True).rename(columns={"key": "name"}).astype({"count": float})
    pd.read_csv(io.StringIO("x,y\\n1,a\\n2,b\\n")), str(frame), repr(total), frame.isnull().sum()
    matrix = np.arange(12.0).reshape(3, 4)
    large = np.where(matrix > 2, matrix, 0).mean(axis=0)
    return [float((matrix @ matrix.T).sum()), large, np.unique([1, 2, 2])]
"""

# Values that cells capture: frames and arrays are packed by modules that are not loaded before.
_CELLS = (
    """import numpy as np
import pandas as pd
frame = pd.DataFrame({"key": ["a", "b", None], "value": [1.5, 2, None]})
""",
    """frame["day"] = pd.to_datetime(["2020-01-01", None, "2020-02-01"])
column, matrix = frame["value"], np.ones((2, 2))
""",
    """names, known = frame.groupby("key").size(), {"a": [1, 2.5], "b": (None, True)}
frame.describe()
""",
)


def up():
    """Run a small program as a sample would, again and again, and leave nothing of it but the warmth."""
    body = {
        "program": _PROGRAM,
        "calls": [("solve", [[3, 1, 2], "a b a"], {}), ("solve", [None], {})],
    }
    file = os.memfd_create(
        "reweave-warm"
    )  # tempfile would bring four libraries along, to be forked each time
    for _ in range(TIMES):
        os.ftruncate(file, 0)
        calls.run(body, channel.Channel(file, 1 << 20))
    if "pandas" in sys.modules:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calls.run({"program": _FRAMES, "calls": [("solve", [], {})] * 3}, channel.Channel(file, 1 << 20))
            own = sys.modules["__main__"]
            for _ in range(3):
                os.ftruncate(file, 0)
                body = {"files": {}, "cells": _CELLS, "inputs": {}, "capture": None}
                cells.run(body, channel.Channel(file, 1 << 20))
            sys.modules["__main__"] = own
    os.close(file)
    program.forget()
