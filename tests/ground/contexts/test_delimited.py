"""CSV and its kin: each trap alone."""

import pytest

from reweave.errors import RowError


def reason(context, name, data, **settings):
    with pytest.raises(RowError) as raised:
        context(name, data, **settings)
    assert raised.value.detail
    return raised.value.reason


def call(record):
    return record["code"].splitlines()[-1]


@pytest.mark.parametrize(
    ("encoding", "said", "option"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8-sig", "utf-8-sig", ', encoding="utf-8-sig"'),
        ("utf-16", "utf-16", ', encoding="utf-16"'),
        ("utf-16-le", "utf-16-le", ', encoding="utf-16-le"'),
        ("utf-16-be", "utf-16-be", ', encoding="utf-16-be"'),
        ("utf-32", "utf-32", ', encoding="utf-32"'),
        ("latin-1", "latin-1", ', encoding="latin-1"'),
    ],
)
def test_encodings(context, same_frame, encoding, said, option):
    """Each encoding is found, said, and given to pandas only where it is needed."""
    data = "Name,Zahl\nMüller,1\nGröße,2\n".encode(encoding)
    record = context("a.csv", data)
    assert record["encoding"] == said
    assert call(record) == f'df = pd.read_csv("a.csv"{option})'
    assert [column["name"] for column in record["columns"]] == ["Name", "Zahl"]
    assert record["columns"][0]["examples"] == ('"Müller"', '"Größe"')
    assert ("taken for" in " ".join(record["notes"])) == (said in {"latin-1", "utf-16-le", "utf-16-be"})
    same_frame((record, data))


@pytest.mark.parametrize(
    ("name", "separator", "option"),
    [
        ("a.csv", ",", ""),
        ("a.csv", ";", ', sep=";"'),
        ("a.csv", "|", ', sep="|"'),
        ("a.csv", "\t", r', sep="\t"'),
        ("a.tsv", "\t", r', sep="\t"'),
        ("a.tsv", ",", ""),
    ],
)
def test_separators(context, same_frame, name, separator, option):
    """The separator is found, whatever the name promises; quoted ones and line ends are no matter."""
    lines = (
        ["a", "b", "c"],
        ['"x,;|\ty"', '"two\nlines"', "1,5" if separator == ";" else "15"],
        ["p", "q", "7"],
    )
    data = "".join(separator.join(line) + "\n" for line in lines).encode()
    record = context(name, data)
    assert call(record) == f'df = pd.read_csv("{name}"{option})'
    assert (record["rows"], record["column_count"]) == (2, 3)
    assert record["columns"][1]["examples"] == (r'"two\nlines"', '"q"')
    same_frame((record, data))


def test_ragged_rows(context, same_frame):
    """Rows with too many fields are left out and counted; short ones end in missing values."""
    data = b"a,b,c\n1,2,3\n4,5,6,7\n8\n9,10,11,12,13\n14,15,16\n"
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv", on_bad_lines="skip")'
    assert record["rows"] == 3
    assert record["notes"] == ["2 rows have more fields than the header and are left out"]
    assert [column["nulls"] for column in record["columns"]] == [0, 1, 1]
    same_frame((record, data))


def test_a_first_row_that_is_too_long(context, same_frame):
    """It alone does not shift every other row into an index."""
    data = b"a,b\n1,2,3\n4,5\n6,7\n8,9\n"
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv", index_col=False)'
    assert record["columns"][0]["examples"] == ("1", "4", "6")
    assert record["notes"] == ["the fields of the first row beyond the header's are left out"]
    same_frame((record, data))


def test_rows_that_end_with_a_separator(context, same_frame):
    """They do not make the first column an index."""
    data = b"a,b\n1,2,\n3,4,\n"
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv", index_col=False)'
    assert [column["examples"] for column in record["columns"]] == [("1", "3"), ("2", "4")]
    assert record["notes"] == []
    same_frame((record, data))


def test_rows_with_names(context, same_frame):
    """Where rows have one field more, the first is the index, and the card says so."""
    data = b"a,b\nx,1,2\ny,3,4\n"
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv")'
    assert "rows have one field more than the header: the first is the index" in record["notes"]
    assert "Its index is no mere numbering" in record["card"]
    assert record["head"].splitlines()[1] == "x | 1 | 2"
    same_frame((record, data))


