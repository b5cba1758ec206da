"""The settings: presets, files, --set and flags, in their order; what is wrong is named."""

import pytest

from reweave.align.config import make_config, read_config
from reweave.errors import InputError


def test_order(tmp_path):
    """A preset, then the file, then --set, then flags: what comes later wins."""
    file = tmp_path / "align.toml"
    file.write_text('preset = "paper"\nseed = 3\n[responses]\nn = 8\n[instructions]\nclass = 100\n')
    config = read_config(file, ["responses.n=6", "pairs.form=messages"], {"seed": 5, "limit": None})
    assert (config.preset, config.seed, config.limit) == ("paper", 5, 0)
    assert (config.responses.n, config.responses.shots, config.responses.max_tokens) == (6, 1, 1536)
    assert config.instructions.shares == {"function": 50, "class": 100, "program": 25}
    assert (config.pairs.form, config.pairs.tests) == ("messages", 0.5)


def test_paper():
    """Preset paper is the published one: n = 10, temperature 0.7, one shot, shuffled, half with tests."""
    config = make_config({"preset": "paper"})
    responses = config.responses
    assert (responses.n, responses.round, responses.temperature, responses.max_tokens) == (10, 10, 0.7, 1536)
    assert responses.shots == 1
    assert (config.concepts.shuffle, config.instructions.shuffle, config.concepts.cap) == (True, True, 0)
    assert config.instructions.shares == {"function": 50, "class": 25, "program": 25}
    assert config.pairs.tests == 0.5


def test_other_rooms_tables():
    """A table that is no stage's here is handed on, unread."""
    config = make_config({"seeds": {"anything": [1, 2]}})
    assert config.table("seeds") == {"anything": [1, 2]}
    assert config.table("validated") == {}


def test_roles():
    """A role without an endpoint is the generator's; without any it is said what to give."""
    one = {"base_url": "http://127.0.0.1:1/v1", "model": "small"}
    config = make_config(
        {"endpoints": {"generator": one, "teacher": one | {"model": "large", "kind": "chat"}}}
    )
    assert config.endpoint("tester").model == "small"
    assert (config.endpoint("teacher").model, config.endpoint("teacher").kind) == ("large", "chat")
    with pytest.raises(InputError, match="--model and --base-url"):
        make_config({}).endpoint("judge")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"preset": "best"}, "there are paper, default"),
        ({"responses": {"n": 0}}, "responses.n"),
        ({"responses": {"m": 1}}, "responses.m"),
        ({"responses": 3}, r"\[responses\]"),
        ({"sed": 1}, "sed"),
        ({"instructions": {"function": 0, "class": 0, "program": 0}}, "shares"),
        ({"endpoints": {"author": {"base_url": "http://x", "model": "m"}}}, "endpoints.author"),
    ],
)
def test_wrong(values, told):
    """What is not known or cannot be is named."""
    with pytest.raises(InputError, match=told):
        make_config(values)
