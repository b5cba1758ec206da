"""Parameters from configurations, against counts of real models."""

import json

import pytest

from reweave.errors import InputError
from reweave.evaluate.statistics.model_shape import model_shape

# ruff: noqa: E501 - one model a line
TINY = {
    "vocab_size": 97, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip
TINY_GPT2 = {
    "model_type": "gpt2",
    "vocab_size": 97,
    "n_embd": 24,
    "n_layer": 3,
    "n_head": 4,
    "n_positions": 64,
}

# Counted by sum(p.numel() for p in AutoModelForCausalLM.from_config(...).parameters()) with transformers 5.24.0 and
# torch 2.13.0, in an environment of its own, on 2026-11-25.
BUILT = [
    (TINY_GPT2, 25_584),
    (TINY_GPT2 | {"n_inner": 50}, 18_822),
    (TINY | {"model_type": "llama"}, 18_648),
    (TINY | {"model_type": "llama", "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True, "head_dim": 10}, 20_400),
    (TINY | {"model_type": "mistral"}, 18_648),
    (TINY | {"model_type": "qwen2"}, 18_792),
    (TINY | {"model_type": "qwen2", "tie_word_embeddings": True}, 16_464),
    (TINY | {"model_type": "starcoder2"}, 14_016),
    (TINY | {"model_type": "starcoder2", "use_bias": False, "tie_word_embeddings": False}, 15_936),
    (TINY | {"model_type": "phi"}, 16_297),
    (TINY | {"model_type": "phi", "qk_layernorm": True}, 16_369),
    (TINY | {"model_type": "gemma", "head_dim": 12}, 21_504),
    (TINY | {"model_type": "olmo"}, 18_480),
]  # fmt: skip


def config(kind, vocabulary, width, inner, layers, heads, key_value_heads=None, **more):
    made = {
        "model_type": kind, "vocab_size": vocabulary, "hidden_size": width, "intermediate_size": inner,
        "num_hidden_layers": layers, "num_attention_heads": heads, "max_position_embeddings": 4096,
    }  # fmt: skip
    return made | ({"num_key_value_heads": key_value_heads} if key_value_heads else {}) | more


# The same way, at their published sizes (built without memory, on torch's "meta" device).
PUBLISHED = {
    "GPT-2": (TINY_GPT2 | {"vocab_size": 50257, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024}, 124_439_808),
    "Llama 2 7B": (config("llama", 32_000, 4096, 11_008, 32, 32), 6_738_415_616),
    "Llama 3.1 8B": (config("llama", 128_256, 4096, 14_336, 32, 32, 8), 8_030_261_248),
    "Qwen2 0.5B": (config("qwen2", 151_936, 896, 4864, 24, 14, 2, tie_word_embeddings=True), 494_032_768),
    "StarCoder2 3B": (config("starcoder2", 49_152, 3072, 12_288, 30, 24, 2), 3_030_371_328),
    "StarCoder2 15B": (config("starcoder2", 49_152, 6144, 24_576, 40, 48, 4, tie_word_embeddings=False), 15_957_889_024),
    "Phi-2": (config("phi", 51_200, 2560, 10_240, 32, 32), 2_779_683_840),
    "Gemma 2B": (config("gemma", 256_000, 2048, 16_384, 18, 8, 1, head_dim=256), 2_506_172_416),
}  # fmt: skip


@pytest.mark.parametrize(("built", "parameters"), BUILT)
def test_counts_what_transformers_builds(built, parameters):
    """Every architecture and option: the count of the real model's tensors, to the last parameter."""
    assert model_shape(built).parameters == parameters


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_published_models(name):
    """Models at their published sizes."""
    built, parameters = PUBLISHED[name]
    assert model_shape(built).parameters == parameters


def test_parts_by_hand():
    """GPT-2: tables, blocks and tied output as one adds them up on paper."""
    shape = model_shape(PUBLISHED["GPT-2"][0])
    d = 768
    layer = (3 * d * d + 3 * d) + (d * d + d) + (4 * d * d + 4 * d) + (4 * d * d + d) + 4 * d
    assert shape.block_parameters == 12 * layer + 2 * d == 85_056_000
    assert (shape.token_table, shape.position_table, shape.output_matrix) == (50_257 * d, 1024 * d, 0)
    assert shape.multiplied_parameters == shape.block_parameters + 50_257 * d
    assert (shape.heads, shape.head_width, shape.key_value_heads, shape.context) == (12, 64, 12, 1024)


def test_untied_models_look_up_one_table_and_multiply_the_other():
    """Llama: the input embedding is no part of what is multiplied, the output layer is."""
    shape = model_shape(PUBLISHED["Llama 2 7B"][0])
    assert shape.parameters - shape.multiplied_parameters == shape.token_table == shape.output_matrix


def test_windows():
    """A sliding window counts where it is used: Qwen2 states one and does not use it."""
    assert model_shape(TINY | {"model_type": "mistral", "sliding_window": 16}).window == 16
    assert model_shape(TINY | {"model_type": "starcoder2", "sliding_window": None}).window is None
    assert model_shape(TINY | {"model_type": "qwen2", "sliding_window": 16}).window is None
    stated = {"model_type": "qwen2", "sliding_window": 16, "use_sliding_window": True}
    assert model_shape(TINY | stated).window == 16


def test_from_a_file_or_its_folder(tmp_path):
    """The configuration's file, or the model's folder."""
    (tmp_path / "config.json").write_text(json.dumps(TINY_GPT2))
    assert model_shape(tmp_path) == model_shape(str(tmp_path / "config.json")) == model_shape(TINY_GPT2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "config.json"),
        ("[]", "not a JSON object"),
        ('{"model_type": "mixtral"}', "no model_type 'mixtral' is known here; there are gpt2, llama"),
        ("{}", "no model_type None"),
        ('{"model_type": "llama", "hidden_size": "8"}', "hidden_size is '8'"),
        ('{"model_type": "gpt2"}', "n_embd is None"),
    ],
)
def test_what_cannot_be_counted_is_refused(tmp_path, text, message):
    """Not JSON, not an object, an unknown architecture, a missing field: named, not guessed."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match=message):
        model_shape(tmp_path)


def test_no_file_is_refused(tmp_path):
    """A folder without a configuration."""
    with pytest.raises(InputError, match=r"config\.json"):
        model_shape(tmp_path)
