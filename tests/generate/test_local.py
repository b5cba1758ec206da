"""In-process generation against transformers' own, and what it promises of batches."""

from dataclasses import replace

import nano
import pytest

from reweave.errors import InputError
from reweave.generate.draws import draw, uniforms
from reweave.generate.local import LocalModel
from reweave.generate.sampling import Sampling
from reweave.model_folder import NAME, ModelFormat

torch = pytest.importorskip("torch", reason="needs the extra train")

PROMPTS = ["def add(a, b):", "for value in", "x", "def add(a, b):", "print(value)\n" * 3, "x"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return nano.make(tmp_path_factory.mktemp("nano"), form=ModelFormat(writes="program"))


def test_greedy_is_transformers_own(folder):
    """Prompts of different lengths together, fewer rows than prompts: what `generate` writes, each."""
    local = LocalModel.load(folder)
    local._rows = 4
    ours = local.generate(PROMPTS, Sampling(temperature=0, max_tokens=40))
    expected = []
    for prompt in PROMPTS:
        ids = local._tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
        out = local._model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=40
        )
        tokens = out[0, ids.shape[1] :].tolist()
        expected.append((local._text([t for t in tokens if t != local._eos]), len(tokens)))
    assert [(one.text, one.completion_tokens) for one in ours] == expected
    assert len({one.text for one in ours}) == 4  # as many as there are different prompts
    assert all(one.finish_reason == ("length" if one.completion_tokens == 40 else "stop") for one in ours)


def test_a_row_is_its_own(folder):
    """Row i's text depends on the seed and i: not on how many are drawn at once."""
    local = LocalModel.load(folder)
    sampling = Sampling(temperature=1.0, top_p=0.95, min_p=0.01, top_k=50, max_tokens=30, seed=7)
    together = local.generate(["x"] * 9, sampling)
    for rows in (1, 2, 5):
        local._rows = rows
        assert local.generate(["x"] * 9, sampling) == together
    assert local.generate(["x"] * 4, sampling) == together[:4]
    assert len({one.text for one in together}) == 9
    assert local.generate(["x"] * 4, replace(sampling, seed=8)) != together[:4]
    firsts = [local.generate(["x"], replace(sampling, seed=seed))[0] for seed in (9, 3, 7)]
    assert local.generate(["x"] * 3, sampling, seeds=[9, 3, 7]) == firsts


def test_draws_follow_the_model(folder):
    """First tokens come as often as the model says: chi squared over 4,000 draws."""
    local = LocalModel.load(folder)
    logits, _ = local.read(local._tokenizer("x", add_special_tokens=False)["input_ids"])
    logits = logits.detach()
    chances = logits.softmax(-1)
    numbers = [next(uniforms(3, row)) for row in range(4_000)]
    drawn = torch.tensor(draw(logits.expand(4_000, -1), Sampling(), numbers))
    counts = drawn.bincount(minlength=len(chances))
    often = chances * 4_000 >= 5
    expected = torch.cat([chances[often], chances[~often].sum(0, keepdim=True)]) * 4_000
    seen = torch.cat([counts[often], counts[~often].sum(0, keepdim=True)])
    assert {*draw(logits.expand(4_000, -1), Sampling(top_k=3), numbers)} == {*logits.topk(3).indices.tolist()}
    statistic = float(((seen - expected) ** 2 / expected).sum())
    freedom = len(expected) - 1
    assert freedom > 10
    assert statistic < freedom + 4 * (2 * freedom) ** 0.5


def test_top_p_is_the_least_set():
    """Against its definition, for flat distributions, of which many tokens are needed, and steep ones."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(40, 500, generator=generator) * torch.linspace(0.1, 8, 40).unsqueeze(-1)
    for top_p in (0.3, 0.9, 0.999):
        drawn = [draw(logits, Sampling(top_p=top_p), [u] * 40) for u in (0.0, 0.2, 0.5, 0.8, 0.999999)]
        for row, chances in enumerate(logits.softmax(-1)):
            falling, tokens = chances.sort(descending=True)
            size = int((falling.cumsum(-1) < top_p).sum()) + 1
            assert {each[row] for each in drawn} <= set(tokens[:size].tolist())
            assert drawn[0][row] == tokens[0]
            assert drawn[-1][row] == tokens[size - 1]


def test_stop_texts(folder):
    """A completion ends before the first stop text, wherever its tokens lie."""
    local = LocalModel.load(folder)
    free = local.generate(["x"] * 8, Sampling(max_tokens=60, seed=1))
    stops = [one.text[9:12] for one in free if len(one.text) > 12]
    assert len(stops) > 4
    for stop in stops:
        [cut] = local.generate(["x"], Sampling(max_tokens=60, seed=1, stop=(stop, "never to be found")))
        first = free[0].text.find(stop)
        if first < 0:
            assert cut.text == free[0].text
        else:
            assert (cut.text, cut.finish_reason) == (free[0].text[:first], "stop")


def test_refusals(folder, tmp_path):
    local = LocalModel.load(folder)
    with pytest.raises(InputError, match=r"prompt 1 has .* context is 256"):
        local.generate(["x", "def f(" * 300], Sampling())
    with pytest.raises(InputError, match="writes programs"):
        local.generate(["x"], Sampling(checked=2))
    assert local.generate([], Sampling()) == []
    [empty] = local.generate([""], Sampling(max_tokens=3))
    assert empty.prompt_tokens == 1
    ModelFormat().save(tmp_path)
    with pytest.raises(InputError, match="no model"):
        LocalModel.load(tmp_path)
    (folder / NAME).rename(tmp_path / NAME)
    with pytest.raises(InputError, match=r"no reweave\.json"):
        LocalModel.load(folder)
    (tmp_path / NAME).rename(folder / NAME)
    with pytest.raises(InputError, match=r"'<\|edit\|>' is \d+ tokens"):
        LocalModel.load(folder, form=ModelFormat(marker="<|edit|>"))


def test_the_context_ends_a_completion(folder):
    [one] = LocalModel.load(folder).generate(["x"], Sampling(temperature=0.5, max_tokens=10_000, seed=2))
    assert one.prompt_tokens + one.completion_tokens <= 256
    assert one.finish_reason == ("length" if one.prompt_tokens + one.completion_tokens == 256 else "stop")
