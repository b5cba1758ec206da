"""Settings: names, files and flags put together, and what is refused."""

import pytest

from reweave.align.perplexity.config import PerplexityConfig, merged, read_models, read_sources
from reweave.errors import InputError


@pytest.mark.parametrize(
    ("spec", "name", "model"),
    [
        ("nano=run/nano", "nano", {"model": "run/nano"}),
        ("run/nano-1.5", "nano-1.5", {"model": "run/nano-1.5"}),
        ("a=m@http://h/v1", "a", {"model": "m", "base_url": "http://h/v1"}),
        ("org/m-3b@https://h:1/v1", "m-3b", {"model": "org/m-3b", "base_url": "https://h:1/v1"}),
        ("runs/lr=1/nano", "nano", {"model": "runs/lr=1/nano"}),
    ],
)
def test_models(spec, name, model):
    """A name, a folder or a model at an address; without a name it is the model's own."""
    assert read_models([spec]) == {name: model}


def test_the_command_line_wins():
    """What both name is the command line's; what only one names is there."""
    file = {"limit": 3, "sources": {"own": "a.jsonl"}, "models": {"m": {"model": "x"}, "n": {"model": "y"}}}
    found = merged(file, ["own=b.jsonl", "c.jsonl"], ["m=z"])
    assert found["sources"] == {"own": "b.jsonl", "c": "c.jsonl"}
    assert found["models"] == {"m": {"model": "z"}, "n": {"model": "y"}}
    assert found["limit"] == 3


def test_precision():
    """float64 on a CPU, where batches must not show; float32 elsewhere; what is said, where it is said."""
    assert PerplexityConfig().precision == "float64"
    assert PerplexityConfig(device="cuda").precision == "float32"
    assert PerplexityConfig(device="cuda", dtype="bfloat16").precision == "bfloat16"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: read_sources(["a/rows.jsonl", "b/rows.jsonl"]), "two sources are named 'rows'"),
        (lambda: read_models(["m=x", "m=y"]), "two models are named 'm'"),
        (lambda: PerplexityConfig().check(), "no source: give NAME=ROWS"),
        (lambda: PerplexityConfig(sources={"a": "b"}).check(), "no model: give --model"),
        (lambda: PerplexityConfig(sources={"a/b": "c"}, models={"m": {"model": "x"}}).check(), "'a/b'"),
        (
            lambda: PerplexityConfig(sources={"a": "-"}, models={"m": {"model": "x"}}).check(),
            "standard input",
        ),
    ],
)
def test_refused(make, message):
    """What cannot be run is refused, with what to give."""
    with pytest.raises(InputError, match=message):
        make()
