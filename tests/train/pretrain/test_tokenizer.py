"""The tokenizer: lossless, made for code, and deaf to special tokens that data spells out."""

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("transformers", reason="the extra train is not installed")

from reweave.errors import InputError
from reweave.train.pretrain import plain_encoder, train_tokenizer
from reweave.train.pretrain.tokenizer import PAD, load_tokenizer

SPECIAL = ["<|endoftext|>", "<|diff|>", PAD]
pieces = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*SPECIAL, "\r\n", "\n\n    ", "\t", "   x", " 1234", "\x0c", "\xa0", "\u2028", "\ufeff", "é"]
    ),
)
any_text = st.lists(pieces, max_size=8).map("".join)


@given(any_text)
@example("<|endoftext|>")
@example("x = '<|diff|>'  # <|pad|>\n")
@settings(max_examples=300, deadline=None)
def test_decode_gives_back_every_text(tokenizer, text):
    """What is encoded as text comes back, special tokens skipped or not, and none is among its tokens."""
    [tokens] = plain_encoder(tokenizer)([text])
    assert not {0, 1, 2} & set(tokens)
    assert tokenizer.decode(tokens) == text
    assert tokenizer.decode(tokens, skip_special_tokens=True) == text
    assert tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False) == text


@given(any_text)
@settings(max_examples=100, deadline=None)
def test_special_tokens_come_back_too(tokenizer, text):
    """Encoded as tuning does, a text still comes back whole: special tokens stand for their own text."""
    tokens = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(tokens, skip_special_tokens=False) == text


def test_real_files(tokenizer, texts):
    """Every file comes back, from the tokenizer and from the one that is read back from a folder."""
    for text, tokens in zip(texts, plain_encoder(tokenizer)(texts), strict=True):
        assert tokenizer.decode(tokens, skip_special_tokens=False) == text


def test_saved_and_loaded(tokenizer, texts, tmp_path):
    """The folder loads as transformers' own, with the same tokens, special tokens and settings."""
    tokenizer.save_pretrained(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert loaded.clean_up_tokenization_spaces is False
    assert (loaded.eos_token, loaded.pad_token) == ("<|endoftext|>", PAD)
    assert loaded.model_max_length == 128
    assert plain_encoder(loaded)(texts) == plain_encoder(tokenizer)(texts)
    assert loaded("a<|diff|>b", add_special_tokens=False).input_ids[1:-1] == [2]


def test_special_tokens_are_single_unless_text_is_plain(tokenizer):
    """A program may spell a special token: it is text then, and the tokenizer stays as it was."""
    encode = plain_encoder(tokenizer)
    for number, token in enumerate(["<|endoftext|>", PAD, "<|diff|>"]):
        assert tokenizer(token, add_special_tokens=False).input_ids == [number]
        assert len(encode([token])[0]) > 1
        assert tokenizer(token, add_special_tokens=False).input_ids == [number]
        assert (
            tokenizer(token, add_special_tokens=False, split_special_tokens=True).input_ids
            == encode([token])[0]
        )


def test_code_is_cut_as_code(tokenizer):
    """A line break with its indentation is one token, and so is a run of spaces; digits stand alone."""
    encode = plain_encoder(tokenizer)
    for piece in ["\n    ", "\n        ", "\n            ", "    ", "        ", "return", " ="]:
        assert len(encode([piece])[0]) == 1, piece
    assert len(encode(["1234567"])[0]) == 7
    assert len(encode(["x = 10"])[0]) == 4


def test_same_texts_same_file(tmp_path, finish):
    """Two processes make the same file, to the byte."""
    code = (
        "import sys, pathlib, json, email.message\n"
        "from reweave.train.pretrain import train_tokenizer\n"
        "texts = [pathlib.Path(m.__file__).read_text('utf-8') for m in (json, json.decoder, email.message)]\n"
        "train_tokenizer(texts, 600).save_pretrained(sys.argv[1])\n"
    )
    made = []
    for name in ("one", "two"):
        finish("-c", code, tmp_path / name)
        made.append(hashlib.sha256((tmp_path / name / "tokenizer.json").read_bytes()).hexdigest())
    assert made[0] == made[1]


def test_a_stream_is_enough():
    """Texts are taken from a generator; a small corpus gives fewer tokens than asked for."""
    made = train_tokenizer((text for text in ["def f():\n    pass\n"] * 3), 5000)
    assert 259 < len(made) < 300


def test_refusals(tmp_path):
    """A vocabulary without all bytes, equal special tokens, a lone surrogate, and a folder without one."""
    with pytest.raises(InputError, match="259 at least"):
        train_tokenizer(["x"], 200)
    with pytest.raises(InputError, match="three different"):
        train_tokenizer(["x"], 300, marker="<|pad|>")
    with pytest.raises(InputError, match=r"text 1 .*surrogate"):
        train_tokenizer(["x", "\ud800"], 300)
    with pytest.raises(InputError, match="no tokenizer"):
        load_tokenizer(tmp_path)


def test_another_tokenizer_must_have_the_special_tokens(tokenizer, tmp_path):
    """A tokenizer without the marker is refused when it is loaded, by name."""
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"<edit> is no special token"):
        load_tokenizer(tmp_path, marker="<edit>")
