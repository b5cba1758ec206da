"""Settings: filled in from the preset, refused where they cannot be."""

import pytest

from reweave.errors import InputError
from reweave.settings import checked
from reweave.train.pretrain.config import PretrainConfig


def test_resolved_from_the_preset():
    """What is not said is the preset's; what is said stays."""
    config = PretrainConfig(sources=("installed",), preset="tinycodelm-150m", context=512).resolved()
    assert (config.context, config.vocabulary, config.batch) == (512, 50_304, 512)
    assert config.steps == round(72e9 / (512 * 512))
    assert config.resolved() == config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"preset": "mini"}, "no preset 'mini'; there are pico, nano"),
        ({"weights": (1.0, 2.0)}, "2 weights for 1 sources"),
        ({"weights": (0.0,)}, "above 0"),
        ({"save_every": 15}, "no multiple of log_every"),
        ({"marker": "+x"}, "marker"),
        ({"vocabulary": 100}, "vocabulary"),
        ({"other": 1}, "other"),
    ],
)
def test_refused(settings, message):
    """The message says what is wrong."""
    with pytest.raises(InputError, match=message):
        checked(PretrainConfig, {"sources": ("installed",)} | settings)


def test_checkpoints_and_held_out_losses_fall_on_logged_steps():
    """Else a resumed run could not give the same curve."""
    for tokens in (1, 10_000, 5_000_000):
        config = PretrainConfig(sources=("x",), tokens=tokens, log_every=7).resolved()
        assert config.saves_every % 7 == config.evaluates_every % 7 == 0
