"""Fuzzy output match: the table of hand-made cases, and what must hold for any outputs."""

import collections
import datetime as dt
import decimal
import tomllib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from reweave.ground.match import PUBLISHED, STRICT, Rules, fuzzy_match

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))["cases"]
NAMES = {"pd": pd, "np": np, "dt": dt, "decimal": decimal, "collections": collections}


def value(text):
    return eval(text, dict(NAMES))  # the table is the tests' own


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_case(case):
    """The verdict of the table, with a reason; the published rule's, where it is another; and back."""
    prediction, reference = value(case["given"]), value(case["wanted"])
    found = fuzzy_match(prediction, reference)
    assert (found.ok, bool(found.why)) == (case["match"], True), found.why
    assert fuzzy_match(prediction, reference, PUBLISHED).ok == case.get("published", case["match"])
    if "back" in case:
        assert fuzzy_match(reference, prediction).ok == case["back"]


def test_the_table_is_whole():
    """Names are given once; both verdicts, and each rule that can be given up, are there in number."""
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names) >= 100
    assert min(collections.Counter(case["match"] for case in CASES).values()) >= 40
    differing = [case for case in CASES if case.get("published", case["match"]) != case["match"]]
    for given_up in ("missing_is_zero", "close_integers", "positions_count"):
        alone = Rules(**{given_up: True})
        assert any(fuzzy_match(value(c["given"]), value(c["wanted"]), alone).ok for c in differing), given_up
    assert fuzzy_match(1e9 + 1, 1e9)
    assert not fuzzy_match(1e9 + 1, 1e9, PUBLISHED)


def test_reasons_name_what_is_wrong():
    """A column, a position, a key, a count."""
    frame = pd.DataFrame({"price": [1, 2], "beds": [3, 4]})
    assert fuzzy_match(frame[["price"]], frame[["beds"]]).why == "no column is the reference's 'beds'"
    assert fuzzy_match(frame.head(1), frame).why == "1 rows, the reference has 2"
    assert fuzzy_match(frame[["price"]], frame).why == "1 column, the reference has 2"
    assert fuzzy_match([1, 5], [1, 2]).why == "at [1]: 5 against 2"
    assert fuzzy_match({"a": 1}, {"a": 2}).why == "at ['a']: 1 against 2"
    assert fuzzy_match({"a": 1}, {"b": 2}).why == "no key 'b'"
    assert "2024-03-01" in fuzzy_match(pd.Timestamp("2024-03-01"), pd.Timestamp("2024-03-02")).why


# -- properties ----------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5),
    st.binary(max_size=3), st.dates(), st.datetimes(), st.timedeltas(), st.decimals(allow_nan=False),
    st.fractions(), st.complex_numbers(),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.sets(SCALARS, max_size=3),
    ),
    max_leaves=12,
)
COLUMNS = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "float64": st.floats(),
    "bool": st.booleans(),
    "object": st.one_of(
        st.none(), st.integers(), st.text(max_size=4), st.floats(), st.lists(st.integers(), max_size=2)
    ),
    "string": st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=4)),
    "Int64": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    "boolean": st.one_of(st.none(), st.booleans()),
    "category": st.sampled_from(["x", "y", None]),
    "datetime64[ns]": st.one_of(st.none(), st.datetimes(pd.Timestamp("1700"), pd.Timestamp("2200"))),
    "timedelta64[ns]": st.one_of(st.none(), st.timedeltas(dt.timedelta(-999), dt.timedelta(999))),
}


@st.composite
def frames(draw, least=1):
    """Give a frame of any types, with an index and names that may repeat."""
    height = draw(st.integers(1, 5))
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=least, max_size=5))
    made = {
        number: pd.Series(draw(st.lists(COLUMNS[kind], min_size=height, max_size=height)), dtype=kind)
        for number, kind in enumerate(kinds)
    }
    frame = pd.DataFrame(made)
    frame.columns = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=len(kinds), max_size=len(kinds)))
    return frame.set_axis(draw(st.permutations(range(height))), axis=0)


@given(VALUES)
@settings(deadline=None, max_examples=40)
def test_plain_values_match_themselves(value):
    """Whatever they hold, by either rule."""
    assert fuzzy_match(value, value)
    assert fuzzy_match(value, value, PUBLISHED)


@given(frames())
@settings(deadline=None, max_examples=40)
def test_frames_and_series_match_themselves(frame):
    """NaN, repeated names, any type."""
    for rules in (STRICT, PUBLISHED):
        assert fuzzy_match(frame, frame.copy(), rules)
        assert fuzzy_match(frame.iloc[:, 0], frame.iloc[:, 0].copy(), rules)
        assert fuzzy_match([frame, 1], (frame.copy(), 1), rules)


@given(frames(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_columns_in_any_order_under_any_name(frame, random):
    """What does not count does not count, in either direction."""
    order = list(range(frame.shape[1]))
    random.shuffle(order)
    other = frame.iloc[:, order].set_axis([f"n{number}" for number in order], axis=1).reset_index(drop=True)
    assert fuzzy_match(other, frame)
    assert fuzzy_match(frame, other)


@given(frames(), st.integers(0, 5))
@settings(deadline=None, max_examples=40)
def test_a_superset_matches_and_the_reverse_does_not(frame, place):
    """A column that no other is like makes the difference."""
    more = frame.copy()
    more.insert(min(place, frame.shape[1]), "new", [f"only here {row}" for row in range(len(frame))])
    assert fuzzy_match(more, frame)
    assert not fuzzy_match(frame, more)
    assert not fuzzy_match(frame, more, PUBLISHED)


@given(frames(), st.data())
@settings(deadline=None, max_examples=40)
def test_one_changed_cell_is_seen(frame, data):
    """In a column of the reference's, whatever the others hold."""
    column = data.draw(st.integers(0, frame.shape[1] - 1))
    row = data.draw(st.integers(0, len(frame) - 1))
    changed = [frame.iloc[:, each].astype(object) for each in range(frame.shape[1])]
    changed[column] = changed[column].copy()
    changed[column].iloc[row] = "only here"
    assert not fuzzy_match(frame, pd.concat(changed, axis=1))


@given(frames())
@settings(deadline=None, max_examples=40)
def test_rows_count(frame):
    """A row more is no match, in either direction."""
    assert not fuzzy_match(frame, frame.iloc[:-1])
    assert not fuzzy_match(frame.iloc[:-1], frame)


@given(st.lists(SCALARS, min_size=2, max_size=5))
def test_containers_of_one_order_are_one(values):
    """A list, a tuple, an array of objects, a series of objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    for other in (tuple(values), array, pd.Series(array, dtype=object), collections.deque(values)):
        assert fuzzy_match(other, values)
        assert fuzzy_match(values, other)


@pytest.mark.parametrize("text", ["decimal.Decimal('sNaN')", "[decimal.Decimal('NaN')]", "complex('nan')"])
def test_any_not_a_number_is_missing(text):
    """A signalling NaN, which cannot even be compared, is no error."""
    assert fuzzy_match(value(text), value(text))
    assert fuzzy_match(value(text), None)
    assert not fuzzy_match(value(text), 1)
