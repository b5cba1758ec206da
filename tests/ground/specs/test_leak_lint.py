"""The leak lint: what it finds, what it leaves alone, and the planted set."""

import collections
import datetime as dt

import planted_leaks
import pytest

from reweave.ground.specs import leaks

CODE = "df['avg'] = df.groupby('k')['v'].transform('mean')\nbest = max(len(x) for x in names if x)\n"


def found(spec, outputs=None, inputs=None, intent="", code=CODE):
    return [
        (leak.sort, leak.literal) for leak in leaks(code, spec, outputs or {}, inputs=inputs, intent=intent)
    ]


@pytest.mark.parametrize(
    ("spec", "literal"),
    [
        ("The mean is 37.25.", "37.25"),
        ("The mean is 37.3 or so.", "37.3"),
        ("It is 3725%.", "3725%"),
        ("a=12345", "12345"),
        ("12,345 in all", "12,345"),
        ("1.2345e4 in all", "1.2345e4"),
        ("It is -88.", "-88"),
        ("It says purple there.", "purple"),
        ("It says PURPLE.", "PURPLE"),
        ("Before 2024-05-17 it ends.", "2024-05-17"),
        ("At 2024-05-17 08:30 it ends.", "2024-05-17 08:30"),
    ],
)
def test_values(spec, literal):
    """An output's value is found however it is written."""
    outputs = {
        "out": [37.25, 12345, -88],
        "t": "purple",
        "day": dt.datetime(2024, 5, 17, 8, 30, tzinfo=dt.UTC),
    }
    assert [text for _, text in found(spec, outputs)] == [literal]


@pytest.mark.parametrize(
    "spec",
    [
        "The mean is 37.1 or 38.",
        "7 of 12 rows",
        "version 37.25.1",
        "id37.25",
        "It says purplish.",
        "Before 2024-05-18.",
        "with 2 columns and 137.25 on it",
    ],
)
def test_other_values(spec):
    """What is near an output's value, or within another word, is none."""
    assert found(spec, {"out": [37.25, 12345, 7], "t": "purple", "day": dt.date(2024, 5, 17)}) == []


def test_known_values():
    """What stands in the inputs or in the intent is no leak."""
    outputs = {"out": ["amber", "Cobalt", 512, 3.75]}
    spec = "amber and cobalt, 512 or 3.75"
    assert len(found(spec, outputs)) == 4
    assert found(spec, outputs, {"xs": ["amber", 512]}, "Cobalt at most 3.75") == []


def test_shapes_and_names():
    """Lengths that are counted and names of columns are no values, though a value is the same."""
    outputs = {"out": collections.Counter(dict.fromkeys(range(20, 34), 14)), "total": "total"}
    assert found("It has 14 entries; total is text.", outputs) == []
    assert found("Each is 14.", outputs) == [("number", "14")]


@pytest.mark.parametrize(
    ("spec", "literal"),
    [
        ("Use df.groupby('k')['v'].transform('mean').", "df.groupby('k')['v'].transform('mean')"),
        ('Use df.groupby( "k" )["v"].transform("mean").', 'df.groupby( "k" )["v"].transform("mean")'),
        ("It is groupby('k')['v'].transform('mean') there.", "groupby('k')['v'].transform('mean')"),
        ("max(len(x) for x in names if x) is best", "max(len(x) for x in names if x)"),
    ],
)
def test_expressions(spec, literal):
    """An expression of the program is found as a whole, once, whatever its spaces and quotation marks."""
    assert found(spec) == [("expression", literal)]


@pytest.mark.parametrize(
    "spec", ["Group by k, then transform.", "df['avg'] is new", "len(x) of each", "max of names"]
)
def test_no_expressions(spec):
    """Names of columns, functions and short calls are no expressions."""
    assert found(spec) == []


def test_code_that_does_not_parse():
    """Values are found all the same."""
    assert found("It is 37.25.", {"out": 37.25}, code="def (") == [("number", "37.25")]


def test_places():
    """A leak says where it stands."""
    spec = "First 37.25, then max( len(x) for x in names if x )."
    for leak in leaks(CODE, spec, {"out": 37.25}):
        assert spec[leak.start : leak.start + len(leak.literal)] == leak.literal


@pytest.mark.parametrize("level", planted_leaks.LEVELS)
def test_planted(level):
    """At each level nine of ten planted leaks are found, and nine of ten findings are planted ones."""
    right = wrong = missed = 0
    for case in planted_leaks.cases():
        if case.level == level:
            hit = bool(leaks(case.code, case.spec, case.outputs, inputs=case.inputs, intent=case.intent))
            right += hit and case.leaks
            wrong += hit and not case.leaks
            missed += case.leaks and not hit
    assert right > 40
    assert right >= 0.9 * (right + missed)
    assert right >= 0.9 * (right + wrong)
