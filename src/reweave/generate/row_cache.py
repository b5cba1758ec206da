"""Keys and values of many completions of different lengths, a row each, so that any of them can step back.

transformers' own caches hold one length for all rows. This one is what a model with plain attention needs of
a cache, no more: which positions the next call writes is said beforehand with ``aim``.
"""

from typing import Any


class RowCache:
    """A cache with a position for each row.

    Args:
        layers: Of the model.
        rows: Completions at once.
        length: Tokens that a row can hold.
    """

    is_compileable = False

    def __init__(self, layers: int, rows: int, length: int) -> None:
        self._layers: list[tuple[Any, Any] | None] = [None] * layers
        self._shape = (rows, length)
        self._rows: Any = None
        self._positions: Any = None
        self._seen = 0

    def aim(self, positions: Any) -> Any:
        """Set where the next call writes; give the mask that lets each row see itself up to there.

        Args:
            positions: int64 tensor (rows in use), the first rows of the cache.
        """
        import torch  # noqa: PLC0415 - heavy

        self._rows = torch.arange(len(positions), device=positions.device)
        self._positions = positions
        self._seen = int(positions.max()) + 1
        seen = torch.arange(self._seen, device=positions.device) <= positions.unsqueeze(-1)
        return seen[:, None, None, :]

    def update(self, keys: Any, values: Any, layer: int, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Write one token a row, as the model calls it; give everything up to the longest row."""
        held = self._held(layer, keys, values)
        for store, new in zip(held, (keys, values), strict=True):
            store[self._rows, :, self._positions] = new[:, :, 0]
        used = len(self._rows)
        return held[0][:used, :, : self._seen], held[1][:used, :, : self._seen]

    def put(self, row: int, prompt: Any) -> None:
        """Fill a row with a prompt's keys and values.

        Args:
            row: Which.
            prompt: transformers' cache of one prompt alone.
        """
        for layer, own in enumerate(prompt.layers):
            held = self._held(layer, own.keys, own.values)
            for store, new in zip(held, (own.keys, own.values), strict=True):
                store[row, :, : new.shape[2]] = new[0]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy a row over another, so that rows in use stay the first ones."""
        for held in self._layers:
            assert held is not None
            for store in held:
                store[target, :, :length] = store[source, :, :length]

    def get_seq_length(self, *_: Any) -> int:
        """Give the longest row's length, for models that ask."""
        return self._seen

    def _held(self, layer: int, keys: Any, values: Any) -> tuple[Any, Any]:
        held = self._layers[layer]
        if held is None:
            rows, length = self._shape
            # Zeroed: what lies behind a row's end is masked, but 0 times not-a-number would still be one.
            held = tuple(
                like.new_zeros((rows, like.shape[1], length, like.shape[3])) for like in (keys, values)
            )
            self._layers[layer] = held
        return held
