"""The whole chain loses nothing: programs to edits to tokens to weights, and back through server and decoder.

A nano model overfits 32 edit sequences; asked greedily through ``reweave serve``, it gives back all 32
programs, byte for byte.
"""

import re
import subprocess
import sys

import orjson
import pytest

from preloaded import Preloaded

pytest.importorskip("torch", reason="needs the extra train")

PROGRAMS = [
    "def add(a, b):\n    return a + b\n",
    "def no_newline_at_the_end():\n    return 1",
    "def windows(x):\r\n    y = x + 1\r\n    return y\r\n",
    "def tabs(x):\n\tif x:\n\t\treturn 'tab'\n\treturn '\\t'\n",
    "def grüße(name):\n    return f'Grüße, {name} 👋 \\u2028'\n",
    "MARK = '<|diff|>'\nTEXT = '''\n<|diff|>\n'''\n",
    "END = '@@ -1,0 +2 @@'\nMORE = '''\n+x\n@3\n'''\n",
    "\n\ndef blank_lines_around():\n\n    pass\n\n\n",
]


@pytest.fixture(scope="module")
def pairs():
    """32 programs of different kinds: by hand, and definitions of the standard library."""
    import bisect
    import colorsys
    import fnmatch
    import heapq
    import inspect
    import textwrap
    import textwrap as wrapping

    found = list(PROGRAMS)
    for module in (bisect, colorsys, fnmatch, heapq, wrapping, inspect):
        for _, function in inspect.getmembers(module, inspect.isfunction):
            source = textwrap.dedent(inspect.getsource(function))
            if function.__module__ == module.__name__ and source.count("\n") < 11 and len(source) < 270:
                found.append(source)
    assert len(set(found)) >= 32
    return [
        {"id": str(i), "instruction": f"Write program {i}.", "program": p} for i, p in enumerate(found[:32])
    ]


@pytest.fixture(scope="module")
def folder(pairs, tmp_path_factory):
    """The tuned model's folder, made by the commands that everybody has."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from reweave.train.pretrain import train_tokenizer

    place = tmp_path_factory.mktemp("chain")
    (place / "pairs.jsonl").write_bytes(
        b"".join(orjson.dumps(p, option=orjson.OPT_APPEND_NEWLINE) for p in pairs)
    )
    tokenizer = train_tokenizer([p["program"] for p in pairs], 700, context=512)
    tokenizer.save_pretrained(place / "base")
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(place / "base")
    made = "edits pairs.jsonl -o edits.jsonl --paths 1 --format prompt-completion --form short"
    reweave(place, *made.split())
    assert len((place / "edits.jsonl").read_bytes().splitlines()) == 32
    sft = "train sft --data edits.jsonl --model base -o tuned --max-length 512 --set batch_size=32"
    more = "--set steps=150 --set learning_rate=4e-3 --set warmup=0.05 --set save_every=0"
    reweave(place, *sft.split(), *more.split())
    return place / "tuned"


def reweave(place, *arguments):
    process = Preloaded(*arguments, cwd=place)
    said, errors = process.communicate()
    assert process.returncode == 0, said + errors
    return said


@pytest.fixture
def client(folder):
    """An OpenAI client of a real server with the model in its process."""
    from openai import OpenAI

    command = [
        sys.executable,
        "-m",
        "reweave",
        "serve",
        "--model-folder",
        str(folder),
        "--port",
        "0",
        "--batch",
        "32",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+/v1", line):
                break
        with OpenAI(base_url=found[0], api_key="none", max_retries=0, timeout=300) as made:
            yield made
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.mark.slow
def test_all_programs_come_back(pairs, folder, client):
    from concurrent.futures import ThreadPoolExecutor

    def ask(pair):
        asked = [{"role": "user", "content": pair["instruction"]}]
        made = client.chat.completions.create(
            model=folder.name, messages=asked, temperature=0, max_tokens=400
        )
        return (
            made.choices[0].message.content,
            made.choices[0].reweave["status"],
            made.choices[0].finish_reason,
        )

    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(ask, pairs))
    assert answers == [(pair["program"], "exact", "stop") for pair in pairs]
    prompt = pairs[3]["instruction"]
    made = client.completions.create(model=folder.name, prompt=prompt, temperature=0, max_tokens=400)
    assert made.choices[0].text == pairs[3]["program"]
