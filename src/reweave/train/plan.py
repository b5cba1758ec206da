"""Which rows make which optimizer step, and which micro-batches: settled before training, from a seed.

A step's rows are sorted by length and cut into micro-batches with little padding. Every step has the same
number of micro-batches, a multiple of the number of processes, because that is how trainers accumulate
gradients; loss is summed over a step before it is divided, so where the cuts fall changes nothing but speed.
A run that goes on after a kill, and one on other machines, sees the same steps.
"""

from collections.abc import Iterator, Sequence

from reweave.edits.stream import Stream

_PASS = 64  # what a forward pass costs beside its tokens, in tokens: see docs/train.md

Step = list[int]
"""Row numbers of one optimizer step."""


def shuffled(count: int, seed: int, name: str) -> list[int]:
    """Give the numbers below ``count`` in random order."""
    order = list(range(count))
    stream = Stream(seed, name, 0)
    for draw, last in enumerate(range(count - 1, 0, -1)):
        other = stream.below(draw, last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def make_steps(
    rows: int, batch: int, *, seed: int, epochs: float = 1.0, steps: int | None = None
) -> list[Step]:
    """Deal rows into steps, each epoch in another order; a batch may reach into the next epoch.

    Args:
        rows: How many there are.
        batch: Rows of one step.
        seed: Of the order.
        epochs: How often each row is seen; the last pass may be a part.
        steps: The number of steps, in place of ``epochs``.

    Returns:
        The steps; the last one may be smaller, so that no row is left out.
    """
    wanted = steps * batch if steps is not None else round(epochs * rows)
    dealt = _endless(rows, seed)
    numbers = [next(dealt) for _ in range(wanted)]
    return [numbers[start : start + batch] for start in range(0, wanted, batch)]


def micro_batches(
    steps: Sequence[Step], lengths: Sequence[int], *, tokens: int, processes: int = 1
) -> list[list[list[int]]]:
    """Cut each step into micro-batches.

    Args:
        steps: Row numbers a step.
        lengths: Tokens of each row.
        tokens: The most tokens of a micro-batch, padding included; a longer row stands alone.
        processes: They share a step's micro-batches.

    Returns:
        For each step its micro-batches of row numbers, as many for every step. Some may be empty.
    """
    cuts = [_cut(sorted(step, key=lambda row: (lengths[row], row)), lengths, tokens) for step in steps]
    each = max((len(cut) for cut in cuts), default=1)
    each += -each % processes
    return [_spread(cut, lengths, each) for cut in cuts]


def _endless(rows: int, seed: int) -> Iterator[int]:
    epoch = 0
    while True:
        yield from shuffled(rows, seed, f"epoch {epoch}")
        epoch += 1


def _cut(ordered: list[int], lengths: Sequence[int], most: int) -> list[list[int]]:
    """Cut rows, sorted by length, where the padding saved is worth another pass."""
    made: list[list[int]] = []
    current: list[int] = []
    for row in reversed(ordered):  # from the longest: it sets the width
        if current:
            width = lengths[current[0]]
            full = (len(current) + 1) * width > most
            wasted = len(current) * (width - lengths[row])
            if full or ((width - lengths[row]) * 4 > width and wasted > _PASS):
                made.append(current)
                current = []
        current.append(row)
    if current:
        made.append(current)
    return made


def _spread(cut: list[list[int]], lengths: Sequence[int], count: int) -> list[list[int]]:
    """Halve the largest micro-batches until there are so many; where all have one row, add empty ones."""
    cut = list(cut)
    while len(cut) < count:
        largest = max(
            range(len(cut)),
            key=lambda at: (len(cut[at]) > 1, len(cut[at]) * lengths[cut[at][0]] if cut[at] else 0),
        )
        rows = cut[largest]
        if len(rows) < 2:
            cut.append([])
            continue
        cut[largest : largest + 1] = [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
    return cut
