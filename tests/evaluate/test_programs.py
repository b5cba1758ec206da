"""From answers to programs: what is taken, what is cut, and what edits make."""

import pytest
import small

import reweave
from reweave.edits import codec
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.programs import read_answer
from reweave.tasks import load


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    return load(str(small.write_benchmark(tmp_path_factory.mktemp("small"))))[1]


def edited(program, form="unified", seed=3):
    [sequence] = reweave.edit_sequences([program], paths=1, seed=seed)
    return codec.completion(reweave.encode(sequence, form))


def test_continuation(task):
    """A continuation follows the prompt, and nothing is cut."""
    read = read_answer(task, small.right(task.id), EvalConfig())
    assert read.program == small.solution(task.id)
    assert (read.rule, read.cut) == ("", (0, 0))


def test_fence(task):
    """Code in Markdown is taken out; what was before and after it is counted in characters."""
    code = small.solution(task.id)
    before, after = "Here it is:\n```python\n", "```\nIt loops once."
    read = read_answer(task, before + code + after, EvalConfig())
    assert read.program == code
    assert read.rule == "fence:python"
    assert read.cut == (len(before), len(after))


def test_cut_is_where_the_code_is(task):
    """A word of the prose that is also the whole code is not taken for it."""
    before = "Write\nx\nlike this:\n```python\n"
    read = read_answer(task, before + "x\n```\n", EvalConfig())
    assert read.cut == (len(before), len("```\n"))


def test_several_blocks(task):
    """Code of several blocks is no one piece of the answer: nothing is said to be cut."""
    read = read_answer(task, "```python\na = 1\n```\nand\n```python\nb = 2\n```\n", EvalConfig())
    assert read.rule == "fence:python x2"
    assert read.cut is None


@pytest.mark.parametrize("answer", ["", "  \n", "<think>I do not know"])
def test_no_code(task, answer):
    """An answer without code has no program, and says why."""
    read = read_answer(task, answer, EvalConfig())
    assert read.program is None
    assert read.detail == "the answer holds no code"


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "Sorry\n\nThe function is missing from your question.\nPlease send it.",
        "True enough? No: it cannot be done in Python",
    ],
)
def test_prose_is_no_code(task, answer):
    """Words alone, without a fence, are an answer without code and not code that is broken."""
    read = read_answer(task, answer, EvalConfig())
    assert (read.program, read.rule) == (None, "none")
    assert read.detail == "the answer holds no code: it is prose"
    assert read_answer(task, answer, EvalConfig(extract="never")).program == task.prompt + answer


@pytest.mark.parametrize(
    "answer",
    [
        "Here is the function:\n    return add(a, b",
        "The answer is\n    return a + b\n",
        "    return 'unclosed\n",
        "    x +=\n",
        "Sure, like so:\n\n    a + b\n",
        "    while True\n        pass\n",
        "  yield one and another, then\n",
        "def",
        "    'a docstring that ends' here\n    pass",
    ],
)
def test_broken_code_is_code(task, answer):
    """Whatever looks like code in one line is judged, and what does not parse is then the model's."""
    assert read_answer(task, answer, EvalConfig()).program is not None


def test_never(task):
    """Without extraction an answer stays as it is."""
    answer = "```python\nx = 1\n```"
    assert read_answer(task, answer, EvalConfig(extract="never")).program == task.prompt + answer


@pytest.mark.parametrize("form", codec.FORMS)
@pytest.mark.parametrize("decode", ["strict", "lenient"])
def test_edits(task, form, decode):
    """Edits of a reference decode to it in every form, and every state on the way is kept."""
    code = small.solution(task.id)
    read = read_answer(task, edited(code, form) + codec.EOS, EvalConfig(decode=decode, form=form))
    assert read.program == code
    assert read.edits[-1] == code
    assert len(read.edits) > 1
    assert read.rule == {"strict": "edits:strict", "lenient": "edits:lenient:exact"}[decode]


def test_malformed_edits(task):
    """A sentence among edits is no code in strict decoding, and left out in lenient."""
    code = small.solution(task.id)
    answer = edited(code).replace(f"\n{codec.MARKER}", f"\n{codec.MARKER}And now:\n{codec.MARKER}", 1)
    answer = answer.replace("And now:\n", "And now:\n\n")
    strict = read_answer(task, answer, EvalConfig(decode="strict"))
    assert strict.program is None
    assert strict.detail.startswith("edit 0: ")
    lenient = read_answer(task, answer, EvalConfig(decode="lenient"))
    assert lenient.program == code
    assert lenient.rule == "edits:lenient:repaired"
    assert lenient.edits is None


def test_published(task):
    """The published decoder is what it is: it drops the last newline."""
    code = small.solution(task.id)
    read = read_answer(task, edited(code), EvalConfig(decode="published"))
    assert read.program == code.removesuffix("\n") == codec.resolve_published(edited(code))


def test_prose_instead_of_edits(task):
    """An answer without any edit has no program, however it is decoded."""
    for decode in ("strict", "lenient", "published"):
        assert read_answer(task, "I am sorry.", EvalConfig(decode=decode)).program is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"marker": "@@"}, "a marker has no newline"),
        ({"eos": "|diff|>"}, "end-of-sequence token"),
        ({"decode": "published", "form": "short"}, "reads unified edits"),
        ({"k": (0,)}, "greater than or equal to 1"),
    ],
)
def test_refused_settings(settings, said):
    """What would fail at every answer is refused where it is set."""
    with pytest.raises(ValueError, match=said):
        EvalConfig(**settings)


def test_other_languages():
    """In other languages the longest block is the code, whatever it is called."""
    from reweave.evaluate.programs import _fenced

    assert _fenced("```\nls\n```\nand\n```rust\nfn main() {}\n```\n") == (
        "fn main() {}\n",
        "fence, longest of 2",
    )
    assert _fenced("fn main() {}") == ("fn main() {}", "")
