"""What would be cut is said before; what is done about it is counted, and no token is trained twice."""

from itertools import pairwise

import pytest

from reweave.edits import codec
from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.train.audit import audit, refuse_cuts
from reweave.train.config import SftConfig
from reweave.train.overlong import fit
from reweave.train.prepare import prepare

LONG = "\n".join([f"value_{k} = {k} * {k + 1}" for k in range(40)]) + "\n"


@pytest.fixture
def long_edits(edits_file, pairs):
    """Edit sequences of which some are long."""

    def write(**settings):
        rows = [*pairs[:6], {"id": "long", "instruction": "Write values.", "program": LONG}]
        return edits_file("long.jsonl", rows=rows, **settings)

    return write


@pytest.fixture
def ready(nano, long_edits):
    def make(form="unified", **settings):
        return prepare(SftConfig(model=str(nano), **settings), [long_edits(form=form)])

    return make


def test_it_refuses_and_says_how_many_and_by_how_much(nano, ready):
    whole = ready(max_length=100_000)
    lengths = sorted(len(row.ids) for row in whole.rows)
    over = [length - 300 for length in lengths if length > 300]
    assert over
    said = (
        rf"^{len(over)} of {len(lengths)} rows are longer than --max-length 300: "
        rf"by .*, {max(over):,} at most, "
        rf"{sum(over):,} in all; nothing is cut with --max-length {lengths[-1]}\."
    )
    with pytest.raises(InputError, match=said):
        ready(max_length=300)
    assert ready(max_length=lengths[-1]).audit.over == 0


def test_with_the_limit_raised_trained_tokens_are_the_completions(ready):
    whole = ready(max_length=100_000)
    tokens = sum(len(row.ids) - row.untrained for row in whole.rows)
    assert whole.audit.trained_total == tokens
    assert whole.cut.trained_tokens_lost == 0
    refuse_cuts(whole.audit)


@pytest.mark.parametrize("form", ["unified", "short", "search-replace", "states"])
def test_split_trains_every_token_once_in_rows_that_decode(ready, form):
    """Rows after the first begin with one edit that writes all so far, without loss."""
    whole = ready(form, max_length=100_000)
    limit = max(len(row.ids) for row in whole.rows) * (9 if form == "states" else 8) // 10
    rows, cut = fit(whole.rows, limit, "split", whole.what, whole.tokenizer)
    assert cut.split > 0
    assert cut.unfinished == cut.dropped == cut.trained_tokens_lost == 0
    assert all(len(row.ids) <= limit for row in rows)
    assert len(rows) == len(whole.rows) - cut.split + cut.made
    for row in whole.rows:
        parts = [each for each in rows if (each.id, each.path) == (row.id, row.path)]
        trained = [token for part in parts for token in part.ids[part.untrained :].tolist()]
        assert trained == row.ids[row.untrained :].tolist()
        program = program_of(row, row.untrained, whole)
        states = [program_of(part, row.untrained, whole) for part in parts]
        assert states[-1] == program
        assert all(len(state) < len(later) for state, later in pairwise(states))


def program_of(row, prompt, whole):
    text = whole.tokenizer.decode(row.ids[prompt:])
    # a row that goes on in another ends in the newline before the next marker
    text = text.removesuffix("<|endoftext|>") if text.endswith("<|endoftext|>") else text.removesuffix("\n")
    return codec.decode(codec.split_completion(text, eos=""), whole.what.form)


def test_drop_and_truncate_are_counted(ready):
    whole = ready(max_length=100_000)
    over = [row for row in whole.rows if len(row.ids) > 300]
    rows, cut = fit(whole.rows, 300, "drop", whole.what, whole.tokenizer)
    assert (cut.dropped, cut.trained_tokens_lost) == (len(over), sum(row.trained for row in over))
    assert len(rows) == len(whole.rows) - len(over)
    rows, cut = fit(whole.rows, 300, "truncate", whole.what, whole.tokenizer)
    assert (cut.truncated, cut.trained_tokens_lost) == (len(over), sum(len(row.ids) - 300 for row in over))
    assert max(len(row.ids) for row in rows) == 300


def test_what_no_limit_can_save_is_counted(ready):
    """A prompt that fills the limit leaves nothing to train on; an edit too long for it ends its sequence."""
    whole = ready(max_length=100_000)
    shortest = min(row.untrained for row in whole.rows)
    assert audit(whole.rows, shortest).none_left == len(whole.rows)
    rows, cut = fit(whole.rows, shortest, "truncate", whole.what, whole.tokenizer)
    assert (rows, cut.dropped) == ([], len(whole.rows))
    rows, cut = fit(whole.rows, 60, "split", whole.what, whole.tokenizer)
    assert cut.unfinished + cut.dropped > 0
    lost = sum(row.trained for row in whole.rows) - sum(row.trained for row in rows)
    assert cut.trained_tokens_lost == lost


def test_programs_are_not_split(tokenizer):
    with pytest.raises(InputError, match="split is for edits"):
        fit([], 10, "split", ModelFormat(writes="program"), tokenizer)


def test_epochs_by_the_edit_sequences_a_program(ready):
    """10/s over data with s rows a program is ten passes over the programs."""
    made = ready(max_length=100_000, epochs="10/s", batch_size=4)
    assert made.audit.sequences > 1
    assert (
        sum(map(len, made.steps))
        == round(10 / made.audit.sequences * made.audit.rows)
        == 10 * made.audit.programs
    )
