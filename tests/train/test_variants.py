"""Variants: the same programs, the same steps, the same trained tokens, and training that keeps to them."""

import orjson
import pytest

from reweave.errors import InputError, RunError
from reweave.train.config import SftConfig
from reweave.train.variant_files import read_variant
from reweave.train.variants import make_variants

NAMES = ["instruct", "lintseq-unified", "lintseq-short", "randseq-unified", "randseq-short"]


@pytest.fixture
def made(pairs, tokenizer):
    broken = {"id": "broken", "instruction": "x", "program": "def f(:\n"}
    long = {"id": "long", "instruction": "x", "program": "x = 1\n" * 300}
    return make_variants(
        [*pairs, broken, long], tokenizer, steps=8, tokens_per_step=1500, paths=3, max_length=500
    )


def test_steps_and_tokens_are_equal_and_programs_the_same(made, pairs):
    assert list(made.sets) == NAMES
    for each in made.sets.values():
        counted = [sum(each.tokens[row].trained for row in step) for step in each.steps]
        assert counted == each.tokens_a_step
        assert len(counted) == 8
        assert all(abs(tokens - 1500) <= 30 for tokens in counted)
        assert abs(sum(counted) - 12_000) <= 15
        assert {row.id for row in each.tokens} == {row["id"] for row in pairs}
    programs = made.manifest["programs"]
    assert (programs["read"], programs["kept"], programs["left_out"]) == (42, 40, 2)
    assert {each.id for each in made.rejects} == {"broken", "long"}


def test_each_pass_takes_every_program_once(made):
    """Edit sequences of a program take turns."""
    for each in made.sets.values():
        drawn = [each.tokens[row] for step in each.steps for row in step]
        assert {row.id for row in drawn[:104]} == {
            row.id for row in each.tokens
        }  # 40 programs and the window
        assert len({(row.id, row.path) for row in drawn}) > (40 if each.name == "instruct" else 45) - 1


def test_they_learn_what_they_say(made, pairs):
    """Every row's text resolves to the program, in its set's form."""
    from reweave.edits.codec import resolve_text

    programs = {row["id"]: row["program"] for row in pairs}
    for each in made.sets.values():
        for row in each.examples:
            text = row.completion
            if each.what.writes == "edits":
                resolved = resolve_text(text, form=each.what.form)
                assert (resolved.status, resolved.program) == ("exact", programs[row.id])
            else:
                assert text == "\n" + programs[row.id]


def test_on_disk_and_back(made, pairs, tokenizer, tmp_path):
    """Saved twice it is the same bytes; read back it is the same set; a changed file is refused."""
    made.save(tmp_path / "a")
    again = make_variants(pairs, tokenizer, steps=8, tokens_per_step=1500, paths=3, max_length=500)
    again.save(tmp_path / "b")
    manifests = [orjson.loads((tmp_path / name / "manifest.json").read_bytes()) for name in "ab"]
    assert manifests[0]["variants"] == manifests[1]["variants"]
    back = read_variant(tmp_path / "a" / "lintseq-short")
    kept = made.sets["lintseq-short"]
    assert (back.examples, back.steps, back.what) == (kept.examples, kept.steps, kept.what)
    with (tmp_path / "a" / "instruct" / "steps.jsonl").open("a") as file:
        file.write("\n")
    with pytest.raises(RunError, match=r"steps.jsonl is not the file"):
        read_variant(tmp_path / "a" / "instruct")
    with pytest.raises(InputError, match="is no variant"):
        read_variant(tmp_path / "a")


def test_training_keeps_to_the_steps(made, nano, tmp_path):
    """In process and from disk alike: the tokens of each step are the manifest's."""
    from reweave.train.sft import train_sft

    made.save(tmp_path / "v")
    config = SftConfig(model=str(nano), device="cpu", learning_rate=3e-3, save_every=0, max_length=500)
    one = train_sft(config, tmp_path / "one", variant=made.sets["randseq-short"])
    two = train_sft(config, tmp_path / "two", variant=tmp_path / "v" / "randseq-short")
    assert one.losses == two.losses
    curve = [orjson.loads(line) for line in (tmp_path / "one" / "losses.jsonl").read_bytes().splitlines()]
    assert [each["tokens"] for each in curve] == made.sets["randseq-short"].tokens_a_step
    assert one.summary["trained_tokens"] == made.manifest["variants"]["randseq-short"]["trained_tokens"]


def test_another_tokenizer_is_refused(made, nano, tmp_path):
    from transformers import AutoTokenizer

    from reweave.train.prepare import prepare

    other = AutoTokenizer.from_pretrained(nano)
    other.add_tokens(["total = total"])
    other.save_pretrained(tmp_path / "other")
    made.save(tmp_path / "v")
    with pytest.raises(RunError, match="another tokenizer"):
        prepare(SftConfig(model=str(tmp_path / "other")), variant=tmp_path / "v" / "instruct")


def test_what_cannot_be_made_equal_is_refused(pairs, tokenizer):
    with pytest.raises(InputError, match="more than the 10 of a step"):
        make_variants(pairs, tokenizer, steps=2, tokens_per_step=10)
    with pytest.raises(InputError, match="'p0' comes again"):
        make_variants([pairs[0], pairs[0]], tokenizer, steps=2, tokens_per_step=1000)
    with pytest.raises(InputError, match="is left"):
        make_variants(pairs, tokenizer, steps=2, tokens_per_step=1000, max_length=5)
