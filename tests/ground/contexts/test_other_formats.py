"""JSON lines, Parquet and Excel: each trap alone."""

import io
import json

import pytest

from reweave.errors import RowError

from .xlsx import MAIN, Formula, Raw, workbook


def reason(context, name, data, **settings):
    with pytest.raises(RowError) as raised:
        context(name, data, **settings)
    assert raised.value.detail
    return raised.value.reason


def call(record):
    return record["code"].splitlines()[-1]


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(table, **options):
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def test_nested_json(context, same_frame):
    """What is nested stays as it is; its parts are shown, and told apart."""
    data = lines({"a": {"k": [1, 2]}, "b": [1]}, {"a": {"k": [1, 2]}, "b": None}, {"c": "x"})
    record = context("a.jsonl", data)
    assert call(record) == 'df = pd.read_json("a.jsonl", lines=True)'
    first = record["columns"][0]
    assert (first["dtype"], first["distinct"], first["nulls"]) == ("object of dict", 1, 1)
    assert first["examples"] == ('{"k": [1, 2]}',)
    same_frame((record, data))


def test_json_text_stays_text(context, same_frame):
    """Leading zeros stay, and times of day are not put on the day of reading."""
    data = lines({"zip": "007", "start_time": "10:30", "n": 1}, {"zip": "123", "start_time": "11:00", "n": 2})
    record = context("a.jsonl", data)
    assert call(record) == 'df = pd.read_json("a.jsonl", lines=True, dtype=False, convert_dates=False)'
    assert record["columns"][0]["examples"] == ('"007"', '"123"')
    assert record["columns"][1]["examples"] == ('"10:30"', '"11:00"')
    same_frame((record, data))


def test_json_names_stay_text(context, same_frame):
    """Names that all look like numbers, or like times, are not converted either."""
    for names in (("01", "2"), ("10:30",)):
        data = lines(dict.fromkeys(names, 1), dict.fromkeys(names, 2))
        record = context("a.jsonl", data)
        assert call(record) == 'df = pd.read_json("a.jsonl", lines=True, convert_axes=False)'
        assert [column["name"] for column in record["columns"]] == list(names)
        same_frame((record, data))


def test_json_dates(context, same_frame):
    """Dates by name are dates, with a range."""
    data = lines({"date": "2024-02-29"}, {"date": "2023-01-01T12:00:00"})
    record = context("a.jsonl", data)
    [column] = record["columns"]
    assert column["dtype"].startswith("datetime64")
    assert (column["min"], column["max"]) == ("2023-01-01 12:00:00", "2024-02-29")
    same_frame((record, data))


def test_json_of_other_kinds(context, same_frame):
    """Keys that come and go, infinities as Python writes them, a byte order mark, blank lines."""
    data = (
        b"\xef\xbb\xbf"
        + lines({"a": 1}, {"b": float("inf")})
        + b"\n  \n"
        + lines({"a": "x", "b": float("nan")})
    )
    record = context("a.jsonl", data)
    assert (record["rows"], record["column_count"], record["encoding"]) == (3, 2, "utf-8-sig")
    assert record["columns"][0]["dtype"] == "object of int, str"
    assert record["columns"][1]["infinite"] == 1
    same_frame((record, data))


def test_json_that_does_not_load(context):
    """Each has its reason, with the line."""
    many = lines(*({f"key {number}": 1} for number in range(2000)))
    deep = b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    for data, expected in (
        (b"", "empty-file"),
        (b"\n \n", "no-columns"),
        (b"{}\n{}\n", "no-columns"),
        (b'{"a": 1}\n{"a": \n', "invalid-json"),
        (b'{"a": 1}\n[1]\n', "not-objects"),
        (b'{"a": 1%s}\n' % (b"0" * 400), "unreadable"),
        (deep, "invalid-json"),
        (b"\x89PNG\r\n", "binary"),
    ):
        assert reason(context, "a.jsonl", data) == expected, data[:20]
    assert reason(context, "a.jsonl", many, max_cells=1_000_000) == "too-large"


def test_parquet_of_many_types(context, same_frame):
    """Each type is named, with its range where it has one."""
    import datetime as dt

    import pyarrow as pa

    moment = dt.datetime(2024, 2, 29, 10, 30, tzinfo=dt.UTC)
    table = pa.table({
        "list": pa.array([[1, 2], None]), "struct": [{"a": 1}, {"a": 2}], "bytes": [b"\0", b"x"],
        "when": pa.array([moment, None], pa.timestamp("us", "Europe/Berlin")), "day": [moment.date(), None],
        "big": pa.array([2**64 - 1, 0], pa.uint64()), "kind": pa.array(["x", "y"]).dictionary_encode(),
        "none": pa.nulls(2),
    })  # fmt: skip
    data = parquet(table)
    record = context("a.parquet", data)
    assert call(record) == 'df = pd.read_parquet("a.parquet")'
    found = {column["name"]: column for column in record["columns"]}
    assert found["list"]["dtype"] == "object of list"
    assert found["list"]["examples"] == ("[1, 2]",)
    assert found["when"]["min"] == "2024-02-29 11:30:00+01:00"
    assert (found["day"]["dtype"], found["day"]["max"]) == ("object of date", "2024-02-29")
    assert found["big"]["max"] == "18446744073709551615"
    assert found["kind"]["dtype"] == "category"
    assert found["none"]["null_share"] == 1.0
    same_frame((record, data))


