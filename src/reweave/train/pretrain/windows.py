"""Windows of tokens out of shards, in an order that seed and position alone decide.

The shards of a split are one long sequence; window i is its tokens from i · context on, and what each token
is to predict is the one behind it: in an epoch every token but the very first is a target once. The last
window is filled up with padding that is no target. Documents share windows, and attention goes across their
borders, as is usual in pretraining; end-of-sequence tells the model.

A run's windows are one list of steps · batch items: epoch after epoch, each in its own shuffled order. So
where training stands is one number, and a resumed run goes on at exactly the next window, on any number of
processes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reweave.errors import RunError

IGNORED = -100  # the label that is no target, as in torch's cross entropy


class Windows:
    """The windows of a split, in their own order: a sequence of dictionaries of tensors.

    Args:
        files: The shards; they are mapped into memory, not read.
        context: Tokens of a window.
        pad: The padding token.

    Raises:
        RunError: A shard cannot be read.
    """

    def __init__(self, files: Sequence[Path], context: int, pad: int) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._np = np
        self._arrays = [_map(path) for path in files]
        self._starts = np.concatenate([[0], np.cumsum([len(array) for array in self._arrays])]).astype(
            np.int64
        )
        self._context = context
        self._pad = pad
        self.tokens = int(self._starts[-1])

    def __len__(self) -> int:
        return max(0, -(-(self.tokens - 1) // self._context))

    def __getitem__(self, number: int) -> dict[str, Any]:
        import torch  # noqa: PLC0415 - heavy

        np = self._np
        first = number * self._context
        found = self._tokens(first, min(first + self._context + 1, self.tokens))
        tokens = np.full(self._context, self._pad, np.int64)
        targets = np.full(self._context, IGNORED, np.int64)
        tokens[: min(len(found), self._context)] = found[: self._context]
        targets[: len(found) - 1] = found[1:]
        targets_tensor = torch.from_numpy(targets)
        # Shifted already: the Trainer and the model's loss take ``shift_labels`` as they are.
        return {
            "input_ids": torch.from_numpy(tokens),
            "labels": targets_tensor,
            "shift_labels": targets_tensor,
        }

    def _tokens(self, first: int, last: int) -> Any:
        np = self._np
        shard = int(np.searchsorted(self._starts, first, side="right")) - 1
        pieces = []
        while first < last:
            start = int(self._starts[shard])
            pieces.append(self._arrays[shard][first - start : last - start])
            first += len(pieces[-1])
            shard += 1
        return np.concatenate(pieces).astype(np.int64)


class Course:
    """All windows that a run trains on, in their order.

    Args:
        windows: Of the training split.
        length: Steps times batch.
        seed: Of the shuffling.
    """

    def __init__(self, windows: Windows, length: int, seed: int) -> None:
        self._windows = windows
        self._length = length
        self._seed = seed
        self._epoch = -1
        self._order: Any = None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: int) -> dict[str, Any]:
        return self._windows[self.window(number)]

    def window(self, number: int) -> int:
        """Give the number of the window that stands at a place of the run."""
        epoch, place = divmod(number, len(self._windows))
        if epoch != self._epoch:
            self._order, self._epoch = order(len(self._windows), self._seed, epoch), epoch
        return int(self._order[place])


def order(count: int, seed: int, epoch: int) -> Any:
    """Shuffle the numbers below ``count``: sorted by draws of Philox, whose stream NumPy keeps for ever.

    >>> order(5, 0, 0).tolist() == order(5, 0, 0).tolist() != order(5, 0, 1).tolist()
    True
    """
    import numpy as np  # noqa: PLC0415 - heavy

    draws = np.random.Philox(key=np.array([seed % 2**64, epoch], np.uint64)).random_raw(count)
    return np.argsort(draws, kind="stable")


def _map(path: Path) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise RunError(f"shard {path} cannot be read: {error}") from error
