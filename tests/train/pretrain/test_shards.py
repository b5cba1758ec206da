"""Shards: no token lost, duplicates and broken rows counted, the same bytes after SIGKILL."""

import hashlib
import json
import signal
import time

import numpy as np
import orjson
import pytest

pytest.importorskip("transformers", reason="the extra train is not installed")

from reweave.errors import RunError
from reweave.train.pretrain import plain_encoder
from reweave.train.pretrain.documents import open_sources
from reweave.train.pretrain.shards import PackSettings, pack, read_packed


@pytest.fixture
def packing(tokenizer):
    """A function that packs files."""

    def run(folder, *paths, tokens=None, **settings):
        encode = plain_encoder(tokenizer)
        return pack(
            open_sources([str(path) for path in paths]), encode, folder, PackSettings(**settings),
            eos=0, vocabulary=tokens or len(tokenizer),
        )  # fmt: skip

    return run


def documents(packed, split, tokenizer):
    """Read the documents of a split back out of its shards."""
    found = []
    for path in packed.files(split):
        tokens = np.load(path)
        ends = np.flatnonzero(tokens == 0)
        assert not len(tokens) or ends[-1] == len(tokens) - 1
        found += [tokenizer.decode(piece) for piece in np.split(tokens, ends + 1)[:-1]]
    return [text.removesuffix("<|endoftext|>") for text in found]


def digest(folder):
    """Hash all files of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_every_document_comes_back(packing, tokenizer, texts, write_rows, tmp_path):
    """Documents in are documents out, to the byte, special tokens in their text and all; tokens add up."""
    tricky = ["a<|endoftext|>b", "<|diff|>", "\r\n\t ", "é\n"]
    every = [*texts, *tricky[:2], "x" + tricky[2], tricky[3]]
    packed = packing(
        tmp_path / "s", write_rows([{"text": t} for t in every]), held_out=0.2, shard_tokens=20_000
    )
    assert packed.parts > 3
    back = {split: documents(packed, split, tokenizer) for split in ("train", "held-out")}
    kept = list(dict.fromkeys(text for text in every if text and not text.isspace()))
    assert sorted(back["train"] + back["held-out"]) == sorted(kept)
    assert len(back["held-out"]) == packed.counts.kept["held-out"] > 3
    for split, found in back.items():
        assert sum(len(np.load(path)) for path in packed.files(split)) == packed.counts.tokens[split]
        assert sum(len(text.encode()) for text in found) == packed.counts.texts[split]
    encoded = sum(len(tokens) + 1 for tokens in plain_encoder(tokenizer)(kept))
    assert sum(packed.counts.tokens.values()) == encoded


def test_counts_sum_and_rejects_are_told(packing, write_rows, tmp_path):
    """Kept and rejected are all that was read; each reject has a line with its row and reason."""
    rows = [
        {"id": "a", "text": "x = 1"},
        {"text": "x = 1"},
        b"broken\n",
        {"text": "y"},
        {"text": 3},
        {"text": "y"},
    ]
    packed = packing(tmp_path / "s", write_rows(rows), held_out=0.0)
    counts = packed.counts
    assert counts.documents == 6 == sum(counts.kept.values()) + sum(counts.rejected.values())
    assert counts.rejected == {"duplicate": 2, "invalid-json": 1, "not-text": 1}
    told = [json.loads(line) for line in (tmp_path / "s/rejects-00000.jsonl").read_text().splitlines()]
    assert [(each["row"], each["reason"]) for each in told] == [
        (1, "duplicate"), (2, "invalid-json"), (4, "not-text"), (5, "duplicate"),
    ]  # fmt: skip


def test_shards_do_not_depend_on_their_size(packing, texts, write_rows, tmp_path):
    """Cut anywhere, the sequence of tokens is the same."""
    path = write_rows([{"text": text} for text in texts])
    whole, parts = (packing(tmp_path / str(size), path, shard_tokens=size) for size in (1 << 24, 5_000))
    assert (whole.parts, parts.parts > 10) == (1, True)
    joined = [np.concatenate([np.load(file) for file in each.files("train")]) for each in (whole, parts)]
    assert np.array_equal(*joined)


def test_enough_is_enough(packing, texts, write_rows, tmp_path):
    """Reading ends behind the document that gives enough, and the manifest says so."""
    path = write_rows([{"text": text} for text in texts])
    packed = packing(tmp_path / "s", path, enough=10_000)
    assert not packed.exhausted
    assert 10_000 <= packed.counts.tokens["train"] < 40_000
    assert packing(tmp_path / "all", path).exhausted


def test_large_vocabularies_take_four_bytes(packing, write_rows, tmp_path):
    """Up to 65,536 tokens two bytes are enough."""
    path = write_rows([{"text": "x"}])
    small, large = (
        packing(tmp_path / str(n), path, tokens=n, held_out=0.0) for n in (1 << 16, (1 << 16) + 1)
    )
    assert np.load(small.files("train")[0]).dtype == np.uint16
    assert np.load(large.files("train")[0]).dtype == np.uint32


def test_other_settings_are_refused(packing, write_rows, tmp_path):
    """A folder of other shards is left as it is; the same call again gives what is there."""
    path = write_rows([{"text": "x = 1"}])
    packed = packing(tmp_path / "s", path)
    assert packing(tmp_path / "s", path) == packed == read_packed(tmp_path / "s")
    with pytest.raises(RunError, match=r"settings: .*0\.5"):
        packing(tmp_path / "s", path, held_out=0.5)


CODE = """
import sys, time
from pathlib import Path
from reweave.train.pretrain.documents import open_sources
from reweave.train.pretrain.shards import PackSettings, pack
pace = float(sys.argv[3])
def encode(texts):  # slow, so that there is time to kill
    time.sleep(pace)
    return [[3 + byte for byte in text.encode()] for text in texts]
pack(open_sources([sys.argv[1]]), encode, Path(sys.argv[2]), PackSettings(shard_tokens=50_000, held_out=0.1),
     eos=0, vocabulary=300)
"""


def test_killed_and_again_same_bytes(start, finish, write_rows, tmp_path, texts):
    """SIGKILL in mid-packing, three times: every file ends with the bytes of a run that was not killed."""
    rows = [{"text": f"# {n}\n{texts[n % len(texts)][:900]}"} for n in range(5000)] + [b"broken\n"]
    rows[77:4000:50] = [{"text": "twice"}] * len(rows[77:4000:50])
    path = write_rows(rows)
    finish("-c", CODE, path, tmp_path / "whole", 0)
    folder = tmp_path / "killed"
    reached = []
    for parts in (2, 5, 9):
        process = start("-c", CODE, path, folder, 0.03)
        while not (folder / f"train-{parts:05d}.npy").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached.append(orjson.loads((folder / "position.json").read_bytes())["parts"])
        assert not (folder / "manifest.json").exists()
    assert reached == sorted(reached)
    finish("-c", CODE, path, folder, 0)
    assert digest(folder) == digest(tmp_path / "whole")
    rejected = read_packed(folder).counts.rejected
    assert rejected["invalid-json"] == 1
    assert rejected["duplicate"] > 70
