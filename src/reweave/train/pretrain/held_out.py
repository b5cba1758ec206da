"""The loss on documents that were never trained on, in bits per byte: comparable across tokenizers.

Bits per byte is the sum of the targets' losses, in bits, over the sum of their bytes. End-of-sequence is a
target too, of no bytes: predicting where documents end is part of the cost. Of the whole held-out text only
the first token is no target.
"""

import math
from dataclasses import dataclass
from typing import Any

from reweave.train.pretrain.windows import IGNORED, Windows


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out loss.

    Attributes:
        loss: Nats a token, mean.
        bits_per_byte: Bits a byte of text.
        tokens: Targets.
        bytes: Of the targets' text.
    """

    loss: float
    bits_per_byte: float
    tokens: int
    bytes: int


def token_bytes(tokenizer: Any) -> Any:
    """Give the number of bytes that each token stands for: a tensor, 0 for special tokens.

    A byte-level token's text has one character a byte.
    """
    import torch  # noqa: PLC0415 - heavy

    special = set(tokenizer.all_special_ids)
    texts = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    sizes = [0 if number in special else len(text or "") for number, text in enumerate(texts)]
    return torch.tensor(sizes, dtype=torch.int64)


def held_out_loss(
    model: Any, windows: Windows, sizes: Any, *, batch: int, limit: int, accelerator: Any
) -> HeldOut | None:
    """Measure the loss on the first windows of held-out text; None where there is none.

    Args:
        model: As the trainer wrapped it.
        windows: Of the held-out split.
        sizes: ``token_bytes``.
        batch: Windows at once, a process.
        limit: Windows at most.
        accelerator: Spreads the windows over the processes, and adds up.
    """
    import torch  # noqa: PLC0415 - heavy
    from torch.nn.functional import cross_entropy  # noqa: PLC0415

    count = min(len(windows), limit)
    if count == 0:
        return None
    world, rank, device = accelerator.num_processes, accelerator.process_index, accelerator.device
    sizes = sizes.to(device)
    totals = torch.zeros(3, dtype=torch.float64, device=device)  # nats, tokens, bytes
    was_training = model.training
    model.eval()
    try:
        # All processes take as many turns: a sharded model waits for everybody in each.
        for first in range(0, count, batch * world):
            mine = range(first + rank * batch, min(first + (rank + 1) * batch, count))
            items = [windows[number] for number in mine] or [windows[0]]
            tokens = torch.stack([item["input_ids"] for item in items]).to(device)
            targets = torch.stack([item["labels"] for item in items]).to(device)
            if not mine:
                targets.fill_(IGNORED)
            with torch.no_grad(), accelerator.autocast():
                logits = model(input_ids=tokens, use_cache=False).logits
            targets = targets.flatten()
            nats = cross_entropy(logits.float().flatten(0, 1), targets, ignore_index=IGNORED, reduction="sum")
            valid = targets[targets != IGNORED]
            totals += torch.stack([nats.double(), (valid >= 0).sum().double(), sizes[valid].sum().double()])
    finally:
        model.train(was_training)
    nats, predicted, text = accelerator.reduce(totals, "sum").tolist()
    bits = nats / math.log(2) / text if text else math.nan
    return HeldOut(nats / predicted, bits, int(predicted), int(text))
