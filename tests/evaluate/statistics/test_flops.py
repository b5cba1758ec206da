"""FLOPs of sampling, against adding up every matrix product of every position."""

import numpy as np
import pytest

from reweave.errors import EstimateError
from reweave.evaluate.statistics.flops import pass_at_k_against_flops, sampling_flops
from reweave.evaluate.statistics.model_shape import model_shape
from reweave.evaluate.statistics.pass_at_k import pass_at_k

LLAMA = {
    "model_type": "llama", "vocab_size": 97, "hidden_size": 24, "intermediate_size": 40,
    "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip
WINDOWED = LLAMA | {"model_type": "mistral", "sliding_window": 5}


def position_by_position(config, start, stop):
    """Matrix products of positions start to stop, one at a time; without the norms."""
    d, f, v, layers = (
        config[name] for name in ("hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers")
    )
    heads, kv, window = (
        config["num_attention_heads"],
        config["num_key_value_heads"],
        config.get("sliding_window"),
    )
    width = d // heads
    total = attention = 0
    for position in range(start, stop):
        attended = position + 1 if window is None else min(position + 1, window)
        for _ in range(layers):
            products = [
                (d, heads * width),
                (d, kv * width),
                (d, kv * width),
                (heads * width, d),
                (d, f),
                (d, f),
                (f, d),
            ]
            total += sum(2 * rows * columns for rows, columns in products)
            for _ in range(heads):
                attention += 2 * width * attended  # query times keys
                attention += 2 * attended * width  # weights times values
        total += 2 * d * v  # output layer
    return total, attention


NORMS = 2 * (2 * 3 + 1) * 24  # N holds the norms' scales: 2 FLOPs a position each


@pytest.mark.parametrize("config", [LLAMA, WINDOWED])
@pytest.mark.parametrize(("prompt", "answers"), [(7, [5]), (1, [1]), (3, [0]), (4, [9, 2, 1]), (20, [30])])
def test_is_the_sum_over_positions(config, prompt, answers):
    """Prefill and decoding: every product of every position, with a cache of keys and values."""
    flops = sampling_flops(model_shape(config), prompt, answers)
    total, attention = position_by_position(config, 0, prompt)
    prefill = len(answers) * (total + attention + prompt * NORMS)
    decode, attended = 0, len(answers) * attention
    for tokens in answers:
        end = prompt + max(0, tokens - 1)
        total, attention = position_by_position(config, prompt, end)
        decode += total + attention + (end - prompt) * NORMS
        attended += attention
    assert (flops.prefill, flops.decode, flops.attention) == (prefill, decode, attended)
    assert flops.total == prefill + decode


def test_a_shared_prompt_is_paid_once():
    """Ten samples of one request: one prefill, ten times the decoding."""
    shape = model_shape(LLAMA)
    one, ten = sampling_flops(shape, 30, [8]), sampling_flops(shape, 30, [8] * 10, shared_prompt=True)
    assert (ten.prefill, ten.decode) == (one.prefill, 10 * one.decode)
    assert sampling_flops(shape, 30, [8] * 10).prefill == 10 * one.prefill
    assert sampling_flops(shape, 30, [], shared_prompt=True).total == 0


def test_what_is_counted_is_stated():
    """N with the output layer, with all tables, or without either."""
    shape = model_shape(LLAMA)
    counted = {
        each: sampling_flops(shape, 1, [1], counted=each) for each in ("multiplied", "all", "non-embedding")
    }
    table = 97 * 24
    assert counted["all"].n - counted["multiplied"].n == table
    assert counted["multiplied"].n - counted["non-embedding"].n == table
    assert {each: flops.total - flops.attention for each, flops in counted.items()} == {
        each: 2 * flops.n for each, flops in counted.items()
    }


def test_attention_is_kaplans_term_on_average():
    """A full context's mean position attends to half of it: Kaplan's 2 · layers · context · width."""
    shape = model_shape(LLAMA | {"max_position_embeddings": 4096})
    flops = sampling_flops(shape, 4096, [0])
    assert flops.attention / 4096 == pytest.approx(2 * 3 * 4096 * 24, rel=1e-3)


def test_large_models_do_not_overflow():
    """405 billion parameters and a million tokens: exact whole numbers."""
    shape = model_shape(LLAMA | {"hidden_size": 16384, "intermediate_size": 53248, "num_hidden_layers": 126})
    flops = sampling_flops(shape, 1, [1_000_001])
    assert flops.total == 2 * flops.n * 1_000_001 + 4 * 126 * 16384 * (1_000_001 * 1_000_002 // 2)


@pytest.mark.parametrize(("prompt", "answers"), [(0, [1]), (-1, [1]), (3, [-1])])
def test_tokens_that_cannot_be_are_refused(prompt, answers):
    """No prompt, or fewer than no tokens."""
    with pytest.raises(EstimateError):
        sampling_flops(model_shape(LLAMA), prompt, answers)


def test_the_curve():
    """One point a k: k samples' FLOPs, mean over tasks, and pass@k, each with its interval."""
    n, c = np.full(40, 20), np.arange(40) % 21
    each = np.linspace(1e9, 3e9, 40)
    points = pass_at_k_against_flops(n, c, each, [1, 5, 20], prompt_flops=5e8)
    assert [point.k for point in points] == [1, 5, 20]
    for point in points:
        assert point.flops.value == pytest.approx(5e8 + point.k * 2e9)
        assert point.pass_at_k.value == pytest.approx(pass_at_k(n, c, point.k))
        assert point.flops.ci95[0] < point.flops.value < point.flops.ci95[1]
        assert point.pass_at_k.ci95[0] < point.pass_at_k.value
    assert pass_at_k_against_flops(n, c, 2e9, [5])[0].flops.value == pytest.approx(1e10)
    with pytest.raises(EstimateError, match="not so: a"):
        pass_at_k_against_flops([2, 3], [0, 0], 1.0, [3], task_ids=["a", "b"])
