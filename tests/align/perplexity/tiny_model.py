"""A tiny model of random weights, and what it says of a row: computed by hand, one row, no padding."""

import json
import math
from functools import cache
from pathlib import Path

import nano

from reweave.model_folder import ModelFormat

PROMPT = "### {instruction}\n"
ROWS = [
    {"id": "add", "instruction": "Add two numbers.", "response": "def add(a, b):\n    return a + b\n"},
    {"id": "loop", "prompt": "Print each value.", "completion": "for value in values:\n    print(value)\n"},
    {"id": "short", "prompt": "x", "completion": "y"},
    {
        "id": "turns",
        "messages": [
            {"role": "user", "content": "Wie groß?"},
            {"role": "assistant", "content": "größe = 'é'"},
        ],
    },
    *({"prompt": f"Write {n}.", "completion": f"x = {n}\n" * (n % 7 + 1)} for n in range(60)),
]


def make(folder, **how):
    """Make the model's folder; it was trained with a template."""
    form = ModelFormat(writes="program", prompt=PROMPT)
    return nano.make(Path(folder), form=form, **how)


def texts(row):
    """Prompt and completion of a row, as training lays them out."""
    if "messages" in row:
        asked, said = (message["content"] for message in row["messages"])
        said = f"\n{said}"
    else:
        asked = row.get("prompt", row.get("instruction"))
        said = row["completion"] if "completion" in row else f"\n{row['response']}"
    return PROMPT.replace("{instruction}", asked), said


@cache
def loaded(folder):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def ids_of(folder, text):
    return loaded(folder)[1](text, add_special_tokens=False)["input_ids"]


def logprobs(folder, ids):
    """The log-probability of each token, None for the first, and the likeliest token after all."""
    import torch

    with torch.inference_mode():
        logits = loaded(folder)[0](input_ids=torch.tensor([ids])).logits[0]
    said = torch.log_softmax(logits, -1)
    return [None, *(float(said[at, token]) for at, token in enumerate(ids[1:]))], int(logits[-1].argmax())


def by_hand(folder, row):
    """Tokens, nats and bytes of a row's completion."""
    prompt, completion = texts(row)
    before, counted = ids_of(folder, prompt), ids_of(folder, completion)
    costs, _ = logprobs(folder, before + counted)
    nll = -math.fsum(costs[len(before) :])
    return {"tokens": len(counted), "nll": round(nll, 4), "bytes": len(completion.encode())}


def write(path, rows):
    """Write rows as JSON lines; texts as they are."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path
