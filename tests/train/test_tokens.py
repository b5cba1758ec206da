"""Tokens: the marker is one, the end of sequence is there, prompt and completion stay apart."""

import pytest

from reweave.errors import InputError
from reweave.train.examples import Example
from reweave.train.tokens import lossy, prepare_tokenizer, tokenize


def test_the_marker_becomes_one_token_that_joins_with_nothing(tokenizer):
    before = len(tokenizer)
    what = prepare_tokenizer(tokenizer, marker="<|diff|>")
    assert len(tokenizer) == before + 1
    assert what.eos == "<|endoftext|>"
    assert tokenizer("a<|diff|>b", add_special_tokens=False)["input_ids"].count(before) == 1
    prepare_tokenizer(tokenizer, marker="<|diff|>")
    assert len(tokenizer) == before + 1


def test_without_an_end_of_sequence_it_is_refused(tokenizer):
    tokenizer.eos_token = None
    with pytest.raises(InputError, match=r"no end-of-sequence token.*--eos"):
        prepare_tokenizer(tokenizer, marker=None)
    with pytest.raises(InputError, match="--eos <never>: the tokenizer's vocabulary"):
        prepare_tokenizer(tokenizer, marker=None, eos="<never>")
    assert prepare_tokenizer(tokenizer, marker=None, eos="<|endoftext|>").eos == "<|endoftext|>"


def test_prompt_and_completion_are_tokenized_apart(tokenizer):
    """A token of the vocabulary that spans the border is not used."""
    prepare_tokenizer(tokenizer, marker=None)
    word = min(word for word in tokenizer.get_vocab() if word.isascii() and word.isalpha() and len(word) > 1)
    assert tokenizer(word, add_special_tokens=False)["input_ids"] == [tokenizer.get_vocab()[word]]
    [row] = tokenize([Example("a", 0, word[0], word[1:])], tokenizer, [])
    assert tokenizer.decode(row.ids) == f"{word}<|endoftext|>"
    assert tokenizer.get_vocab()[word] not in row.ids
    assert row.labels().tolist() == [-100, *row.ids.tolist()[1:]]
    assert (row.untrained, row.trained) == (1, len(row.ids) - 1)


def test_a_completion_with_the_end_in_it_is_rejected(tokenizer):
    prepare_tokenizer(tokenizer, marker=None)
    rejects = []
    rows = tokenize([Example("a", 0, "", "x<|endoftext|>y"), Example("b", 0, "", "x")], tokenizer, rejects)
    assert [row.id for row in rows] == ["b"]
    assert [(each.id, each.reason) for each in rejects] == [("a", "holds-eos")]


def test_a_tokenizer_that_loses_text_is_noticed(tokenizer):
    from tokenizers import normalizers

    examples = [Example("a", 0, "", "Größe = 1"), Example("b", 0, "", "x = 1")]
    assert lossy(examples, tokenizer) == 0
    tokenizer.backend_tokenizer.normalizer = normalizers.Lowercase()
    assert lossy(examples, tokenizer) == 1
