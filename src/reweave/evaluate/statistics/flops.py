"""Test-time FLOPs of sampling, and pass@k against them.

A token that goes forward through a model costs 2 FLOPs for each parameter that it is multiplied with, one to
multiply and one to add, and 4 · layers · heads · head width for each position that it attends to: queries
times keys, and weights times values (Kaplan et al. 2020, arXiv 2001.08361, table 1, who halve it for the mean
causal position; Hoffmann et al. 2022, arXiv 2203.15556, appendix F). With a cache of keys and values, every
position goes forward once: the prompt's together (prefill), then each sampled token to get the next one
(decoding). The last token sampled goes nowhere. So a prompt of P tokens and an answer of T take P + T - 1
positions, and position t attends to t + 1 of them, or to the window.

Left out, as in both papers: softmax, norms, activations, rotary positions and sampling itself (about 1 %),
and whatever a server wastes. Speculative decoding and beams are not this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reweave.errors import EstimateError
from reweave.evaluate.statistics.model_shape import ModelShape
from reweave.evaluate.statistics.numeric import np
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import Estimate, estimate_mean, estimate_share

Counted = Literal["multiplied", "all", "non-embedding"]
"""Which parameters are N: see ``sampling_flops``."""


@dataclass(frozen=True, slots=True)
class SamplingFlops:
    """What one prompt and its samples cost; each a whole number of FLOPs.

    Args:
        prefill: The prompt's positions.
        decode: The samples' positions.
        attention: The share of both that is attention over positions; the rest is 2 · N · positions.
        n: N, the parameters counted.
    """

    prefill: int
    decode: int
    attention: int
    n: int

    @property
    def total(self) -> int:
        """Prefill and decoding."""
        return self.prefill + self.decode


def sampling_flops(
    shape: ModelShape,
    prompt_tokens: int,
    completion_tokens: Sequence[int],
    *,
    shared_prompt: bool = False,
    counted: Counted = "multiplied",
) -> SamplingFlops:
    """Count the FLOPs of sampling several answers to one prompt.

    Args:
        shape: The model.
        prompt_tokens: P, from 1 on.
        completion_tokens: T of each sample; the token that ends it counted where it was sampled.
        shared_prompt: Whether the prompt went forward once for all samples (``n`` in one request, or a prefix
            cache), not once for each.
        counted: What N is. ``multiplied``: without the tables that are looked up, with the output layer.
            ``all``: all parameters, as in 2 · N · tokens on the back of an envelope. ``non-embedding``:
            Kaplan's, without the output layer.

    Raises:
        EstimateError: A number of tokens that cannot be.
    """
    if prompt_tokens < 1 or min(completion_tokens, default=0) < 0:
        raise EstimateError(f"a prompt has 1 token or more, not {prompt_tokens}, an answer 0 or more")
    n = {
        "multiplied": shape.multiplied_parameters,
        "all": shape.parameters,
        "non-embedding": shape.block_parameters,
    }[counted]
    prompts = min(1, len(completion_tokens)) if shared_prompt else len(completion_tokens)
    attended = _attended(prompt_tokens, shape.window)
    prompt_attention = prompts * _per_attended(shape) * attended
    positions, decode_attention = 0, 0
    for tokens in completion_tokens:
        last = prompt_tokens + max(0, tokens - 1)
        positions += last - prompt_tokens
        decode_attention += _per_attended(shape) * (_attended(last, shape.window) - attended)
    return SamplingFlops(
        prefill=2 * n * prompts * prompt_tokens + prompt_attention,
        decode=2 * n * positions + decode_attention,
        attention=prompt_attention + decode_attention,
        n=n,
    )


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of pass@k against test-time compute.

    Args:
        k: Samples a task.
        flops: FLOPs to get k samples of a task, mean over tasks.
        pass_at_k: What they are worth.
    """

    k: int
    flops: Estimate
    pass_at_k: Estimate


def pass_at_k_against_flops(
    samples: Any,
    passes: Any,
    sample_flops: Any,
    ks: Sequence[int],
    *,
    prompt_flops: Any = 0.0,
    groups: Sequence[Any] | None = None,
    task_ids: Sequence[str] | None = None,
) -> list[CurvePoint]:
    """Give the points of the curve of pass@k against the FLOPs to get k samples (as LintSeq has it).

    Args:
        samples: n of each task, shape (tasks,).
        passes: c of each task.
        sample_flops: Mean FLOPs of one sample of each task, or one number for all.
        ks: The k, one point each.
        prompt_flops: FLOPs paid once a task however many samples there are: the prefill of a shared prompt.
            Likewise.
        groups: Each task's group, or None.
        task_ids: Names for errors.

    Raises:
        EstimateError: As ``task_pass_at_k``.
    """
    tasks = np.shape(np.asarray(samples))
    once = np.broadcast_to(np.asarray(prompt_flops, dtype=np.float64), tasks)
    each = np.broadcast_to(np.asarray(sample_flops, dtype=np.float64), tasks)
    points = []
    for k in ks:
        values = task_pass_at_k(samples, passes, k, task_ids=task_ids)
        flops = estimate_mean(once + k * each, groups)
        points.append(CurvePoint(k, flops, estimate_share(values, groups)))
    return points


def _per_attended(shape: ModelShape) -> int:
    return 4 * shape.layers * shape.heads * shape.head_width


def _attended(positions: int, window: int | None) -> int:
    """Add up what the first ``positions`` attend to: 1 + 2 + ... up to the window, then the window each."""
    rising = positions if window is None else min(positions, window)
    return rising * (rising + 1) // 2 + (positions - rising) * (window or 0)
