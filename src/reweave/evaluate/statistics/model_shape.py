"""A language model's parameters and shape, counted from its Hugging Face ``config.json``.

No weights are read, and no framework is loaded: each architecture is a sum of matrices whose sides the
configuration gives. The counts are those of ``sum(p.numel() for p in model.parameters())`` in transformers,
to the last parameter (``tests/evaluate/test_model_shape.py`` has the facts). What the parameters cost is
``flops``' business.

Left out: mixtures of experts and encoders. An unknown ``model_type`` is refused, not guessed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reweave.errors import InputError


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What a decoder is made of.

    Args:
        architecture: The configuration's ``model_type``.
        layers: Transformer blocks.
        width: Of the residual stream (``hidden_size``).
        heads: Query heads of a layer.
        key_value_heads: Key and value heads of a layer.
        head_width: Width of one head; ``heads * head_width`` need not be ``width``.
        context: The most positions it was made for.
        vocabulary: Rows of the token table.
        window: Positions that attention looks back, itself included; None for all.
        block_parameters: Of all layers and the last norm: Kaplan et al.'s non-embedding parameters.
        token_table: The input embedding.
        position_table: Learned positions; 0 where there are none.
        output_matrix: The output layer's own; 0 where it shares the token table.
    """

    architecture: str
    layers: int
    width: int
    heads: int
    key_value_heads: int
    head_width: int
    context: int
    vocabulary: int
    window: int | None
    block_parameters: int
    token_table: int
    position_table: int
    output_matrix: int

    @property
    def parameters(self) -> int:
        """All parameters, a shared table once: the number in a model's name."""
        return self.block_parameters + self.token_table + self.position_table + self.output_matrix

    @property
    def multiplied_parameters(self) -> int:
        """Those that a token is multiplied with: blocks and output layer, its own or the shared token table.

        Looking up a row of the input embedding or of the positions multiplies nothing.
        """
        return self.block_parameters + (self.output_matrix or self.token_table)


def model_shape(config: Mapping[str, Any] | Path | str) -> ModelShape:
    """Read a model's shape from its configuration.

    Args:
        config: The configuration, its file, or the folder where its ``config.json`` lies.

    Raises:
        InputError: No such file, not JSON, an architecture that is not known here, or a field missing.

    >>> config = {"model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
    ...           "num_hidden_layers": 32, "num_attention_heads": 32, "max_position_embeddings": 4096}
    >>> model_shape(config).parameters
    6738415616
    """
    values = config if isinstance(config, Mapping) else _read(Path(config))
    kind = values.get("model_type")
    if kind not in _BLOCKS:
        known = ", ".join(_BLOCKS)
        raise InputError(f"model configuration: no model_type {kind!r} is known here; there are {known}")
    fields = _Fields(str(kind), values)
    width, heads, layers = fields.number("width"), fields.number("heads"), fields.number("layers")
    vocabulary, context = fields.number("vocabulary"), fields.number("context")
    tied = bool(values.get("tie_word_embeddings", kind in _TIED))
    output_matrix = 0 if tied else vocabulary * width + (vocabulary if kind == "phi" else 0)
    sliding = values.get("sliding_window") if values.get("use_sliding_window", kind != "qwen2") else None
    norm = _NORM.get(str(kind), 1) * width
    return ModelShape(
        architecture=str(kind),
        layers=layers,
        width=width,
        heads=heads,
        key_value_heads=fields.key_value_heads,
        head_width=fields.head_width,
        context=context,
        vocabulary=vocabulary,
        window=int(sliding) if sliding else None,
        block_parameters=layers * _BLOCKS[str(kind)](fields, norm) + norm,
        token_table=vocabulary * width,
        position_table=context * width if kind == "gpt2" else 0,
        output_matrix=output_matrix,
    )


