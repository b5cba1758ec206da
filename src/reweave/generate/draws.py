"""From logits to tokens. A row's draws depend on the seed, its number and its logits, on no neighbour."""

from collections.abc import Iterator
from typing import Any

from reweave.generate.sampling import Sampling

_AT_ONCE = 256
_FEW = 64


def uniforms(seed: int, row: int) -> Iterator[float]:
    """Give a row's own stream of numbers in [0, 1)."""
    import numpy as np  # noqa: PLC0415 - heavy

    source = np.random.Generator(np.random.Philox(key=[seed, row]))
    while True:
        yield from source.random(_AT_ONCE).tolist()


def draw(logits: Any, sampling: Sampling, numbers: list[float]) -> list[int]:
    """Draw one token a row, by inverting the distribution's sum at the row's number.

    Args:
        logits: float tensor (rows, vocabulary).
        sampling: Temperature, top-k, top-p, min-p: applied in this order, as vLLM does.
        numbers: One in [0, 1) a row; not used where the temperature is 0.
    """
    import torch  # noqa: PLC0415 - heavy

    if sampling.temperature == 0:
        return logits.argmax(-1).tolist()  # type: ignore[no-any-return]
    logits = logits.float() / sampling.temperature
    if sampling.top_k or sampling.top_p < 1:
        chances, tokens = _likeliest(logits, sampling)
        # A token stays while those before it do not reach top_p; the first one always.
        chances = chances.where(chances.cumsum(-1) - chances < sampling.top_p, 0)
    else:
        chances, tokens = logits.softmax(-1), None
    if sampling.min_p:
        chances = chances.where(chances >= sampling.min_p * chances.amax(-1, keepdim=True), 0)
    sums = chances.double().cumsum(-1)
    at = torch.tensor(numbers, dtype=torch.float64, device=logits.device).unsqueeze(-1) * sums[:, -1:]
    # The first place whose sum is above the number. Rounding can put it at the end, past the last chance.
    places = torch.searchsorted(sums, at, right=True).clamp_max(sums.shape[-1] - 1)
    places = places.where(chances.gather(-1, places) > 0, chances.argmax(-1, keepdim=True))
    drawn = places if tokens is None else tokens.gather(-1, places)
    return drawn.squeeze(-1).tolist()  # type: ignore[no-any-return]


def _likeliest(logits: Any, sampling: Sampling) -> tuple[Any, Any]:
    """Give the likeliest tokens' chances, falling, and the tokens: as many as top-k and top-p can need."""
    most = int(logits.shape[-1])
    if sampling.top_k:
        values, tokens = logits.topk(min(sampling.top_k, most), sorted=True)
        return values.softmax(-1), tokens
    chances = logits.softmax(-1)
    # Sorting the whole vocabulary is a quarter of a small model's step, and a few tokens nearly always do.
    for count in (_FEW, most):
        found, tokens = chances.topk(min(count, most), sorted=True)
        if bool((found.sum(-1) >= sampling.top_p).all()):
            break
    return found, tokens
