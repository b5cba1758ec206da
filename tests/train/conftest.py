"""A model of random weights small enough to train in seconds, and rows for it."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis  # noqa: F401 - imported after torch, by pytest's plugin, it warns about another package
import pytest

from preloaded import Preloaded


def small_programs(count):
    """Programs that are all different, of two to seven lines."""
    for number in range(count):
        body = "".join(f"    total = total + x * {number + k}\n" for k in range(number % 5 + 1))
        yield {
            "id": f"p{number}",
            "instruction": f"Write f{number}.",
            "program": f"def f{number}(x):\n    total = {number}\n{body}    return total\n",
        }


@pytest.fixture(scope="session")
def pairs():
    return list(small_programs(40))


@pytest.fixture(scope="session")
def nano(tmp_path_factory):
    """The folder of a two-layer Llama and its byte-level tokenizer, which knows no marker."""
    pytest.importorskip("trl", reason="training needs the extra: make test installs it")
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder = tmp_path_factory.mktemp("nano")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([row["program"] for row in small_programs(40)], trainer)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>").save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=2048,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def tokenizer(nano):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(nano)


@pytest.fixture
def edits_file(tmp_path, pairs):
    """A function that writes edit sequences of pairs by `reweave edits` itself."""
    import orjson

    from reweave.compute.config import resolve_config
    from reweave.compute.edits_run import make_edits

    def write(name="edits.jsonl", rows=None, **settings):
        source = tmp_path / f"pairs-of-{name}.jsonl"
        source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows or pairs))
        make_edits(str(source), tmp_path / name, resolve_config(None, [], {"paths": 2} | settings), workers=1)
        return tmp_path / name

    return write


@pytest.fixture
def real_pairs():
    """A few dozen real instruction and program pairs."""
    from reweave.storage import read_rows

    path = Path(os.environ.get("REWEAVE_DATA", "/nonexistent")) / "instruct-python-pairs" / "pairs.jsonl.gz"
    if not path.exists():
        pytest.skip("needs the real pairs below $REWEAVE_DATA")
    return [row for row, _ in zip(read_rows(path), range(48), strict=False)]


@pytest.fixture
def command():
    """A function that starts `reweave` in a process of its own, on one thread, offline."""
    started = []

    def start(*words):
        if "--accelerate" not in words:  # which starts processes itself
            started.append(Preloaded(*words, merged=True))
            return started[-1]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
        process = subprocess.Popen(
            [sys.executable, "-m", "reweave", *map(str, words)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()
