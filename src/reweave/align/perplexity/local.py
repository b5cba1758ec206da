"""A model in this process: a folder in Hugging Face's format, or a name on the hub.

In float64, rows of like length go through together, padded on the right, where causal attention hides it:
what that changes is far beyond the digits that are stored. In float32 and below it would show in them, so
there each row has a pass of its own. Either way a row's figure does not depend on the batch.
"""

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from reweave.align.perplexity.encoding import Ids, encode, need
from reweave.align.perplexity.scoring import Asked, Outcome, Scored, rounded
from reweave.errors import InputError, RowError
from reweave.model_folder import ModelFormat, read_format
from reweave.storage.fingerprint import file_fingerprint

_WHAT = "a model in this process"
_MOST = 1 << 24  # logits of one pass, padding included, where a row alone does not have more
_DECIDING = ("*.safetensors", "*.bin", "config.json", "tokenizer*", "vocab*", "merges.txt", "*.model")


class LocalModel:
    """A local model; see `reweave.align.perplexity.scoring.Scorer`.

    Args:
        model: A folder, or a name on the hub.
        template: Of prompts; None: what the folder says, else the instruction alone.
        longest: Tokens that a row may have; None: what the model's context holds.
        batch: Rows at once in float64.
        device: Where it computes.
        precision: Of its numbers.

    Raises:
        InputError: There is no such folder.
        MissingExtraError: torch or transformers is not installed.
    """

    group = 64  # what a kill costs at most; enough to find rows of like length

    def __init__(
        self,
        model: str,
        *,
        template: str | None = None,
        longest: int | None = None,
        batch: int = 8,
        device: str = "cpu",
        precision: Literal["float64", "float32", "bfloat16"] = "float64",
    ) -> None:
        need(_WHAT, "torch", "transformers")
        self._folder = Path(model) if Path(model).is_dir() else None
        if self._folder is None and (model.startswith((".", "/", "~")) or model.count("/") > 1):
            raise InputError(f"no such folder: {model}")
        if self._folder is not None and not (self._folder / "config.json").exists():
            raise InputError(f"{model} holds no model: there is no config.json in it")
        form = read_format(self._folder) if self._folder is not None else None
        self.template = (form or ModelFormat()).prompt if template is None else template
        self._name, self._longest, self._batch = model, longest, batch
        self._device, self._precision = device, precision
        self._loaded: tuple[Any, Any] | None = None

    def describe(self) -> Mapping[str, Any]:
        """Give its files' names, sizes and hashes of their ends; of a hub's model its name and commit."""
        how = {"device": self._device, "precision": self._precision}
        if self._folder is None:
            return {"hub": self._name, "commit": _commit(self._name), **how}
        files = sorted({path for one in _DECIDING for path in self._folder.glob(one) if path.is_file()})
        return {"folder": {path.name: file_fingerprint(path) for path in files}, **how}

    def score(self, rows: Sequence[Asked]) -> list[Outcome]:
        """Give an outcome for each row."""
        model, tokenizer = self._loaded = self._loaded or self._load()
        encoded = encode(tokenizer, rows, self._limit(model))
        outcomes: dict[int, Outcome] = {
            place: row for place, row in enumerate(encoded) if not isinstance(row, Ids)
        }
        good = [(place, row) for place, row in enumerate(encoded) if isinstance(row, Ids)]
        good.sort(key=lambda item: len(item[1].ids))
        for batch in self._batches(good, model.config.get_text_config().vocab_size):
            sums = self._nll(model, [row for _, row in batch])
            for (place, row), nll in zip(batch, sums, strict=True):
                outcomes[place] = _scored(row, nll)
        return [outcomes[place] for place in range(len(rows))]

    def close(self) -> None:
        """Let go of the weights."""
        self._loaded = None

    def _load(self) -> tuple[Any, Any]:
        import torch  # noqa: PLC0415 - heavy
        from transformers import AutoModelForCausalLM, logging  # noqa: PLC0415 - heavy

        from reweave.train.prepare import load_tokenizer  # noqa: PLC0415 - loads what training needs

        logging.disable_progress_bar()  # it would mix with ours
        tokenizer = load_tokenizer(self._name)
        try:
            model = AutoModelForCausalLM.from_pretrained(self._name, dtype=getattr(torch, self._precision))
        except (OSError, ValueError) as error:
            raise InputError(f"{self._name} holds no model that transformers can load: {error}") from error
        try:
            return model.to(self._device).eval(), tokenizer
        except (RuntimeError, AssertionError) as error:  # no such device, or one without room
            raise InputError(f"the model cannot be put on device {self._device!r}: {error}") from error

    def _limit(self, model: Any) -> int | None:
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        limits = [limit for limit in (self._longest, context) if limit is not None and limit > 0]
        return min(limits, default=None)

    def _batches(self, rows: Iterable[tuple[int, Ids]], vocabulary: int) -> Iterator[list[tuple[int, Ids]]]:
        """Give rows together that may go through the model together; they come sorted by length."""
        most = self._batch if self._precision == "float64" else 1
        batch: list[tuple[int, Ids]] = []
        for item in rows:
            if batch and (len(batch) == most or (len(batch) + 1) * len(item[1].ids) * vocabulary > _MOST):
                yield batch
                batch = []
            batch.append(item)
        if batch:
            yield batch

    def _nll(self, model: Any, rows: Sequence[Ids]) -> list[float]:
        """Give each row's sum over the tokens that count."""
        import torch  # noqa: PLC0415 - heavy

        longest = max(len(row.ids) for row in rows)
        ids = torch.tensor([row.ids + [0] * (longest - len(row.ids)) for row in rows], device=self._device)
        # The logits at a place are those of the next token: what stands before the borders is not needed.
        first = min(row.border for row in rows) - 1
        cut = "logits_to_keep" in inspect.signature(model.forward).parameters
        with torch.inference_mode():
            # No mask: padding stands on the right, where no token looks.
            out = model(
                input_ids=ids, use_cache=False, **({"logits_to_keep": longest - first} if cut else {})
            )
            logits = out.logits if cut else out.logits[:, first:]
            sums = []
            for row, of_row, own in zip(rows, logits, ids, strict=True):
                wide = of_row[row.border - 1 - first : len(row.ids) - 1 - first]
                wide = wide if self._precision == "float64" else wide.float()
                wanted = own[row.border : len(row.ids)].unsqueeze(-1)
                costs = wide.logsumexp(-1) - wide.gather(-1, wanted).squeeze(-1)
                sums.append(float(costs.double().sum()))
        return sums


def _scored(row: Ids, nll: float) -> Outcome:
    if not math.isfinite(nll):
        return RowError(
            "no-number", f"the model's figure is {nll}: its weights or its precision are at fault"
        )
    return Scored(row.border, row.counted, rounded(nll))


def _commit(name: str) -> str | None:
    """Give the commit of a hub's model, as its configuration has it.

    Raises:
        InputError: There is no such model, or it cannot be reached.
    """
    from transformers import AutoConfig  # noqa: PLC0415 - heavy

    try:
        commit: str | None = AutoConfig.from_pretrained(name)._commit_hash  # noqa: SLF001 - has no other name
    except (OSError, ValueError) as error:
        raise InputError(f"no model {name}: {error}") from error
    return commit