def test_parquet_with_an_index(context, same_frame):
    """An index that was saved comes back, and the card says so."""
    import pandas as pd
    import pyarrow as pa

    frame = pd.DataFrame({"v": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    data = parquet(pa.Table.from_pandas(frame))
    record = context("a.parquet", data)
    assert 'Its index is no mere numbering: str, named "key".' in record["card"]
    assert record["column_count"] == 1
    same_frame((record, data))


def test_parquet_whose_columns_repeat_a_name(context, same_frame):
    """The cell does without the reader of pandas, which refuses them."""
    import pyarrow as pa

    data = parquet(pa.table([pa.array(["x"]), pa.array([1]), pa.array([2.5])], names=["a", "a.1", "a"]))
    record = context("a.parquet", data)
    assert record["code"] == (
        "import pyarrow.parquet as pq\n\n"
        'df = pq.ParquetFile("a.parquet").read(use_pandas_metadata=True).to_pandas()\n'
    )
    assert [column["name"] for column in record["columns"]] == ["a", "a.1", "a"]
    assert record["notes"] == ["1 columns repeat a name"]
    same_frame((record, data))


def test_parquet_that_does_not_load(context):
    """Truncated, empty, without columns, or too large by what its footer says."""
    import pyarrow as pa

    data = parquet(pa.table({"a": list(range(1000))}))
    for cut in (b"", data[:10], data[: len(data) // 2], data[:-5]):
        assert reason(context, "a.parquet", cut) == ("damaged" if cut else "empty-file")
    assert reason(context, "a.parquet", parquet(pa.table({}))) == "no-columns"
    nothing = parquet(pa.table({f"c{place}": pa.nulls(1_000_000) for place in range(60)}))
    assert len(nothing) < 200_000
    assert reason(context, "a.parquet", nothing) == "too-large"
    same = parquet(
        pa.table({"a": pa.array(["x" * 1000] * 100_000)}), use_dictionary=False, compression="zstd"
    )
    assert len(same) < 200_000
    assert reason(context, "a.parquet", same, max_unpacked=10_000_000) == "too-large"


def test_excel(context, same_frame):
    """Mixed types, gaps, names that are missing or repeat."""
    pytest.importorskip("openpyxl")
    data = workbook([["a", None, "a", 3], [1, "x", 2.5, True], ["text", None, 10**15, False]])
    record = context("a.xlsx", data)
    assert call(record) == 'df = pd.read_excel("a.xlsx")'
    assert [column["name"] for column in record["columns"]] == ["a", "Unnamed: 1", "a.1", "3"]
    assert record["columns"][0]["dtype"] == "object of int, str"
    same_frame((record, data))


def test_formulas_of_excel_are_text(context, same_frame):
    """They are not computed, not replaced by what was computed before, and stand in quotes."""
    pytest.importorskip("openpyxl")
    data = workbook([["a", "b"], [Formula("=1+1"), 1], [Formula('=HYPERLINK("http://x")'), 2]])
    record = context("a.xlsx", data)
    assert call(record) == 'df = pd.read_excel("a.xlsx", engine_kwargs={"data_only": False})'
    assert record["columns"][0]["examples"] == ('"=1+1"', r'"=HYPERLINK(\"http://x\")"')
    assert record["notes"] == ["2 cells hold formulas: their text stands in the table"]
    same_frame((record, data))


def test_formulas_that_fill_a_range(context, same_frame):
    """They have no text of their own in each cell, so the values stand that were saved."""
    pytest.importorskip("openpyxl")
    filled = Raw('<c r="A2"><f t="array" ref="A2:A3">B2:B3*2</f><v>7</v></c>')
    data = workbook([["a", "b"], [filled, 1], [14, 2]])
    record = context("a.xlsx", data)
    assert call(record) == 'df = pd.read_excel("a.xlsx")'
    assert record["columns"][0]["examples"] == ("7", "14")
    assert "stand as the values that were saved" in record["notes"][0]
    same_frame((record, data))


def test_the_first_sheet_with_a_table(context, same_frame):
    """Empty sheets are passed over, and those not read are named."""
    pytest.importorskip("openpyxl")
    data = workbook([], [["a"], [1]], [["b"], [2]])
    record = context("a.xlsx", data)
    assert call(record) == 'df = pd.read_excel("a.xlsx", sheet_name=1)'
    assert record["notes"] == ['this is the sheet "Sheet 2"; not read: "Sheet 1", "Sheet 3"']
    same_frame((record, data))


def test_excel_files_that_are_bombs(context):
    """They are refused before they are unpacked, whichever way they are large."""
    pytest.importorskip("openpyxl")
    zeros = b" " * 50_000_000
    zipped = workbook([["a"]], more=[("xl/media/big.bin", zeros)])
    assert len(zipped) < 100_000
    assert reason(context, "a.xlsx", zipped, max_unpacked=40_000_000) == "too-large"
    corner = workbook(
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert reason(context, "a.xlsx", corner) == "too-large"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    entities = workbook(
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet xmlns="{MAIN}"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    )
    assert reason(context, "a.xlsx", entities) == "document-type"


def test_what_is_no_workbook(context):
    """Each has its reason."""
    pytest.importorskip("openpyxl")
    whole = workbook([["a"], [1]])
    for data, expected in (
        (b"", "empty-file"),
        (b"a,b\n1,2\n", "damaged"),
        (whole[: len(whole) // 2], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not-xlsx"),
        (workbook([]), "no-columns"),
        (workbook("<worksheet><sheetData>"), "damaged"),
    ):
        assert reason(context, "a.xlsx", data) == expected, data[:20]
