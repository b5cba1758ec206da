"""What is done is not done again, and another experiment does not get into the same folder."""

import pytest

from reweave.errors import RunError
from reweave.experiment.claims import Claim, weigh
from reweave.experiment.stages import Stages


def test_stages_are_done_once(tmp_path):
    calls = []

    def work():
        calls.append(1)
        return {"made": len(calls)}

    for _ in range(2):
        stages = Stages(tmp_path / "x", {"seed": 1, "forms": ("a", "b")})
        assert stages.do("first", work) == {"made": 1}
    with pytest.raises(ZeroDivisionError):
        stages.do("second", lambda: {"made": 1 / 0})
    assert stages.do("second", work) == {"made": 2}


def test_another_experiment_is_refused(tmp_path):
    Stages(tmp_path / "x", {"seed": 1, "samples": 5})
    with pytest.raises(RunError, match="seed: 1 before, 2 now"):
        Stages(tmp_path / "x", {"seed": 2, "samples": 5})
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "thesis.tex").touch()
    with pytest.raises(RunError, match="something else than a run"):
        Stages(tmp_path / "y", {"seed": 1})


def verdicts(passes, n=4):
    """Rows of tasks that pass so many times of n."""
    return [
        {"task_id": str(t), "sample": s, "passed": s < c, "reason": "passed" if s < c else "failed"}
        for t, c in enumerate(passes)
        for s in range(n)
    ]


def test_claims_are_weighed():
    """A clear difference holds, the other way round the opposite does, and equal runs decide nothing."""
    runs = {"good": verdicts([3, 4, 2, 3, 4, 3, 2, 4] * 3), "bad": verdicts([1, 0, 1, 0, 2, 1, 0, 1] * 3)}
    chosen = [
        Claim(says="a", better="good", worse="bad"),
        Claim(says="b", better="bad", worse="good"),
        Claim(says="c", better="bad", worse="bad"),
    ]
    rows = weigh(chosen, runs, [1])
    assert [row["found"] for row in rows] == ["holds", "the opposite holds", "not decided"]
    assert rows[0]["difference"] == pytest.approx((25 - 6) / 32)
    assert all(row["p_corrected"] >= row["p"] for row in rows)
