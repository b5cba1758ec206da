"""The family of tasks: programs do what their instructions mean, and held out is held out."""

from itertools import islice, pairwise

import pytest

from reweave.edits.checkers import make_checker
from reweave.errors import InputError
from reweave.experiment.config import ExperimentConfig
from reweave.experiment.grammar import _table, check_text, compositions, is_dull, sentence
from reweave.experiment.meanings import ENDINGS, STEPS
from reweave.experiment.tasks import make_tasks
from reweave.sandbox import Sandbox
from reweave.settings import checked


@pytest.fixture(scope="module")
def every():
    """Tasks with every step and every ending, several times each, so that every way to write it is there."""
    made = (sentence(f"t/{i}", each, 3) for i, each in enumerate(compositions(2, 3)))
    return list(islice((task for task in made if not is_dull(task, 3)), 300))


def test_words_and_meanings_are_the_same_set():
    assert _table("steps").keys() == STEPS.keys()
    assert _table("endings").keys() == ENDINGS.keys()


def test_programs_mean_what_is_said(every):
    """Every program passes its own tests, in the sandbox; expected values do not come from programs."""
    used = {name for task in every for name in task.composition}
    assert used == STEPS.keys() | ENDINGS.keys()
    jobs = [(task.program, f"{check_text(task, 3)}\ncheck(solve)\n") for task in every]
    with Sandbox() as box:
        verdicts = [box.run_tests(program, text) for program, text in jobs]
    assert [v.reason for v in verdicts] == ["passed"] * len(every)


def test_tests_tell_programs_apart(every):
    """The program of another task does not pass."""
    passed = 0
    with Sandbox() as box:
        for task, other in pairwise(every):
            passed += box.run_tests(other.program, f"{check_text(task, 3)}\ncheck(solve)\n").passed
    assert passed == 0


def test_programs_are_clean_and_of_the_size_that_is_said(every):
    checker = make_checker("ruff")
    assert checker.check([task.program for task in every]) == [[]] * len(every)
    checker.close()
    three = [sentence(f"t/{i}", each, 3) for i, each in enumerate(islice(compositions(3, 3), 300))]
    lengths = [task.program.count("\n") for task in every + three]
    assert min(lengths) >= 4
    assert max(lengths) <= 25
    assert len({task.program for task in every + three}) == 600


def test_held_out_is_held_out():
    """No composition is in both sets; more tasks to tune on leave the held-out ones as they are."""
    config = checked(ExperimentConfig, {"train_tasks": 900, "heldout_tasks": 61})
    train, heldout = make_tasks(config)
    assert (len(train), len(heldout)) == (900, 61)
    assert len({t.composition for t in train + heldout}) == 961
    assert sorted({len(t.composition) for t in heldout}) == [3, 4]
    assert {name for t in heldout for name in t.composition} <= {n for t in train for n in t.composition}
    more = make_tasks(config.model_copy(update={"train_tasks": 1_200}))
    assert more[1] == heldout
    assert make_tasks(config) == (train, heldout)
    assert make_tasks(config.model_copy(update={"seed": 2}))[1] != heldout


def test_a_grammar_that_is_used_up():
    assert len(list(compositions(1, 1))) == len(STEPS) * len(ENDINGS)
    with pytest.raises(InputError, match="ask for fewer tasks"):
        make_tasks(checked(ExperimentConfig, {"steps": [1], "train_tasks": 270, "heldout_tasks": 10}))
