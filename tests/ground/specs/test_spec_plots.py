"""Figures as a trace describes them, and axes that do not cross."""

from reweave.ground.specs import contract, example, summary, type_desc
from reweave.sandbox import NotPlain

AXES = {
    "title": "Sales", "xlabel": "day", "xscale": "linear", "yscale": "log",
    "lines": [{"label": "a", "x": [0, 1, 2], "y": [10.5, 20.0, 30.25]}],
    "patches": [[0.0, 0.0, 0.8, 3.0], [1.0, 0.0, 0.8, 4.0]],
}  # fmt: skip


def changed(**parts):
    return [[{**AXES, **parts}]]


def test_words():
    """Type, what is drawn, and texts with the first points are told by the three forms."""
    figures = [[AXES]]
    assert type_desc(figures) == "1 matplotlib figure with 1 axes"
    said = summary({}, {"Plots": figures})
    assert "axes with 1 line, 2 patches, a title, a label of x and a log scale" in said
    assert "Sales" not in said
    shown = example({}, {"Plots": figures})
    assert "title: 'Sales'" in shown
    assert "y [10.5, 20.0, 30.25]" in shown


def test_levels():
    """Another number of axes breaks the type, another thing drawn the summary, other data the example."""
    made = contract({}, {"Plots": [[AXES]]})
    assert made.check({}, {"Plots": [[AXES]]}) == []
    for wrong, level in (
        ([[AXES, AXES]], "type"),
        (changed(lines=[]), "summary"),
        (changed(yscale="linear"), "summary"),
        (changed(title="Costs"), "example"),
        (changed(lines=[{"label": "a", "x": [0, 1, 2], "y": [10.5, 20.0, 30.5]}]), "example"),
    ):
        levels = [each.level for each in made.check({}, {"Plots": wrong})]
        assert levels[0] == level


def test_axes_that_do_not_cross():
    """Of a value that the sandbox does not carry over, its description is the type."""
    made = contract({}, {"ax": NotPlain("an Axes")})
    assert "ax is an Axes" in summary({}, {"ax": NotPlain("an Axes")})
    assert made.check({}, {"ax": NotPlain("an Axes")}) == []
    assert made.at("type").check({}, {"ax": NotPlain("a Figure")})
    assert made.at("type").check({}, {"ax": [1]})
