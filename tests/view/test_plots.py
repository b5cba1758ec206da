"""The figure of `reweave stats`."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from reweave.edits.statistics import Statistics
from reweave.errors import MissingExtraError
from reweave.records import EditSequence
from reweave.view.plots import save_png


def size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


def counted(sequences: list[EditSequence], *, tokens: bool) -> Statistics:
    statistics = Statistics(read=40, kept=30)
    for sequence in sequences:
        if statistics.add(sequence) and tokens:
            statistics.add_tokens(sequence)
    statistics.rejects.update({("rejected", "a $formula$ <b> \u4e2d"[:18]): 9, ("failed", "x" * 200): 1})
    return statistics


def test_figure_is_written(sequences: list[EditSequence], tmp_path: Path) -> None:
    """With tokens or without there are two rows of panels; the same counts give the same bytes."""
    pytest.importorskip("matplotlib")
    full = tmp_path / "new" / "full.png"
    save_png(counted(sequences, tokens=True), full)
    width, height = size(full)
    assert width > 1500
    assert height > 900
    again = tmp_path / "again.png"
    save_png(counted(sequences, tokens=True), again)
    assert again.read_bytes() == full.read_bytes()
    save_png(counted(sequences, tokens=False), again)
    assert size(again) == (width, height)
    assert again.read_bytes() != full.read_bytes()


def test_nothing_counted_is_drawn_too(tmp_path: Path) -> None:
    """Empty statistics give a figure of one row, not an error."""
    pytest.importorskip("matplotlib")
    save_png(Statistics(), tmp_path / "empty.png")
    assert size(tmp_path / "empty.png")[1] < 600


def test_missing_matplotlib_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install, and no file appears."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"the PNG of reweave stats .*reweave\[plot\]"):
        save_png(Statistics(), tmp_path / "none.png")
    assert not list(tmp_path.iterdir())


def test_import_is_light() -> None:
    """Importing the module does not import matplotlib."""
    code = "import sys, reweave.view.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
