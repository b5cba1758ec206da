"""Tables of hostile content, drawn by a seed: what can be wrong with a file, in combination.

Not a test itself.
"""

import csv
import datetime as dt
import io
import json
import random

import orjson

from .xlsx import Formula, workbook

CELLS = [
    "", "", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-", "inf", "-inf", "NaN", "nan", "null", "None",
    "1e309", "007", "12", "-3.5", "1,234.5", "2024-02-29", "2024-02-30", "2024-02-29T10:30:00", "10:30",
    '{"a": [1, {"b": null}]}', "[1, 2", "naïve café", "日本語のテキスト", "👩‍👩‍👧 family",
    "\u202eright to left",
    "a\nb", "a\r\nb", "a\tb", 'say "hi"', "back\\slash", "a,b;c|d", "\x07bell", "\x1b[31mred", "\ufeffmark",
    "x" * 500, "True", "false", "  padded  ", "9" * 40, "<script>", "#N/A", "\u2028", "q'uote",
]  # fmt: skip
NAMES = [
    "a", "a", "b", "", "", " ", "=SUM(A1)", "line\nbreak", "n" * 300, "Größe", "名前", "Unnamed: 0", "1",
    "a.1",
    '"q"', "date", "start_time", "timestamp", "tab\there", "\u202ename", "index", "x,y", "10:30", "01",
]  # fmt: skip
OBJECTS = [
    None, True, False, 0, -1, 2**53 + 1, 2**63, 0.1, 1e308, float("inf"), float("-inf"), float("nan"),
    [], [1, [2, [3]]], {}, {"k": {"k": {"k": {"k": {"k": 1}}}}}, {"": None}, [None, "x"],
]  # fmt: skip


def files(seed, count):
    """Give ``count`` tables: (name, bytes)."""
    chance = random.Random(seed)
    makers = [(_text, 50), (_json_lines, 16), (_parquet, 16), (_workbook, 12), (_notebook, 6)]
    for number in range(count):
        if number % 700 == 10:
            suffix, data = "csv", _wide(chance)
        elif number % 25 == 3:
            suffix, data = (
                chance.choice(["csv", "tsv", "jsonl", "parquet", "xlsx", "ipynb"]),
                _garbage(chance),
            )
        else:
            [(make, _)] = chance.choices(makers, [weight for _, weight in makers])
            suffix, data = make(chance)
            if chance.random() < 0.08:
                data = _damaged(chance, data)
        yield f"{number:04d}{_odd(chance)}.{suffix}", data


def _odd(chance):
    return chance.choices(["", " (copy)", "-ä", "'q\"", "\u202e"], [90, 3, 3, 2, 2])[0]


def _names(chance, count):
    return [chance.choice(NAMES) if chance.random() < 0.7 else f"c{place}" for place in range(count)]


def _column(chance, rows):
    """A column of text cells: of one sort, or mixed."""
    sort = chance.choice(["int", "float", "date", "text", "mixed", "mixed", "empty", "bool", "infinite"])
    draw = {
        "int": lambda: str(chance.randrange(-(10**6), 10**6)),
        "float": lambda: repr(chance.gauss(0, 1e3)),
        "date": lambda: str(dt.date(2020, 1, 1) + dt.timedelta(chance.randrange(3000))),
        "text": lambda: "".join(chance.choices("abc é漢", k=chance.randrange(12))),
        "mixed": lambda: chance.choice(CELLS),
        "empty": lambda: "",
        "bool": lambda: chance.choice(["True", "False"]),
        "infinite": lambda: chance.choice(["inf", "-inf", "1.5", ""]),
    }[sort]
    return [draw() for _ in range(rows)]


def _cells(chance):
    rows = chance.choice([0, 1, 2, 5, 20, 60])
    columns = chance.choice([1, 2, 3, 8, 40])
    return _names(chance, columns), list(zip(*(_column(chance, rows) for _ in range(columns)), strict=True))


