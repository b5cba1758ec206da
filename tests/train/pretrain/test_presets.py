"""The sizes, counted on the meta device: no memory is taken."""

import pytest

pytest.importorskip("torch", reason="the extra train is not installed")

import torch

from reweave.errors import InputError
from reweave.train.pretrain.model import model_config, new_model
from reweave.train.pretrain.presets import PRESETS, preset

PARAMETERS = {
    "pico": 139_584,
    "nano": 2_164_416,
    "micro": 13_767_552,
    "tinycodelm-150m": 151_879_680,
    "tinycodelm-400m": 454_164_480,
}
BLOCKS = {"tinycodelm-150m": 113_246_208, "tinycodelm-400m": 402_653_184}  # without the token table


def made(name):
    size = PRESETS[name]
    config = model_config(size, vocabulary=size.vocabulary, context=size.context, eos=0, pad=1)
    with torch.device("meta"):
        return new_model(config, 0)


@pytest.mark.parametrize("name", PRESETS)
def test_parameters(name):
    """Each preset has as many parameters as is said, and the architecture is transformers' own."""
    model = made(name)
    assert sum(parameter.numel() for parameter in model.parameters()) == PARAMETERS[name]
    assert type(model).__module__.startswith("transformers.models.")
    if name in BLOCKS:
        assert PARAMETERS[name] - model.get_input_embeddings().weight.numel() == BLOCKS[name]


def test_flops_are_three_forward_passes():
    """A trained token costs thrice what a token of a prompt does, as ``reweave.evaluate`` counts it."""
    from reweave.evaluate.statistics.flops import sampling_flops
    from reweave.evaluate.statistics.model_shape import model_shape
    from reweave.train.pretrain.speed import flops_per_token

    for name, size in PRESETS.items():
        model = made(name)
        forward = sampling_flops(model_shape(model.config.to_dict()), size.context, [1]).total
        assert flops_per_token(model, size.context) * size.context == 3 * forward


def test_unknown():
    """The message lists what there is."""
    with pytest.raises(InputError, match="nano, micro"):
        preset("mini")
