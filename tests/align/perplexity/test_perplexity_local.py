"""A local model's figures: against a computation by hand, whatever the batch, and after an interrupt."""

import math

import pytest

from reweave.errors import InputError, MissingExtraError, RunError

from . import tiny_model


def test_by_hand(tiny, measured):
    """Each row has the nats of its completion's tokens, given the prompt in the model's own template."""
    found = measured(tiny_model.ROWS, {"tiny": {"model": str(tiny)}})
    assert not found.rejects
    assert [row["id"] for row in found.rows[:5]] == ["add", "loop", "short", "turns", "4"]
    for row, of in zip(tiny_model.ROWS, found.rows, strict=True):
        expected = tiny_model.by_hand(tiny, row)
        assert {name: of[name] for name in expected} == expected
        assert (of["source"], of["model"], of["straddles"]) == ("own", "tiny", False)
    (cell,) = found.json["cells"]
    nats, tokens, sizes = (sum(row[name] for row in found.rows) for name in ("nll", "tokens", "bytes"))
    assert cell["perplexity"]["value"] == pytest.approx(math.exp(nats / tokens))
    assert cell["bits_per_byte"]["value"] == pytest.approx(nats / math.log(2) / sizes)
    assert cell["template"] == tiny_model.PROMPT


def test_any_batch(tiny, measured):
    """One row at a time, three or fifty, in float64: the same bytes. In float32 too, near float64's."""
    runs = {}
    for dtype in ("float64", "float32"):
        for batch in (1, 3, 50):
            found = measured(
                tiny_model.ROWS, {"tiny": {"model": str(tiny)}}, f"{dtype}-{batch}", batch=batch, dtype=dtype
            )
            runs.setdefault(dtype, []).append(found)
    for same in runs.values():
        assert len({tuple(found.bytes.items()) for found in same}) == 1
    exact, single = (runs[dtype][0].rows for dtype in ("float64", "float32"))
    assert exact != single
    for one, other in zip(exact, single, strict=True):
        assert one["nll"] == pytest.approx(other["nll"], rel=1e-5)


def test_template_of_the_settings(tiny, measured):
    """A template of the command's takes the place of the model's, and another one is another run."""
    row = tiny_model.ROWS[0]
    own = measured([row], {"tiny": {"model": str(tiny)}})
    other = measured([row], {"tiny": {"model": str(tiny)}}, "other", prompt="{instruction} ->")
    assert own.rows[0]["nll"] != other.rows[0]["nll"]
    assert own.rows[0]["tokens"] == other.rows[0]["tokens"]
    with pytest.raises(RunError, match="template"):
        measured([row], {"tiny": {"model": str(tiny)}}, prompt="{instruction} ->")
    with pytest.raises(InputError, match="instruction"):
        measured([row], {"tiny": {"model": str(tiny)}}, "none", prompt="no hole")


def test_longer_than_the_limit(tiny, measured):
    """Rows over --max-length, and over the model's context, are rejects that say both numbers."""
    rows = [tiny_model.ROWS[2], tiny_model.ROWS[0], {"prompt": "x", "completion": "very long " * 100}]
    found = measured(rows, {"tiny": {"model": str(tiny)}})
    assert [(row["index"], row["reason"]) for row in found.rejects] == [(2, "too-long")]
    assert "limit is 256" in found.rejects[0]["detail"]
    found = measured(rows, {"tiny": {"model": str(tiny)}}, "shorter", max_length=20)
    assert [row["index"] for row in found.rejects] == [1, 2]
    assert found.json["cells"][0]["rejected"] == {"too-long": 2}


def test_interrupted(tiny, measured, monkeypatch):
    """A run that ends after two groups goes on there: nothing is computed again, the bytes are the same."""
    from reweave.align.perplexity import cell
    from reweave.align.perplexity.local import LocalModel

    monkeypatch.setattr(LocalModel, "group", 10)
    monkeypatch.setattr(cell, "_CHECKPOINT_SECONDS", -1.0)
    models = {"tiny": {"model": str(tiny)}}
    whole = measured(tiny_model.ROWS, models)

    def stop(done, _made, _total):
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measured(tiny_model.ROWS, models, "again", report=stop)
    seen = []
    again = measured(tiny_model.ROWS, models, "again", report=lambda *counts: seen.append(counts))
    assert seen[0][:2] == (20, 0)
    assert seen[-1][0] == len(tiny_model.ROWS)
    assert again.bytes == whole.bytes


def test_another_model_of_the_same_name(tiny, measured, tmp_path):
    """Weights that changed under a name are another run: refused, with what differs."""
    models = {"tiny": {"model": str(tiny)}}
    measured([tiny_model.ROWS[0]], models)
    other = tiny_model.make(tmp_path / "other", seed=1)
    with pytest.raises(RunError, match=r"model\.folder\.model\.safetensors"):
        measured([tiny_model.ROWS[0]], {"tiny": {"model": str(other)}})


def test_cells_are_kept(tiny, measured, tmp_path):
    """A model that comes later is added: the cells of the first are not computed again."""
    rows = tiny_model.ROWS[:9]
    other = tiny_model.make(tmp_path / "other", seed=1)
    first = measured(rows, {"tiny": {"model": str(tiny)}})
    seen = []
    both = {"tiny": {"model": str(tiny)}, "other": {"model": str(other)}}
    found = measured(rows, both, report=lambda *counts: seen.append(counts))
    assert seen[0] == (9, 0, 18)
    assert [row for row in found.rows if row["model"] == "tiny"] == first.rows
    assert [cell["model"] for cell in found.json["cells"]] == ["tiny", "other"]
    assert len(found.rows) == 18


@pytest.mark.parametrize(
    ("model", "message"),
    [("./nothing", "no such folder"), ("{rows}", "no config.json")],
)
def test_no_model(measured, tmp_path, model, message):
    """A folder that is not there, or holds no model, is said before anything is computed."""
    pytest.importorskip("torch", reason="needs the extra train")
    with pytest.raises(InputError, match=message):
        measured([tiny_model.ROWS[0]], {"m": {"model": model.replace("{rows}", str(tmp_path))}})
    assert not (tmp_path / "out").exists()


def test_without_the_extra(measured, monkeypatch, tmp_path):
    """Without torch the error names the pip command, and no request is sent for other models first."""
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'reweave\[train\]'"):
        measured([tiny_model.ROWS[0]], {"m": {"model": str(tmp_path)}})
