"""Data-science mutants: each mutator by example, that each is one change, the same ones for one seed."""

import ast
from collections import Counter

import pytest

from reweave.align.validate import mutants as general
from reweave.ground.mutators import KINDS, mutants

COLUMNS = ["city", "price", "beds"]


def made(program, columns=COLUMNS):
    return [(each.kind, each.program) for each in mutants(program, columns, most=0)]


@pytest.mark.parametrize(
    ("program", "kind", "changed"),
    [
        ("x = df['price']", "column", "x = df['beds']"),
        ("x = df[['city', 'price']]", "column", "x = df[['city', 'beds']]"),
        ("x = df.price + 1", "column", "x = df.beds + 1"),
        ("x = df.loc[df.price > 1, 'city']", "column", "x = df.loc[df.price > 1, 'price']"),
        ("x = df.agg({'price': 'sum'})", "column", "x = df.agg({'beds': 'sum'})"),
        ("x = df.groupby('city').agg(m=('price', 'sum'))", "column", "m=('beds', 'sum')"),
        ("x = df.groupby('city').size()", "by", "groupby('price')"),
        ("x = df.groupby(['city', 'beds']).size()", "by", "groupby(['city'])"),
        ("x = df.sort_values(by=['city', 'beds'])", "by", "by=['beds']"),
        ("x = a.merge(b, on='city')", "by", "on='price'"),
        ("x = df.drop_duplicates(subset=['city', 'beds'])", "by", "subset=['beds']"),
        ("x = df.sum(axis=1)", "axis", "axis=0"),
        ("x = df.dropna(axis='columns')", "axis", "axis='index'"),
        ("x = df.mean(1)", "axis", "x = df.mean(0)"),
        ("x = np.max(a, axis=-1)", "axis", "axis=0"),
        ("x = np.sum(a, 0)", "axis", "np.sum(a, 1)"),
        ("x = df.drop('beds', axis=1)", "axis", "axis=0"),
        ("x = df.price.sum()", "aggregation", "df.price.mean()"),
        ("x = df.price.agg(['min', 'max'])", "aggregation", "['max', 'max']"),
        ("x = df.agg({'price': 'mean'})", "aggregation", "{'price': 'sum'}"),
        ("x = df.groupby('city').agg(m=('price', 'first'))", "aggregation", "m=('price', 'last')"),
        ("x = df.agg(np.mean)", "aggregation", "df.agg(np.sum)"),
        ("x = df.groupby('city').size()", "aggregation", ".count()"),
        (
            "x = df.pivot_table(index='city', values='price', aggfunc='count')",
            "aggregation",
            "aggfunc='size'",
        ),
        ("x = df.groupby('city').price.idxmax()", "aggregation", "idxmin()"),
        ("x = df.sort_values('price')", "order", "ascending=False"),
        ("x = df.sort_values('price', ascending=False)", "order", "ascending=True"),
        ("x = df.sort_values(['city', 'beds'], ascending=[True, False])", "order", "ascending=[True, True]"),
        ("x = df.nlargest(3, 'price')", "order", "nsmallest(3"),
        ("x = df.city.value_counts()", "order", "ascending=True"),
        ("x = sorted(a, reverse=True)", "order", "reverse=False"),
        ("x = a.merge(b, how='left', on='city')", "join", "how='inner'"),
        ("x = pd.merge(a, b)", "join", "how='outer'"),
        ("x = pd.concat([a, b], join='inner')", "join", "join='outer'"),
        ("x = df.dropna().reset_index()", "chain", "x = df.dropna()\n"),
        ("x = df.dropna().price", "chain", "x = df.price"),
        ("x = df.drop_duplicates()", "chain", "x = df\n"),
        ("x = df.sort_values('price').head(2)", "chain", "x = df.head(2)"),
        ("x = df.fillna(0)", "chain", "x = df\n"),
        ("x = df.drop(columns='beds')", "chain", "x = df\n"),
        ("x = df.reset_index(drop=True)", "index", "drop=False"),
        ("x = df.reset_index()", "index", "drop=True"),
        ("x = df.groupby('city', as_index=False).sum()", "index", "as_index=True"),
        ("df.dropna(inplace=True)", "inplace", "inplace=False"),
        ("x = df.head(3)", "position", "head(4)"),
        ("x = df.head()", "position", "n=4"),
        ("x = df.nlargest(n=3, columns='price')", "position", "n=2"),
        ("x = df.iloc[0]", "position", "iloc[1]"),
        ("x = df.iloc[-1]", "position", "iloc[-2]"),
        ("x = df.iloc[2, 0]", "position", "iloc[1, 0]"),
        ("x = df.iloc[:5]", "position", "iloc[:4]"),
        ("x = df.price.shift(1)", "position", "shift(2)"),
        ("x = df.price.rolling(window=3).mean()", "position", "window=4"),
        ("x = df.price.round(2)", "position", "round(1)"),
        ("x = df[df.price > 3]", "comparison", "df.price <= 3"),
        ("x = df[df.price > 3]", "comparison", "df.price >= 3"),
        ("x = df[(df.beds > 1) & mask]", "comparison", "(df.beds > 1) | mask"),
        ("x = df[~mask]", "comparison", "x = df[mask]"),
        ("x = df.query('price > 3 and beds == 2')", "comparison", "price <= 3 and beds == 2"),
        ("x = df.query('price > 3 and beds == 2')", "comparison", "price > 3 and beds != 2"),
        ("x = df[df.price.notna()]", "comparison", "isna()"),
        ("x = df[df.price.gt(3)]", "comparison", "df.price.le(3)"),
        ("x = df[df.city.isin(names)]", "comparison", "df[~df.city.isin(names)]"),
        ("x = np.roll(a, shift=2)", "position", "shift=3"),
        ("x = df.fillna(0)", "fill", "fillna(1)"),
        ("x = df.fillna(-1)", "fill", "fillna(1)"),
        ("x = df.fillna(value='none')", "fill", "value=''"),
        ("x = df.ffill()", "fill", "df.bfill()"),
        ("x = df.fillna(method='ffill')", "fill", "method='bfill'"),
        ("x = df.unstack(fill_value=0)", "fill", "fill_value=1"),
        ("x = df.city.value_counts(normalize=True)", "normalize", "normalize=False"),
        ("x = df.city.value_counts()", "normalize", "normalize=True"),
        ("x = df.drop_duplicates(keep='last')", "keep", "keep='first'"),
        ("x = df.duplicated()", "keep", "keep='last'"),
        ("x = df.price.astype(int)", "type", "x = df.price\n"),
        ("x = pd.to_datetime(df.city, errors='coerce')", "type", "x = df.city\n"),
        ("print(df.price.sum())", "aggregation", "print(df.price.mean())"),
    ],
)
def test_each_mutator(program, kind, changed):
    """A mutant of this kind reads like this."""
    found = [f"{text}\n" for each, text in made(program) if each == kind]
    assert any(changed in text for text in found), found


