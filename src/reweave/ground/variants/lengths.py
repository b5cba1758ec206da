"""Lengths in tokens, as ``reweave train`` counts them: prompt and completion apart, and the end of sequence.

The tokenizer is optional: without it nothing is counted, and nothing is too long.
"""

from collections.abc import Mapping
from typing import Any

from reweave.errors import RowError
from reweave.train.examples import Example
from reweave.train.prepare import load_tokenizer
from reweave.train.tokens import fingerprint, prepare_tokenizer, tokenize


class Lengths:
    """Counts tokens.

    Args:
        model: A folder, or a name on the hub.
        most: Tokens of prompt and completion; 0 for any number.

    Raises:
        InputError: There is no tokenizer, or it has no end-of-sequence token.
        MissingExtraError: The extra ``train`` is not installed.
    """

    def __init__(self, model: str, most: int = 0) -> None:
        self._tokenizer = load_tokenizer(model)
        prepare_tokenizer(self._tokenizer, marker=None)
        self._most = most

    def identity(self) -> dict[str, Any]:
        """Tell this tokenizer from others."""
        return {"tokens": len(self._tokenizer), "sha256": fingerprint(self._tokenizer)}

    def of(self, prompts: Mapping[str, str], completion: str) -> tuple[dict[str, int], int]:
        """Give the tokens of each prompt, and of the completion with its end.

        Args:
            prompts: By form.
            completion: The same after each of them.

        Raises:
            RowError: ``holds-eos``: the completion would end before its end; ``too-long``, in any form.
        """
        rejects: list[Any] = []
        rows = tokenize(
            [Example(form, 0, prompt, completion) for form, prompt in prompts.items()],
            self._tokenizer,
            rejects,
        )
        if rejects:
            raise RowError("holds-eos", rejects[0].detail)
        counts = {row.id: row.untrained for row in rows}
        trained = rows[0].trained
        longest = max(counts, key=lambda form: counts[form])
        if self._most and counts[longest] + trained > self._most:
            told = f"{longest}: {counts[longest] + trained:,} tokens, over {self._most:,}"
            raise RowError("too-long", told)
        return counts, trained
