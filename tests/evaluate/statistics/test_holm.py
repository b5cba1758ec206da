"""P-values corrected for their number."""

from reweave.evaluate.statistics.holm import holm


def test_against_its_definition():
    """The smallest is multiplied by their number, the next by one less, and so on, never falling."""
    assert holm([0.02, 0.01, 0.5]) == [0.04, 0.03, 0.5]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