def test_names_that_repeat_or_are_missing(context, same_frame):
    """They are numbered as pandas does, and the record says how many."""
    data = b"a,,a,\n1,2,3,4\n"
    record = context("a.csv", data)
    assert [column["name"] for column in record["columns"]] == ["a", "Unnamed: 1", "a.1", "Unnamed: 3"]
    assert record["notes"] == [
        "1 columns repeat a name: pandas numbers them",
        "2 columns have no name: pandas names them Unnamed",
    ]
    same_frame((record, data))


def test_quotes_that_do_not_come_out_even(context, same_frame):
    """The file is read without quoting rather than not at all."""
    data = b'a,b\n"x,1\ny,2\n'
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv", quoting=3)'
    assert record["columns"][0]["examples"] == (r'"\"x"', '"y"')
    same_frame((record, data))


def test_formulas_are_text(context, same_frame):
    """A cell that begins with = stays what it is, and stands in quotes wherever it is shown."""
    data = b'a,b\n=1+1,2\n"=HYPERLINK(""http://x"")",3\n'
    record = context("a.csv", data)
    assert record["columns"][0]["examples"] == ('"=1+1"', r'"=HYPERLINK(\"http://x\")"')
    assert '"=1+1"' in record["card"]
    assert '"=1+1"' in record["head"]
    same_frame((record, data))


def test_infinities(context, same_frame):
    """They are counted, and the range is of the other numbers."""
    data = b"a\ninf\n-inf\n1.5\n-2\n\n"
    record = context("a.csv", data)
    [column] = record["columns"]
    assert (column["min"], column["max"], column["infinite"]) == ("-2", "1.5", 2)
    assert "from -2 to 1.5, 2 infinite" in record["card"]
    same_frame((record, data))


def test_dates_are_text_with_a_range(context):
    """Text that begins like a date has a range; other text has none."""
    record = context(
        "a.csv", b"d,t,x\n2024-02-29,2024-01-01 10:30:00,2024-02-29\n2023-12-31,2024-01-02 00:00:00,soon\n"
    )
    dates, times, other = record["columns"]
    assert (dates["min"], dates["max"], dates["dates_in_text"]) == ('"2023-12-31"', '"2024-02-29"', True)
    assert times["max"] == '"2024-01-02 00:00:00"'
    assert (other["min"], other["dates_in_text"]) == (None, False)


def test_no_rows(context, same_frame):
    """A header alone is a table."""
    data = b"a;b\n"
    record = context("a.csv", data)
    assert (record["rows"], record["column_count"]) == (0, 2)
    assert "0 rows, 2 columns" in record["card"]
    same_frame((record, data))


def test_types_come_from_all_rows(context, same_frame):
    """One text in row 30,000 makes a column text; the machine's cores have no say in it."""
    data = ("a,b\n" + "1,23456789\n" * 30_000 + "x,1\n").encode()
    record = context("a.csv", data)
    assert call(record) == 'df = pd.read_csv("a.csv", low_memory=False)'
    assert (record["columns"][0]["dtype"], record["columns"][1]["dtype"]) == ("str", "int64")
    assert record["columns"][0]["distinct"] == 2
    same_frame((record, data))


def test_what_is_no_table(context):
    """Each has its reason."""
    binary = bytes(range(256)) * 4
    for data, expected in (
        (b"", "empty-file"),
        (b"\n\n\r\n", "no-columns"),
        (b"\xef\xbb\xbf", "no-columns"),
        (binary, "binary"),
        (binary.replace(b"\0", b""), "binary"),
        (b"PK\x03\x04 and so on", "binary"),
        (b"\xff\xfea", "binary"),
        (b"Report of 2024\na,b,c,d\n1,2,3,4\n5,6,7,8\n", "short-header"),
    ):
        assert reason(context, "a.csv", data) == expected, data[:20]


def test_sizes(context):
    """What is too large is refused by its length, and by the cells that padding would make."""
    assert reason(context, "a.csv", b"a\n" + b"1\n" * 100, max_bytes=100) == "too-large"
    wide = ",".join(f"c{place}" for place in range(1000)).encode() + b"\n" + b"1\n" * 1000
    assert reason(context, "a.csv", wide, max_cells=900_000) == "too-large"
    assert context("a.csv", wide)["rows"] == 1000


@pytest.mark.parametrize(
    "name", ['it\'s "it".csv', "new\nline.csv", "\u202egnp.csv", "日本.csv", "{x}$y\\z.csv"]
)
def test_names_of_files(context, same_frame, name):
    """Whatever a file is called, its code loads it and its card is on lines of its own."""
    data = b"a\n1\n"
    record = context(name, data)
    assert "\u202e" not in record["code"] + record["card"]
    assert len(record["card"].splitlines()) == 3
    same_frame((record, data))
