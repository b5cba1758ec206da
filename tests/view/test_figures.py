"""The figures of `reweave report`."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from runs import write_run

from reweave.errors import MissingExtraError
from reweave.evaluate.run_files import read_run
from reweave.view.figures import save_figures


def test_figures_are_written(tmp_path: Path) -> None:
    """Three figures as PNG and SVG, text in the SVG as text; the same runs give the same bytes."""
    pytest.importorskip("matplotlib")
    runs = [
        read_run(write_run(tmp_path / name, tasks=20, seed=seed, ks=(1, 5, 10), model=None))
        for seed, name in enumerate(("_first", "$second$ \u4e2d"))
    ]
    written = save_figures(runs, tmp_path / "figures")
    names = ["failures", "pass-at-k", "pass-at-k-by-flops"]
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{kind}" for name in names for kind in ("png", "svg")
    )
    for path in written:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        else:
            texts = "".join(ET.parse(path).getroot().itertext())
            assert "first" in texts
            assert r"$second$ \u4e2d" in texts
            assert ("pass@k, %" in texts) == path.name.startswith("pass")
    again = save_figures(runs, tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


@pytest.mark.parametrize(
    "shape",
    [
        {"tasks": 1, "samples": 1, "ks": (1,), "skill": 1},
        {"tasks": 3, "samples": 2, "ks": ()},
        {"tasks": 9, "samples": 100, "ks": (1, 10, 100), "skill": 0},
    ],
    ids=["one sample, all passed", "no k", "none passed"],
)
def test_small_runs_are_drawn_too(tmp_path: Path, shape: dict[str, object]) -> None:
    """One sample, no figure and no pass give figures, not errors; unknown FLOPs one figure less."""
    pytest.importorskip("matplotlib")
    run = read_run(write_run(tmp_path / "run", flops=None, **shape))  # type: ignore[arg-type]
    assert [path.name for path in save_figures([run], tmp_path / "f") if path.suffix == ".svg"] == [
        "pass-at-k.svg",
        "failures.svg",
    ]


def test_missing_matplotlib_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install, and no folder appears."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    run = read_run(write_run(tmp_path / "run", tasks=2, samples=2))
    with pytest.raises(MissingExtraError, match=r"the figures of reweave report .*reweave\[plot\]"):
        save_figures([run], tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_import_is_light() -> None:
    """Importing what reads and draws runs imports neither matplotlib nor numpy nor pyarrow."""
    code = (
        "import sys, reweave.view.figures, reweave.view.report, reweave.evaluate.exports;"
        "sys.exit(bool({'matplotlib', 'numpy', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
