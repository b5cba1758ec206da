"""Prompt and completion as token ids: tokenized apart and joined, as ``reweave.train.tokens`` does.

No token spans the border, nothing is put before the prompt, and the end-of-sequence token is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from reweave.align.perplexity.scoring import Asked
from reweave.errors import MissingExtraError, RowError


@dataclass(frozen=True, slots=True)
class Ids:
    """A row as tokens.

    Attributes:
        ids: The prompt's, then the completion's.
        border: How many are the prompt's.
    """

    ids: list[int]
    border: int

    @property
    def counted(self) -> int:
        """How many are the completion's."""
        return len(self.ids) - self.border


def need(what: str, *packages: str) -> None:
    """See that the packages of the extra ``train`` are there, without loading them.

    Raises:
        MissingExtraError: One is not.
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtraError(what, "train")


def encode(tokenizer: Any, rows: Sequence[Asked], longest: int | None) -> list[Ids | RowError]:
    """Tokenize rows.

    Args:
        tokenizer: Of transformers.
        rows: At least one.
        longest: Tokens that a row may have; None for any number.
    """
    prompts = tokenizer([row.prompt for row in rows], add_special_tokens=False)["input_ids"]
    completions = tokenizer([row.completion for row in rows], add_special_tokens=False)["input_ids"]
    return [
        _checked(Ids([*prompt, *completion], len(prompt)), longest)
        for prompt, completion in zip(prompts, completions, strict=True)
    ]


def too_long(tokens: int, longest: int) -> RowError:
    """Give the reason why a row of so many tokens is not used."""
    return RowError("too-long", f"{tokens:,} tokens, and the limit is {longest:,}")


def _checked(row: Ids, longest: int | None) -> Ids | RowError:
    if row.border == 0:
        return RowError("no-prompt", "the prompt has no token: the first of all has no log-probability")
    if row.counted == 0:
        return RowError("no-completion", "the completion has no token")
    if longest is not None and len(row.ids) > longest:
        return too_long(len(row.ids), longest)
    return row
