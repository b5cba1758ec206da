"""The experiment's table: each figure under its own k, in whatever order they are stored."""

from reweave.experiment.report import _cells


def test_each_figure_under_its_k():
    """Stored with sorted keys, 10 stands before 5; in the table 5 comes first."""
    stored = {str(k): {"value": k / 100, "ci95": [k / 200, k / 50]} for k in (1, 10, 5, 50)}
    row = {
        "run": "arm", "trained_tokens": 1_000, "pass@k": stored, "tokens_a_sample": 9.6,
        "flops_a_sample": 2.5e9, "no_program": 0.25, "distinct": None,
    }  # fmt: skip
    assert _cells(row, [1, 5, 10, 50]) == [
        "arm", "1,000", "0.010 [0.005, 0.020]", "0.050 [0.025, 0.100]", "0.100 [0.050, 0.200]",
        "0.500 [0.250, 1.000]", "10", "2.50", "25 %", "",
    ]  # fmt: skip
