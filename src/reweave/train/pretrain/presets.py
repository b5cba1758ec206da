"""The sizes: what a model is made of and how it is trained, by name.

``tinycodelm-150m`` and ``-400m`` have the widths, layers and heads of the two smallest GPT-2 with OLMo's
block (norms without parameters, SwiGLU, rotary positions, no biases), as the paper's models, which take
524,288 tokens a step, and 72 billion tokens in two epochs (arXiv 2410.02749, section 4; the models' cards).
docs/pretrain.md says which of the other values are published and which are ours. The published vocabulary is
GPT-NeoX's; here one of the same size is trained on the run's own texts.

``micro`` and ``nano`` are Llamas for one GPU and for two CPU cores. At their width the output layer is a
large part of a step, hence the small vocabularies: docs/pretrain.md has the measurements. Their first weights
spread by 1 / √width: at 0.02, so narrow a model spends its first hundred steps near the unigram loss.
``pico`` learns next to nothing; it is there to see a whole run go by in seconds.
"""

from dataclasses import dataclass
from typing import Literal

from reweave.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One size.

    Attributes:
        architecture: The block: transformers' ``llama`` or ``olmo``.
        layers: Transformer blocks.
        width: Of the residual stream.
        inner: Of the gated MLP.
        heads: Attention heads.
        context: Tokens of a window, in training and at most after it.
        vocabulary: Of the tokenizer.
        tied: Whether the output layer is the token table.
        spread: Standard deviation of the first weights.
        learning_rate: At its peak.
        warmup: The share of all steps over which it rises.
        batch: Windows a step, over all processes.
        micro_batch: Windows that go through a device at once.
        tokens: To train on where nothing else is asked for.
        betas: Of AdamW.
        epsilon: Of AdamW.
        weight_decay: Of AdamW, for matrices.
    """

    architecture: Literal["llama", "olmo"]
    layers: int
    width: int
    inner: int
    heads: int
    context: int
    vocabulary: int
    tied: bool = True
    spread: float = 0.02
    learning_rate: float
    warmup: float
    batch: int
    micro_batch: int
    tokens: int
    betas: tuple[float, float] = (0.9, 0.95)
    epsilon: float = 1e-8
    weight_decay: float = 0.1


PRESETS = {
    "pico": Preset(
        architecture="llama", layers=2, width=64, inner=192, heads=2, context=128, vocabulary=512,
        spread=0.125, learning_rate=4e-3, warmup=0.05, batch=8, micro_batch=8, tokens=50_000,
    ),
    "nano": Preset(
        architecture="llama", layers=4, width=192, inner=512, heads=6, context=512, vocabulary=2048,
        spread=0.07, learning_rate=4e-3, warmup=0.05, batch=4, micro_batch=4, tokens=5_000_000,
    ),
    "micro": Preset(
        architecture="llama", layers=6, width=384, inner=1024, heads=6, context=1024, vocabulary=8192,
        spread=0.05, learning_rate=1e-3, warmup=0.02, batch=64, micro_batch=16, tokens=200_000_000,
    ),
    "tinycodelm-150m": Preset(
        architecture="olmo", layers=12, width=768, inner=3072, heads=12, context=1024, vocabulary=50_304,
        learning_rate=3e-4, warmup=0.01, batch=512, micro_batch=16, tokens=72_000_000_000,
        epsilon=1e-5, weight_decay=0.01,
    ),
    "tinycodelm-400m": Preset(
        architecture="olmo", layers=24, width=1024, inner=4096, heads=16, context=1024, vocabulary=50_304,
        learning_rate=3e-4, warmup=0.01, batch=512, micro_batch=8, tokens=72_000_000_000,
        epsilon=1e-5, weight_decay=0.01,
    ),
}  # fmt: skip


def preset(name: str) -> Preset:
    """Give a preset by its name.

    Raises:
        InputError: There is none of this name; the message lists them.

    >>> preset("nano").layers
    4
    """
    if name not in PRESETS:
        raise InputError(f"no preset {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]
