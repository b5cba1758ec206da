"""A program as cells: where each ends, and what the last of them shows."""

import pytest

from reweave.tasks.judges.statements import cells


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("x = 1\nx + 1\ny = 2\ny", ["x = 1\nx + 1", "y = 2\ny"]),
        ("print(df)", ["df"]),
        ("print(a, b)", ["print(a, b)"]),
        ("print(*a)", ["print(*a)"]),
        ("print(a, end='')", ["print(a, end='')"]),
        ("x = y = f()", ["_reweave_output = x = y = f()\n_reweave_output"]),
        ("df['a'] = f()", ["_reweave_output = df['a'] = f()\n_reweave_output"]),
        ("x = 1\nif x:\n    x", ["x = 1\nif x:\n    x"]),
        ("df.dropna(inplace=True)", ["_reweave_output = df.dropna(inplace=True)"]),
        ("df.dropna(inplace=False)", ["df.dropna(inplace=False)"]),
        ("df.dropna(inplace=True)\ndf", ["_reweave_output = df.dropna(inplace=True)\ndf"]),
        ("", [""]),
        ("# nothing", [""]),
        ("x = (", ["x = ("]),
    ],
)
def test_cells_end_where_something_is_shown(program, expected):
    """The last statement shows what it assigns; ``print`` is opened; what changes in place shows nothing."""
    assert cells(program) == expected
