r"""How fast training goes: tokens a second, and the share of the machine's peak that is (MFU).

A trained token costs ``6 · N + 6 · layers · width · (context + 1)`` FLOPs. N counts the parameters that a
token is multiplied with: all but a token table that is only looked up. Forward, each parameter is two
FLOPs, and a token attends to (context + 1) / 2 positions on average, at 4 · layers · width each; backward is
twice forward (Kaplan et al., arXiv 2001.08361, section 2.1). Chowdhery et al. (arXiv 2204.02311, appendix B)
count attention over the whole window: twice that term.

The peak is the maker's number for dense bf16 where the GPU is in the table; elsewhere, and on a CPU, what a
matrix multiplication reaches at this moment, and a busy machine reaches less.
"""

import time
from typing import Any, NamedTuple

_TERA = 1e12
_GPUS = (
    ("H200", 989), ("H100 PCIe", 756), ("H100 NVL", 835), ("H100", 989), ("B200", 2250), ("A100", 312),
    ("A10G", 70), ("A10", 125), ("A40", 150), ("L40S", 362), ("L40", 181), ("L4", 121), ("RTX 4090", 165),
    ("RTX 3090", 71),
)  # fmt: skip
_SIDE = 1024  # of the matrices; small enough to be quick, large enough to be bound by arithmetic
_ROUNDS = 8


class Peak(NamedTuple):
    """The most FLOPs a second.

    Attributes:
        flops: How many, of one device.
        source: Where the number is from.
    """

    flops: float
    source: str


def has_bf16(*, on_cpu: bool) -> bool:
    """Say whether the device multiplies bf16 faster than fp32: GPUs of today, CPUs with AVX512-BF16 or AMX.

    On a CPU with AVX512-BF16 alone, autocast made a step of ``nano`` 1.4 times as fast: docs/pretrain.md.
    """
    import torch  # noqa: PLC0415 - heavy

    if not on_cpu:
        return bool(torch.cuda.is_bf16_supported())
    # torch keeps these to itself; where they are gone, fp32 is right if slower.
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, lambda: False)()) for name in asked)


def flops_per_token(model: Any, context: int) -> int:
    """Count the FLOPs of training on one token, forward and backward, by the formula above."""
    config = model.config
    multiplied = sum(parameter.numel() for parameter in model.parameters())
    if not config.tie_word_embeddings:
        multiplied -= model.get_input_embeddings().weight.numel()
    attention = 6 * config.num_hidden_layers * config.hidden_size * (context + 1)
    return int(6 * multiplied + attention)


def peak(device: Any, *, bf16: bool) -> Peak:
    """Give the peak of a device.

    Args:
        device: torch's.
        bf16: Whether matrices are multiplied in bf16; else in fp32.
    """
    import torch  # noqa: PLC0415 - heavy

    if device.type == "cuda" and bf16:
        name = torch.cuda.get_device_name(device)
        for known, tera in _GPUS:
            if known in name:
                return Peak(tera * _TERA, f"{name}, dense bf16, as its maker says")
    dtype = torch.bfloat16 if bf16 else torch.float32
    left, right = (torch.ones(_SIDE, _SIDE, device=device, dtype=dtype) for _ in range(2))
    best = float("inf")
    for _ in range(_ROUNDS):
        _wait(device)
        began = time.perf_counter()
        left @ right
        _wait(device)
        best = min(best, time.perf_counter() - began)
    return Peak(
        2 * _SIDE**3 / best, f"measured: {_SIDE} x {_SIDE} matrices, {str(dtype).removeprefix('torch.')}"
    )


def _wait(device: Any) -> None:
    import torch  # noqa: PLC0415 - heavy

    if device.type == "cuda":
        torch.cuda.synchronize(device)
