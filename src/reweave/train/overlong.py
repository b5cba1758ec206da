r"""What becomes of rows over the limit: dropped, truncated, or split; counted in any case.

``split`` makes several rows of one edit sequence. Instruction and all edits so far would be longer than the
limit again, so what is written already stands there as *one* edit that writes it all at once: a coarser
edit sequence of the same program, after which the next edits come with the very tokens they have in the
whole one. This context carries no loss. So each token of the sequence is trained once, and each row is a
sequence that decodes. Only the last row ends with the marker, the empty edit and the end-of-sequence token.

A row is cut where a marker stands, which is one token and joins with nothing. A single edit that does not
fit after its context leaves the sequence unfinished: its rest is lost, and counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reweave.edits import codec
from reweave.errors import DecodeError, InputError
from reweave.model_folder import ModelFormat
from reweave.records import split_lines
from reweave.train.config import Overlong
from reweave.train.tokens import Tokens


@dataclass(slots=True)
class Cut:
    """What was done.

    Attributes:
        dropped: Rows that are gone as a whole.
        truncated: Rows that lost their end.
        split: Rows of which several were made.
        made: How many were made of them.
        unfinished: Of those that were split, how many lost their end.
        trained_tokens_lost: Tokens that would have carried loss.
    """

    dropped: int = 0
    truncated: int = 0
    split: int = 0
    made: int = 0
    unfinished: int = 0
    trained_tokens_lost: int = 0


def fit(
    rows: Iterable[Tokens], max_length: int, how: Overlong, what: ModelFormat, tokenizer: Any
) -> tuple[list[Tokens], Cut]:
    """Bring rows below the limit.

    Args:
        rows: Tokenized rows.
        max_length: The limit of prompt and completion together.
        how: ``drop``, ``split`` or ``truncate``.
        what: How edits are written, for ``split``.
        tokenizer: The rows' own.

    Returns:
        The rows, in their order, and what was done. Rows without a trained token are dropped.

    Raises:
        InputError: Programs are to be split.
    """
    if how == "split" and what.writes != "edits":
        raise InputError("--overlong split is for edits; programs can be dropped or truncated")
    cut = Cut()
    kept: list[Tokens] = []
    for row in rows:
        if len(row.ids) <= max_length:
            made = [row]
        elif how == "split":
            made = _split(row, max_length, what, tokenizer)
            cut.split += bool(made)
            cut.made += len(made)
            cut.unfinished += bool(made and made[-1].ids[-1] != row.ids[-1])
        elif how == "truncate":
            made = [Tokens(row.id, row.path, row.ids[:max_length], row.untrained)]
            cut.truncated += made[0].trained > 0
        else:
            made = []
        made = [each for each in made if each.trained > 0]
        cut.dropped += not made
        cut.trained_tokens_lost += row.trained - sum(each.trained for each in made)
        kept += made
    return kept, cut


def _split(row: Tokens, limit: int, what: ModelFormat, tokenizer: Any) -> list[Tokens]:
    import numpy as np  # noqa: PLC0415 - comes with torch

    prompt, written = row.ids[: row.untrained], row.ids[row.untrained :]
    text = tokenizer.decode(written[:-1], skip_special_tokens=False, clean_up_tokenization_spaces=False)
    try:
        states = codec.decode_states(codec.split_completion(text, marker=what.marker, eos=""), what.form)
    except DecodeError:
        return []  # counted as dropped: what was written so far is not known
    marker = tokenizer.convert_tokens_to_ids(what.marker)
    starts = [int(at) for at in np.flatnonzero(written == marker)]
    if len(starts) != len(states) + 2:
        return []  # the marker stands in an edit too, escaped: rare enough to leave it
    edges = [0, *starts[1 : len(states)], len(written)]  # edit k is written[edges[k]:edges[k + 1]]
    made = []
    first = 0
    while first < len(states):
        context = prompt if not first else np.append(prompt, _written(states[first - 1], what, tokenizer))
        room = limit - len(context)
        last = first
        while last < len(states) and edges[last + 1] - edges[first] <= room:
            last += 1
        if last == first:
            break  # this edit alone is too long
        ids: Any = np.append(context, written[edges[first] : edges[last]]).astype(np.int32)
        made.append(Tokens(row.id, row.path, ids, len(context)))
        first = last
    return made


def _written(state: str, what: ModelFormat, tokenizer: Any) -> list[int]:
    """The tokens of one edit that writes a state, up to the next marker."""
    [edit] = codec.encode(state, [0] * len(split_lines(state)), what.form)
    text = codec.completion([edit], marker=what.marker).removesuffix(f"{what.marker}\n{what.marker}")
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
