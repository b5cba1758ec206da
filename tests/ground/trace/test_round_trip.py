"""The round trip: specifications accept their program and refuse wrong ones, each form more than the last."""

import pytest

from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.round_trip import FORMS, Tried, round_trip
from reweave.ground.trace.tracing import tracing
from reweave.ground.trace.worth import Worth, wilson
from reweave.sandbox.works import run_works

pytest.importorskip("pandas", reason="the data extra is not installed")

TABLE = (
    "import pandas as pd\n"
    "df = pd.DataFrame({'k': list('abab'), 'v': [1, 2, 3, 4], 'w': [5.0, 1.0, 7.0, 0.5]})\n"
)
CONFIG = TraceConfig(wall=30.0, mutants=12)


@pytest.fixture
def tripped(data_box):
    """A function from a context and a candidate to its round trip."""

    def work(context, program, config):
        made = yield from tracing(context, program, config)
        return (yield from round_trip(context, program, made, config))

    def run(context, program, config=CONFIG):
        [made] = run_works([work(context, program, config)], data_box, most_open=1)
        return made

    return run


def test_forms(tripped):
    """The program is accepted by every form; wrong ones are refused, by later forms more of them."""
    made = tripped(TABLE, "top = df.groupby('k')['v'].sum().sort_values(ascending=False).reset_index()")
    assert made.accepts == dict.fromkeys(FORMS, True)
    assert list(made.texts) == list(FORMS)
    assert all(made.texts.values())
    counts = [made.rejected(form) for form in FORMS]
    assert counts == sorted(counts)
    assert 0 < counts[-1] <= made.judged <= len(made.tried)


def test_in_place(tripped):
    """A mutant that leaves a table as it was is held against what should have become of it."""
    made = tripped("xs = [3, 1, 2]", "xs.sort()")
    dropped = [each for each in made.tried if each.mutant.program.strip() == "pass"]
    assert [each.outcome for each in dropped] == ["summary"] or [each.outcome for each in dropped] == [
        "example"
    ]


def test_apart(tripped):
    """Mutants that do not run and those that change nothing are told apart, and are not judged."""
    made = tripped("xs = [3, 1, 2]", "n = [1, 2][len(xs) - 2] + 0 * xs[0]")
    outcomes = {each.outcome for each in made.tried}
    assert {"not-run", "unchanged"} <= outcomes
    apart = sum(each.outcome in {"not-run", "unchanged"} for each in made.tried)
    assert made.judged == len(made.tried) - apart


def test_columns(tripped):
    """What a row is told of it."""
    made = tripped(TABLE, "n = df['v'].max()")
    told = made.columns()
    assert set(told) == {"specs", "contract", "round_trip"}
    trip = told["round_trip"]
    assert trip["judged"] == made.judged
    assert trip["example"] == {"accepts": True, "rejected": made.rejected("example")}
    assert {"kind", "line", "what", "outcome"} == set(trip["mutants"][0])


def test_no_mutants(tripped):
    """Without mutants there are specifications all the same."""
    made = tripped(TABLE, "n = df['v'].max()", CONFIG.model_copy(update={"mutants": 0}))
    assert not made.tried
    assert made.texts["type"]


def test_worth(tripped):
    """Counts add up, come back from JSON, and intervals hold what they are of."""
    worth = Worth()
    for program in (
        "n = df['v'].max() + 1",
        "t = df[df['v'] > 2]",
        "s = df.iloc[1:3].groupby('k')['w'].mean()",
    ):
        worth.add(tripped(TABLE, program))
    assert worth.candidates == 3
    assert Worth.from_json(worth.to_json()) == worth
    assert sum(n for n, *_ in worth.kinds.values()) == worth.judged
    for form in FORMS:
        low, high = worth.interval(form)
        assert 0 <= low <= worth.rejected(form) / worth.judged <= high <= 1


def test_intervals():
    """Mutants that are all alike in their candidate count as one; independent ones as themselves."""

    class Made:
        accepts = dict.fromkeys(FORMS, True)

        def __init__(self, judged, rejected):
            self.judged, self.tried, self.count = judged, [], rejected
            self.tried = [Tried(_Mutant, "type")] * rejected + [Tried(_Mutant, "missed")] * (
                judged - rejected
            )

        def rejected(self, form):
            return self.count

    class _Mutant:
        kind = "any"

    alike, apart = Worth(), Worth()
    for number in range(100):
        alike.add(Made(10, 10 * (number % 2)))
        apart.add(Made(10, 4 + 2 * (number % 2)))
    [low, high] = alike.interval("type")
    assert [low, high] == pytest.approx(wilson(0.5, 99), abs=0.001)
    assert apart.interval("type") == wilson(0.5, 1000)


def test_tried():
    """What a form rejects, later ones reject."""
    assert [Tried(None, "summary").rejected(form) for form in FORMS] == [False, True, True]
    assert not any(
        Tried(None, each).rejected(form) for form in FORMS for each in ("missed", "not-run", "unchanged")
    )
