"""The model of a preset, with random weights: transformers' own Llama or OLMo, nothing of ours inside."""

from typing import Any

from reweave.errors import MissingExtraError
from reweave.train.pretrain.presets import Preset


def model_config(preset: Preset, *, vocabulary: int, context: int, eos: int, pad: int) -> Any:
    """Give transformers' configuration of a model.

    Args:
        preset: The size.
        vocabulary: Tokens that the tokenizer has.
        context: Positions.
        eos: The end-of-sequence token; nothing begins a sequence.
        pad: The padding token.

    Raises:
        MissingExtraError: transformers is not installed.
    """
    try:
        from transformers import LlamaConfig, OlmoConfig  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("pretraining", "train") from error

    kind = {"llama": LlamaConfig, "olmo": OlmoConfig}[preset.architecture]
    return kind(
        vocab_size=vocabulary,
        hidden_size=preset.width,
        intermediate_size=preset.inner,
        num_hidden_layers=preset.layers,
        num_attention_heads=preset.heads,
        num_key_value_heads=preset.heads,
        max_position_embeddings=context,
        tie_word_embeddings=preset.tied,
        initializer_range=preset.spread,
        bos_token_id=None,
        eos_token_id=eos,
        pad_token_id=pad,
    )


def new_model(config: Any, seed: int) -> Any:
    """Make a model with random weights: the same seed, the same weights."""
    from transformers import AutoModelForCausalLM, set_seed  # noqa: PLC0415 - heavy

    set_seed(seed)
    return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