def test_every_kind_is_tried():
    """The examples above are of all kinds that there are, and each kind says what it does."""
    examples = next(mark for mark in test_each_mutator.pytestmark if mark.name == "parametrize").args[1]
    assert {kind for _, kind, _ in examples} == set(KINDS)
    assert all(KINDS.values())


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        ("import pandas as pd\nfrom numpy import mean", set()),
        ("def f(df: 'price') -> 'price':\n    '''price'''", set()),
        ("x = f'price {city}'", set()),
        ("x = ','.join(['a', 'b'])", set()),
        ("x = 'abc'.count('b')", set()),
        ("x = df.plot(kind='price')", set()),
        ("x = 'how'", set()),
        ("x = f(3)", set()),
    ],
)
def test_what_is_left_alone(program, kinds):
    """Imports, docstrings, annotations, fixed texts, other libraries' words."""
    assert {kind for kind, _ in made(program)} == kinds


def test_columns_are_the_programs_or_the_contexts():
    """Without names that are given, those that the program names stand in each other's place."""
    alone = mutants("x = df.groupby('city')['price'].sum()", most=0)
    texts = {each.program for each in alone if each.kind in ("by", "column")}
    assert texts == {"x = df.groupby('price')['price'].sum()", "x = df.groupby('city')['city'].sum()"}
    assert not [each for each in mutants("x = df['price']", most=0) if each.kind == "column"]
    assert [each.program for each in mutants("x = df['price']", ["size"], most=0)] == ["x = df['size']"]


PROGRAM = """
import pandas as pd

rooms = pd.read_csv('rooms.csv')
top = (
    rooms[rooms['price'] > 100]
    .groupby(['city', 'beds'])['price']
    .mean()
    .reset_index()
    .sort_values('price', ascending=False)
    .head(10)
)
print(top.merge(rooms, on='city', how='left').drop_duplicates(keep='first'))
"""


def test_one_change_each():
    """Every mutant parses, reads unlike the program and all others, names its line and its change."""
    found = mutants(PROGRAM, most=0)
    texts = [each.program for each in found]
    assert len(set(texts)) == len(texts) > 25
    assert ast.unparse(ast.parse(PROGRAM)) not in texts
    for each in found:
        ast.parse(each.program)
        assert each.kind in KINDS
        assert 0 < len(each.what) < 120
    where = {each.line for each in found if each.kind == "chain"}
    assert where == {9, 10, 13}
    [ascending] = [each for each in found if each.kind == "order" and each.line == 10]
    assert ascending.what == "ascending=False → True"


def test_chosen_by_seed():
    """One seed, the same mutants; another, others; a cap keeps all kinds in turn."""
    few = mutants(PROGRAM, seed=1, most=12)
    assert few == mutants(PROGRAM, seed=1, most=12)
    assert few != mutants(PROGRAM, seed=2, most=12)
    every = {each.kind for each in mutants(PROGRAM, most=0)}
    assert {each.kind for each in few} == every
    assert len(few) == 12
    assert set(few) < set(mutants(PROGRAM, most=0))


def test_beside_the_general_ones():
    """The general mutants stay what they were: this draw is asked for by name."""
    kinds = Counter(each.kind for each in general.mutants(PROGRAM, most=0))
    assert not {"axis", "join", "aggregation", "column"} & set(kinds)


@pytest.mark.parametrize("program", ["def f(:", "\x00", "(" * 5000 + ")" * 5000, ""])
def test_what_does_not_parse(program):
    """Of what is no program nothing is made."""
    assert mutants(program) == []
