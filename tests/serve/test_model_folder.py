"""A real model folder, of random weights, behind `reweave serve --model-folder`."""

import os
import runpy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest

pytest.importorskip("torch", reason="the extra train is not installed")
pytest.importorskip("transformers", reason="the extra train is not installed")
pytest.importorskip("reweave.generate.local", reason="there is no reweave.generate")

from reweave.model_folder import ModelFormat

from .processes import Front
from .test_answers import chat, streamed

TINY = Path(__file__).parents[1] / "models" / "tiny_model.py"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    runpy.run_path(str(TINY))["main"](folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|diff|>"]})
    model = AutoModelForCausalLM.from_pretrained(folder)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    ModelFormat(form="short", eos="<end>", prompt="Do: {instruction}\n").save(folder)
    env = {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    front = Front("--model-folder", folder, "--name", "tiny", "--checked", "1", env=os.environ | env)
    yield front
    front.end()
    assert front.wait()[0] == 0


def test_it_answers(served):
    """Seeds repeat answers, alone or among others; raw edits are the same streamed; tokens are told."""
    with served.client() as client:
        settings = {"max_tokens": 24, "temperature": 1.0}
        alone = [
            chat(client, "Hi.", "tiny:edits", seed=s, **settings).choices[0].message.content for s in range(3)
        ]
        together = chat(client, "Hi.", "tiny:edits", seed=0, n=3, **settings)
        assert [c.message.content for c in together.choices] == alone
        assert len(set(alone)) == 3
        assert 3 <= together.usage.completion_tokens <= 72
        assert together.usage.prompt_tokens > 3
        assert {c.finish_reason for c in together.choices} <= {"stop", "length"}
        assert together.choices[0].reweave["sampled_tokens"] > 0
        with ThreadPoolExecutor(8) as pool:
            asked = [
                pool.submit(chat, client, "Hi.", "tiny:edits", seed=s % 3, **settings) for s in range(12)
            ]
            assert [a.result().choices[0].message.content for a in asked] == alone * 4
        texts, _, _ = streamed(chat(client, "Hi.", "tiny:edits", seed=1, stream=True, **settings))
        assert texts == {0: alone[1]}


def test_a_prompt_that_is_too_long(served):
    """It is a 400 that says how long it is and may be."""
    with served.client() as client, pytest.raises(openai.BadRequestError, match="512"):
        chat(client, "long " * 600, "tiny")