def _text(chance):
    names, rows = _cells(chance)
    rows = [list(row) for row in rows]
    for row in rows:
        if chance.random() < 0.05:  # ragged
            row[:] = row[: chance.randrange(len(row) + 1)] or [""]
        elif chance.random() < 0.03:
            row.extend(["more"] * chance.randrange(1, 4))
    if chance.random() < 0.05:
        rows = [[*row, ""] for row in rows]  # each ends with a separator
    if chance.random() < 0.05:
        rows = [[f"row {number}", *row] for number, row in enumerate(rows)]
    suffix, usual = chance.choices([("csv", ","), ("tsv", "\t")], [80, 20])[0]
    separator = usual if chance.random() < 0.7 else chance.choice(",;\t|")
    text = io.StringIO(newline="")
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = chance.choices(["\n", "\r\n", "\r"], [70, 25, 5])[0]
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end).writerows([names, *rows])
    said = text.getvalue()
    if chance.random() < 0.05:
        said = said.replace('"', "", 1)  # quotes that do not come out even
    encoding = chance.choices(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"], [70, 10, 6, 4, 10])[0]
    return suffix, said.encode(encoding, "replace")


def _json_lines(chance):
    names = _names(chance, chance.choice([1, 2, 5, 30]))
    lines = []
    for _ in range(chance.choice([0, 1, 3, 3, 40, 40])):
        row = {
            name: chance.choice(OBJECTS) if chance.random() < 0.4 else chance.choice(CELLS)
            for name in names
            if chance.random() < 0.9
        }
        lines.append(json.dumps(row, ensure_ascii=chance.random() < 0.5))
        if chance.random() < 0.02:
            odd = ["", "   ", "{", "[1]", "3", '{"a": "\\ud800"}', "{'a': 1}", f'{{"a": {10**30}}}']
            lines.append(chance.choice(odd))
    return "jsonl", "\n".join(lines).encode(errors="replace") + b"\n"


def _parquet(chance):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = chance.choice([0, 1, 3, 50])
    struct = pa.struct([("a", pa.int8()), ("b", pa.string())])
    kinds = [
        ([1, -(2**62)], pa.int64()), ([2**64 - 1, 5], pa.uint64()),
        ([0.5, float("inf"), float("nan")], pa.float64()),
        (CELLS, pa.string()), ([b"\0\xff", b""], pa.binary()), ([True, False], pa.bool_()),
        ([0, 10**9], pa.timestamp("s")), ([0, 10**12], pa.timestamp("ms", "Europe/Berlin")),
        ([0, 20_000], pa.date32()), ([[], [1, None]], pa.list_(pa.int32())),
        ([{"a": 1, "b": "x"}], struct),
        (["x", "y"], pa.dictionary(pa.int32(), pa.string())), ([], pa.null()),
        ([5, 10**10], pa.duration("us")),
        ([1, 86_399], pa.time32("s")),
    ]  # fmt: skip

    def column():
        values, kind = chance.choice(kinds)
        return pa.array([chance.choice([None, *values]) for _ in range(rows)], kind)

    names = _names(chance, chance.choice([0, 1, 1, 3, 3, 10, 10]))
    table = pa.table([column() for _ in names], names=names)
    file = io.BytesIO()
    pq.write_table(table, file, compression=chance.choice(["none", "snappy", "zstd"]))
    return "parquet", file.getvalue()


def _workbook(chance):
    names, rows = _cells(chance)
    drawn = [[_excel(chance, value) for value in row] for row in rows]
    sheets = [[names, *drawn]]
    if chance.random() < 0.2:
        sheets.insert(chance.randrange(2), [])
    return "xlsx", workbook(*sheets)


def _excel(chance, value):
    if value.startswith("=") and chance.random() < 0.7:
        return Formula(value)
    if chance.random() < 0.4:
        return chance.choice([None, 1, 2.5, True, "text", 10**15])
    return value


def _notebook(chance):
    cells = []
    if chance.random() < 0.6:
        cells.append({"cell_type": "code", "source": "import pandas as pd\ndf = pd.read_csv('a.csv')"})
    for _ in range(chance.randrange(8)):
        source = chance.choice([
            "import pandas as pd\nimport numpy as np", "%matplotlib inline\nimport matplotlib.pyplot as plt",
            'df = pd.read_csv("a.csv")\ndf.head()', "df.groupby('a').sum()", "x = ", "!pip install pandas",
            "%%bash\nls", "def f(x):\n    return x", "PATH = 'data'\n", "for i in range(3):\n    print(i)",
            "",             "pd.set_option('display.max_rows', 10)", "\x00", "((((" * 200, "a = '\u202e'",
        ])  # fmt: skip
        kind = chance.choices(["code", "markdown", 7], [85, 12, 3])[0]
        cells.append({
            "cell_type": kind, "source": chance.choice([source, source.splitlines(True), None]),
            "outputs": [{"text": "secret"}],
        })  # fmt: skip
    about = chance.choice(
        [{}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "R"}}, None]
    )
    return "ipynb", orjson.dumps({"cells": cells, "metadata": about, "nbformat": 4})


def _wide(chance):
    names = ",".join(f"column {place}" for place in range(10_000))
    row = ",".join(chance.choice(["1", "x", "", "2024-01-01", "=1"]) for _ in range(10_000))
    return f"{names}\n{row}\n{row}\n".encode()


def _garbage(chance):
    start = chance.choice(
        [b"", b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"a,b\n"]
    )
    return chance.choice([b"", b"\n\n", b" ", b"\0" * 50, start + chance.randbytes(chance.randrange(400))])


def _damaged(chance, data):
    way = chance.randrange(3)
    if way == 0 or len(data) < 4:
        return data[: chance.randrange(len(data) + 1)]
    place = chance.randrange(len(data))
    if way == 1:
        return data[:place] + chance.randbytes(3) + data[place + 3 :]
    return data[:place] + data[place + chance.randrange(1, 9) :]
