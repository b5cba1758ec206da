r"""Examples as token ids and labels, and the tokenizer made ready for them.

Prompt and completion are tokenized apart and joined, so that no token spans the border and generation sees
what training saw. The marker before each edit is one special token: no merge crosses it, and a sequence of
edits can be cut there without changing a token. The end-of-sequence token belongs to the completion.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.records import Reject
from reweave.train.examples import Example

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Tokens:
    """One row as the trainer takes it.

    Attributes:
        id: The program's.
        path: Which of its edit sequences.
        ids: All tokens, as many as 32-bit integers in an array.
        untrained: How many at the start carry no loss: the prompt, and what `overlong` puts there.
    """

    id: str
    path: int
    ids: Any
    untrained: int

    @property
    def trained(self) -> int:
        """How many tokens carry loss."""
        return len(self.ids) - self.untrained

    def labels(self) -> Any:
        """Give the labels: the ids, with -100 where there is no loss."""
        import numpy as np  # noqa: PLC0415 - comes with torch

        labels = self.ids.astype(np.int64)
        labels[: self.untrained] = -100
        return labels


def prepare_tokenizer(tokenizer: Any, *, marker: str | None, eos: str | None = None) -> ModelFormat:
    """Make a tokenizer ready for training: the marker one special token, an end of sequence, a padding.

    Args:
        tokenizer: A fast tokenizer of transformers; it is changed.
        marker: What stands before each edit; None where there are no edits.
        eos: The end-of-sequence token, in place of the tokenizer's own.

    Returns:
        A format that knows the marker and the end-of-sequence token; the rest is for the caller to fill in.

    Raises:
        InputError: There is no end-of-sequence token, or the marker cannot become one token.
    """
    if eos is not None:
        if tokenizer.convert_tokens_to_ids(eos) in {None, tokenizer.unk_token_id}:
            raise InputError(f"--eos {eos}: the tokenizer's vocabulary has no such token")
        tokenizer.eos_token = eos
    if tokenizer.eos_token is None:
        raise InputError(
            f"the tokenizer of {tokenizer.name_or_path or 'this model'} has no end-of-sequence token, so "
            "that a model could not learn to stop: name a token of its vocabulary with --eos"
        )
    if marker is not None:
        from tokenizers import AddedToken  # noqa: PLC0415 - heavy

        tokenizer.add_tokens([AddedToken(marker, special=True, normalized=False)], special_tokens=True)
        ids = tokenizer(f"\n{marker}x\n{marker}{marker}", add_special_tokens=False)["input_ids"]
        if ids.count(tokenizer.convert_tokens_to_ids(marker)) != 3:
            raise InputError(f"the tokenizer does not take {marker!r} as one token")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token  # labels are made beforehand: it is trained on all the same
    named: dict[str, Any] = {} if marker is None else {"marker": marker}
    return ModelFormat(eos=tokenizer.eos_token, **named)


def tokenize(examples: Iterable[Example], tokenizer: Any, rejects: list[Reject]) -> list[Tokens]:
    """Tokenize examples; the end-of-sequence token is added.

    Args:
        examples: What to learn.
        tokenizer: A tokenizer as `prepare_tokenizer` leaves it.
        rejects: Where to put examples whose completion holds the end-of-sequence token.
    """
    import numpy as np  # noqa: PLC0415 - comes with torch

    eos = tokenizer.eos_token_id
    made = []
    for batch in _batches(examples):
        prompts = _encode(tokenizer, [each.prompt for each in batch])
        completions = _encode(tokenizer, [each.completion for each in batch])
        for each, prompt, completion in zip(batch, prompts, completions, strict=True):
            if eos in completion:
                told = f"its completion holds the end-of-sequence token {tokenizer.eos_token}"
                rejects.append(Reject(each.id, "rejected", "holds-eos", told))
                continue
            ids = np.array([*prompt, *completion, eos], dtype=np.int32)
            made.append(Tokens(each.id, each.path, ids, len(prompt)))
    return made


def fingerprint(tokenizer: Any) -> str:
    """Give the SHA-256 of what a fast tokenizer does."""
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()


def lossy(examples: Sequence[Example], tokenizer: Any) -> int:
    """Count the completions that the tokenizer does not give back byte for byte."""
    count = 0
    for batch in _batches(examples):
        texts = [each.completion for each in batch]
        ids = _encode(tokenizer, texts)
        back = tokenizer.batch_decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        count += sum(text != again for text, again in zip(texts, back, strict=True))
    return count


def _encode(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    encoded: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return encoded


def _batches(examples: Iterable[Example]) -> Iterable[list[Example]]:
    batch: list[Example] = []
    for example in examples:
        batch.append(example)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
