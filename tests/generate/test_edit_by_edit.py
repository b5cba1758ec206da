"""Edit by edit: where a completion ends, and which edits are drawn again. The model is scripted."""

import pytest

from reweave.edits.codec import completion, resolve_text
from reweave.generate.batch import Batch
from reweave.generate.row import Row, Rules
from reweave.generate.sampling import Generated, Sampling
from reweave.model_folder import ModelFormat

torch = pytest.importorskip("torch", reason="needs the extra train")

EOS, MARKER = 256, 257
NAMES = {EOS: "<|endoftext|>", MARKER: "<|diff|>"}


def tokens_of(text):
    """Bytes as tokens, markers as theirs."""
    tokens = []
    for number, part in enumerate(text.split(NAMES[MARKER])):
        tokens += [MARKER] * (number > 0) + list(part.encode())
    return tokens


def text_of(tokens):
    pieces = [NAMES[token].encode() if token in NAMES else bytes([token]) for token in tokens]
    return b"".join(pieces).decode()


class Scripted:
    """Writes each row's script; an edit that is asked for again comes from the list of alternatives."""

    format = ModelFormat(form="short")
    rows = 3

    def __init__(self, script, again=()):
        self.script = [*tokens_of(script), EOS]
        self.again = [tokens_of(edit) for edit in again]
        self.last = -1

    def new_cache(self, rows, max_tokens):
        """It is its own cache."""
        return self

    def put(self, row, prompt):
        """A row joins."""

    def move(self, source, target, length):
        """Rows are one here."""

    def read(self, prompt):
        """What follows the prompt."""
        return self.logits([self.script[0]])[0], None

    def step(self, tokens, positions, cache):
        """One row at a time in these tests: a position that goes back begins an alternative."""
        [position] = positions
        if position <= self.last:
            border = self.script.index(MARKER, position)  # after the edit to be replaced
            self.script[position:border] = self.again.pop(0)
        self.last = position
        return self.logits([self.script[position]])

    @staticmethod
    def logits(tokens):
        """All but certain."""
        out = torch.full((len(tokens), 258), -100.0)
        for row, token in enumerate(tokens):
            out[row, token] = 100.0
        return out


def run(model, *, checked=0, max_tokens=10_000):
    """Give what came of one row, and the edits as they were told."""
    told = []
    rules = Rules(text_of, EOS, MARKER, max_tokens)
    row = Row(0, [0], 100_000, iter(lambda: 0.5, None))
    batch = Batch(
        model, [row], Sampling(temperature=0, checked=checked), rules, lambda i, edit: told.append(edit)
    )
    batch.run()
    batch.close()
    made = Generated(
        text=row.text(rules),
        finish_reason=row.finish_reason,
        prompt_tokens=1,
        completion_tokens=len(row.tokens),
        sampled_tokens=row.sampled,
        resampled=row.resampled,
        refused=row.refused,
    )
    return made, told


EDITS = ["@1\nx = 1", "@2\nprint(x)", "@2\ny = x"]


def test_ends_with_the_first_empty_edit():
    """Nothing is drawn after it, though the script goes on; the text decodes as it stands."""
    made, told = run(Scripted(completion(EDITS) + "\n<|diff|>@1\nnever = 1"))
    assert told == EDITS
    assert made.text == completion(EDITS)
    assert made.finish_reason == "stop"
    assert resolve_text(made.text, form="short").program == "x = 1\ny = x\nprint(x)\n"
    assert made.sampled_tokens == made.completion_tokens == len(tokens_of(completion(EDITS)))


@pytest.mark.parametrize(
    "script", ["<|diff|>" + "\n<|diff|>".join(EDITS), "\n<|diff|>" + "\n<|diff|>".join(EDITS)]
)
def test_the_end_of_sequence_ends_the_last_edit(script):
    made, told = run(Scripted(script))
    assert told == EDITS
    assert (made.text, made.finish_reason) == (script, "stop")


def test_a_marker_inside_of_a_line_is_no_border():
    edits = ["@1\na = '<|diff|>'", "@2\n<|diff|>\nb = 1"]
    made, told = run(Scripted(completion(edits)))
    assert made.text == completion(edits)
    assert len(told) == 2
    assert resolve_text(made.text, form="short").program == "a = '<|diff|>'\n<|diff|>\nb = 1\n"


def test_cut_short():
    made, told = run(Scripted(completion(EDITS)), max_tokens=len(tokens_of(completion(EDITS[:2]))) - 10)
    assert (made.finish_reason, told) == ("length", EDITS[:1])


def test_a_broken_edit_is_drawn_again():
    """An undefined name, then a header out of range, then a good edit: what was thrown away is counted."""
    script = completion(["@1\nx = 1", "@2\nprint(z)", "@3\ny = x"])
    again = ["@9\nprint(x)\n", "@2\nprint(x)\n"]
    made, told = run(Scripted(script, again), checked=2)
    assert told == ["@1\nx = 1", "@2\nprint(x)", "@3\ny = x"]
    assert (made.resampled, made.refused, made.finish_reason) == (2, 0, "stop")
    assert resolve_text(made.text, form="short").program == "x = 1\nprint(x)\ny = x\n"
    thrown = sum(
        len(tokens_of(edit)) + 1 for edit in ("@2\nprint(z)\n", "@9\nprint(x)\n")
    )  # and their markers
    assert made.sampled_tokens == made.completion_tokens + thrown


def test_the_last_draw_is_kept():
    """As many draws as allowed, then the edit stays, counted as refused; the next is held to its state."""
    script = completion(["@1\nx = 1", "@2\nprint(z)", "@3\ny = x"])
    made, told = run(Scripted(script, ["@2\nprint(w)\n"]), checked=1)
    assert told == ["@1\nx = 1", "@2\nprint(w)", "@3\ny = x"]
    assert (made.resampled, made.refused) == (1, 1)


def test_unchecked_is_untouched():
    made, told = run(Scripted(completion(["@1\nprint(z)"])))
    assert told == ["@1\nprint(z)"]
    assert (made.resampled, made.refused) == (0, 0)
