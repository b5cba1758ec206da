r"""A byte-level BPE tokenizer for code: trained on a stream of texts, lossless.

What code needs decides how text is cut before merging (as GPT-2's tokenizer cuts English):

- a line break, blank lines and the indentation that follows are one piece, so that four levels deep costs
  one token;
- runs of spaces and tabs elsewhere are one piece: indentation behind a diff's ``+`` too;
- digits stand alone, each with the space before it where there is one: numbers are spelled out;
- words (letters and underscores) and punctuation take the space before them along.

Nothing is normalized and bytes are the alphabet, so that decoding gives back every text to the byte.

Special tokens are three: end of sequence, padding, and the marker of edits. A program may well contain
their text: it is then text. ``plain_encoder`` encodes so; the tokenizer of transformers, as tuning uses it,
finds the special tokens in its text, unless it is called with ``split_special_tokens=True``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reweave.edits.codec import EOS, MARKER
from reweave.errors import InputError, MissingExtraError

PAD = "<|pad|>"
LONGEST = 32
"""Characters of a token at most: deep indentation yes, rulers of a whole line no."""

_PIECES = (
    r"(?:\r?\n)+[ \t]*"
    r"| ?[\p{L}_]+"
    r"| ?\p{N}"
    r"| ?[^\s\p{L}\p{N}_]+"
    r"|[ \t]+"
    r"|\s+"
)
_SMALLEST = 256 + 3  # all bytes and the special tokens


def train_tokenizer(
    texts: Iterable[str],
    vocabulary: int,
    *,
    context: int | None = None,
    marker: str = MARKER,
    eos: str = EOS,
) -> Any:
    """Train a tokenizer on a stream of texts; the same texts give the same tokenizer.

    Args:
        texts: Read once, never held together.
        vocabulary: Tokens at most, special ones included; a small corpus may give fewer.
        context: The model's, kept as ``model_max_length``.
        marker: The special token before each edit.
        eos: The special token at the end of a document.

    Returns:
        A tokenizer of transformers, to be saved by its ``save_pretrained``.

    Raises:
        InputError: The vocabulary cannot hold all bytes, or a special token is there twice.
        MissingExtraError: transformers is not installed.
    """
    if vocabulary < _SMALLEST:
        raise InputError(f"a vocabulary of {vocabulary} cannot hold all bytes: {_SMALLEST} at least")
    special = [eos, PAD, marker]
    if len(set(special)) < len(special):
        raise InputError(f"the special tokens are three different ones, not {', '.join(special)}")
    try:
        from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415
        from transformers import PreTrainedTokenizerFast  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("training a tokenizer", "train") from error

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        max_token_length=LONGEST,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_batches(_utf8(texts)), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=eos,
        pad_token=PAD,
        additional_special_tokens=[marker],
        clean_up_tokenization_spaces=False,
        **({} if context is None else {"model_max_length": context}),
    )


def load_tokenizer(folder: Path, *, marker: str = MARKER, eos: str = EOS) -> Any:
    """Load a tokenizer and see that the special tokens are single tokens of it.

    Raises:
        InputError: It cannot be read, or lacks one.
        MissingExtraError: transformers is not installed.
    """
    try:
        from transformers import AutoTokenizer  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("a tokenizer", "train") from error

    if not (folder / "tokenizer.json").exists():
        raise InputError(f"{folder} holds no tokenizer: there is no tokenizer.json")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: {error}") from error
    special = tokenizer.all_special_tokens
    for token in (eos, marker):
        if token not in special:
            raise InputError(f"{folder}: {token} is no special token there; there are {', '.join(special)}")
    if tokenizer.eos_token != eos:
        raise InputError(f"{folder}: the end-of-sequence token is {tokenizer.eos_token!r}, not {eos!r}")
    return tokenizer


def plain_encoder(tokenizer: Any) -> Callable[[Sequence[str]], list[list[int]]]:
    """Give a function that encodes texts as text alone: no special token comes out of it, whatever they say.

    Args:
        tokenizer: A fast tokenizer of transformers; it is not changed.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - heavy

    own = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())  # the setting below must not leak
    own.encode_special_tokens = True
    own.no_padding()
    own.no_truncation()

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [item.ids for item in own.encode_batch_fast(list(texts), add_special_tokens=False)]

    return encode


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Hand texts over by the megabyte: one call of the library a text would cost more than the text."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= 1 << 20:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _utf8(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"text {number} is no Unicode text (a lone surrogate): {error}") from error
        yield text
