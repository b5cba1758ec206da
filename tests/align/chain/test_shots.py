"""The prompts: shots that are right, documents in which the model's part is well-formed, drawn orders."""

from collections import Counter

import pytest

from reweave.align.chain.code import check_tests, code_of
from reweave.align.chain.naming import normalise, split_concepts
from reweave.align.chain.parse import MalformedError, Tags, parse
from reweave.align.chain.prompts import CONCEPTS, INSTRUCTIONS, RESPONSES, load_template, shuffled
from reweave.errors import InputError, SandboxError

FORMS = {"concepts": CONCEPTS, "instructions": INSTRUCTIONS, "responses": RESPONSES}


@pytest.mark.parametrize("name", FORMS)
def test_shots_are_read(name):
    """What a shot shows as the model's part is read by the parser that reads the model."""
    form = FORMS[name]
    for shot in load_template(form).shots:
        blocks = parse(form.answered(shot), form.blocks)
        if name == "concepts":
            assert split_concepts(blocks["concepts"].text) == shot["concepts"]
            assert all(normalise(concept) for concept in shot["concepts"])
        else:
            assert (
                blocks[form.blocks[0]].text == str(shot[form.keys[-2 if name == "responses" else -1]]).strip()
            )


def test_how_many():
    """Eight shots, eight, and two; categories and difficulties of the instructions have their shares."""
    shots = {name: load_template(form).shots for name, form in FORMS.items()}
    assert {name: len(each) for name, each in shots.items()} == {
        "concepts": 8,
        "instructions": 8,
        "responses": 2,
    }
    assert Counter(shot["category"] for shot in shots["instructions"]) == {
        "function": 4,
        "class": 2,
        "program": 2,
    }
    assert {shot["difficulty"] for shot in shots["instructions"]} == {"easy", "medium", "hard"}
    assert [shot["concepts"] for shot in shots["concepts"]] == [s["concepts"] for s in shots["instructions"]]
    assert {s["instruction"] for s in shots["responses"]} <= {s["instruction"] for s in shots["instructions"]}


def test_code_of_concept_shots():
    """The code whose concepts are shown compiles."""
    for shot in load_template(CONCEPTS).shots:
        compile(shot["code"], "shot", "exec")


def test_response_shots_pass():
    """The solutions that are shown pass the tests that are shown, in the sandbox; broken ones do not."""
    from reweave.sandbox import Sandbox

    try:
        box = Sandbox(workers=1)
    except SandboxError as error:
        pytest.skip(str(error))
    with box:
        for shot in load_template(RESPONSES).shots:
            blocks = parse(RESPONSES.answered(shot), RESPONSES.blocks)
            program, tests = (code_of(blocks[name], name) for name in RESPONSES.blocks)
            check_tests(tests)
            assert box.run_tests(program, tests).passed
            for right, wrong in (("return tree", "return dict(tree)"), ("> start", ">= start")):
                if right in program:
                    assert not box.run_tests(program.replace(right, wrong), tests).passed


def test_the_end_is_open():
    """A prompt ends inside the block that the model writes, under the header that it writes for."""
    row = {"category": "class", "difficulty": "hard", "concepts": ["one idea", "another"]}
    prompt = load_template(INSTRUCTIONS).prompt(row)
    end = "[[brief category=class difficulty=hard]]\n- one idea\n- another\n[[/brief]]\n[[exercise]]\n"
    assert prompt.endswith(end)
    assert prompt.count("[[exercise]]") == 9
    assert prompt.count("[[/exercise]]") == 8


def test_orders():
    """Each row has its own order of all shots, the same each time; without it all prompts begin alike."""
    orders = [tuple(shuffled(1, f"row {n}", 8)) for n in range(50)]
    assert all(sorted(order) == list(range(8)) for order in orders)
    assert len(set(orders)) == 50
    assert orders == [tuple(shuffled(1, f"row {n}", 8)) for n in range(50)]
    template = load_template(CONCEPTS)
    one, other = (template.prompt({"code": code}) for code in ("x = 1", "y = 2"))
    alike = template.prompt({"code": ""}).rpartition("[[code]]")[0]
    assert one.startswith(alike)
    assert other.startswith(alike)
    assert template.prompt({"code": "x = 1"}, order=orders[0]) != one


def test_own_template(tmp_path):
    """A template of one's own takes the place of ours; one that lacks something is refused."""
    file = tmp_path / "mine.toml"
    file.write_text('opening = "Mine."\n[[shots]]\ncode = "x = 1"\nconcepts = ["assignment"]\n')
    template = load_template(CONCEPTS, file)
    assert template.prompt({"code": "y = 2"}).startswith("Mine.\n\n[[code]]\nx = 1\n")
    assert template.sha256 != load_template(CONCEPTS).sha256
    with pytest.raises(InputError, match="has 1 shots, and 2"):
        load_template(CONCEPTS, file, 2)
    with pytest.raises(InputError, match="no 'category'"):
        load_template(INSTRUCTIONS, file)
    with pytest.raises(InputError, match="cannot read"):
        load_template(CONCEPTS, tmp_path / "none.toml")


def test_other_tags():
    """The parser goes by the tags it is given."""
    with pytest.raises(MalformedError, match="missing-block"):
        parse("x\n[[/tests]]\n", ("tests", "more"), tags=Tags("<", ">"))
