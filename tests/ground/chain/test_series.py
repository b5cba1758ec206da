"""Numbered series: what counts as an item, and which tasks stand alone."""

import pytest

from reweave.ground.chain.intents import broken_rule
from reweave.ground.chain.numbered import items


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. One.\n2. Two.", ["One.", "Two."]),
        ("1) One\n 2) Two", ["One", "Two"]),
        ("**1.** One\n**2.** Two", ["One", "Two"]),
        ("Sure:\n1. One,\n   and more\n\n2. Two\n\nDone.", ["One, and more", "Two"]),
        ("1. Give the top\n10. of all\n2. Two", ["Give the top 10. of all", "Two"]),
        ("2. Two\n1. One", ["One"]),
        ("- one\n- two", []),
        ("1.\n2. Two", []),
        ("", []),
    ],
)
def test_items(text, wanted):
    """Items count from 1; prose, other numbers and paragraphs between them are told apart."""
    assert items(text) == wanted


@pytest.mark.parametrize(
    ("intent", "rule"),
    [
        ("Give the mean of `price` for each region.", None),
        ("Rank the regions by their last order.", None),
        ("Show the previous day's price beside each price.", None),
        ("How much of the result of a game is luck?", None),
        ("Plot the result of the previous task.", "refers-back"),
        ("Use the table above, and sum it.", "refers-back"),
        ("Do the same for units, by month.", "refers-back"),
        ("Sort the totals from task 2.", "refers-back"),
        ("Take the ratios computed earlier, and plot them.", "refers-back"),
        ("Sum it.", "too-short"),
        ("word " * 101, "too-long"),
        ("Give the mean, TODO: of what?", "placeholder"),
    ],
)
def test_rules(intent, rule):
    """A task that cannot be understood by itself is named as such; days and results of their own are not."""
    found = broken_rule(intent, 100)
    assert (found and found[0]) == rule