_NAMES = {
    "width": "hidden_size",
    "inner": "intermediate_size",
    "heads": "num_attention_heads",
    "layers": "num_hidden_layers",
    "vocabulary": "vocab_size",
    "context": "max_position_embeddings",
}
_GPT2_NAMES = {
    "width": "n_embd",
    "inner": "n_inner",
    "heads": "n_head",
    "layers": "n_layer",
    "vocabulary": "vocab_size",
    "context": "n_positions",
}
# What transformers assumes where the configuration does not say.
_TIED = {"gpt2", "starcoder2", "gemma"}
# Parameters of a norm, in widths: a LayerNorm has scale and shift, OLMo's has neither, the others are
# RMSNorms.
_NORM = {"gpt2": 2, "starcoder2": 2, "phi": 2, "olmo": 0}


@dataclass(frozen=True, slots=True)
class _Fields:
    """A configuration's fields under one set of names."""

    kind: str
    values: Mapping[str, Any]

    def number(self, what: str) -> int:
        name = (_GPT2_NAMES if self.kind == "gpt2" else _NAMES)[what]
        value = self.values.get(name)
        if what == "inner" and value is None and self.kind in {"gpt2", "phi"}:
            return 4 * self.number("width")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError(f"model configuration of {self.kind}: {name} is {value!r}, not a number above 0")
        return value

    @property
    def key_value_heads(self) -> int:
        return int(self.values.get("num_key_value_heads") or self.number("heads"))

    @property
    def head_width(self) -> int:
        return int(self.values.get("head_dim") or self.number("width") // self.number("heads"))

    def attention(self, *, qkv_bias: bool, out_bias: bool) -> int:
        """Count the four matrices of a layer's attention."""
        width, queries = self.number("width"), self.number("heads") * self.head_width
        both = queries + 2 * self.key_value_heads * self.head_width
        return _dense(width, both, bias=qkv_bias) + _dense(queries, width, bias=out_bias)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return bool(self.values.get(name, default))


def _dense(inputs: int, outputs: int, *, bias: bool) -> int:
    return inputs * outputs + (outputs if bias else 0)


def _gated(fields: _Fields, norm: int) -> int:
    """Llama and its kin: attention, a gated MLP of three matrices, two norms."""
    width, inner = fields.number("width"), fields.number("inner")
    # Qwen2 has biases on queries, keys and values alone, whatever its configuration says.
    stated = fields.flag("attention_bias")
    attention = fields.attention(qkv_bias=stated or fields.kind == "qwen2", out_bias=stated)
    bias = fields.flag("mlp_bias")
    return attention + 2 * _dense(width, inner, bias=bias) + _dense(inner, width, bias=bias) + 2 * norm


def _plain(fields: _Fields, norm: int) -> int:
    """GPT-2 and StarCoder2: attention, an MLP of two matrices, two norms."""
    width, inner = fields.number("width"), fields.number("inner")
    bias = fields.flag("use_bias", default=True)
    attention = fields.attention(qkv_bias=bias, out_bias=bias)
    return attention + _dense(width, inner, bias=bias) + _dense(inner, width, bias=bias) + 2 * norm


def _phi(fields: _Fields, norm: int) -> int:
    """Phi: attention and MLP side by side, behind one norm; norms of queries and keys where asked for."""
    width, inner = fields.number("width"), fields.number("inner")
    heads = 2 * 2 * fields.head_width if fields.flag("qk_layernorm") else 0
    attention = fields.attention(qkv_bias=True, out_bias=True) + heads
    return attention + _dense(width, inner, bias=True) + _dense(inner, width, bias=True) + norm


_BLOCKS: Mapping[str, Callable[[_Fields, int], int]] = {
    "gpt2": _plain,
    "llama": _gated,
    "mistral": _gated,
    "qwen2": _gated,
    "olmo": _gated,
    "gemma": _gated,
    "starcoder2": _plain,
    "phi": _phi,
}


def _read(path: Path) -> Mapping[str, Any]:
    place = path / "config.json" if path.is_dir() else path
    try:
        values = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"model configuration {place}: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"model configuration {place}: not a JSON object")
    return values
