"""Windows: every token is a target once, in an order that the seed alone decides."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra train is not installed")

import torch

from reweave.train.pretrain.windows import IGNORED, Course, Windows, order


@pytest.fixture
def shards(tmp_path):
    """A function that writes arrays as shards."""

    def write(*arrays):
        files = []
        for number, array in enumerate(arrays):
            files.append(tmp_path / f"train-{number:05d}.npy")
            np.save(files[-1], np.array(array, np.uint16))
        return files

    return write


@pytest.mark.parametrize("lengths", [[1], [2], [9], [8, 9], [5, 0, 1, 30, 2], [16], [17]])
def test_every_token_but_the_first_is_a_target_once(shards, lengths):
    """In order, targets are the tokens from the second on, and each is behind the token that predicts it."""
    every = np.arange(3, 3 + sum(lengths))
    files = shards(*np.split(every, np.cumsum(lengths)[:-1]))
    windows = Windows(files, 8, pad=1)
    assert windows.tokens == len(every)
    assert len(windows) == -(-(len(every) - 1) // 8)
    targets, inputs = [], []
    for number in range(len(windows)):
        window = windows[number]
        assert len(window["input_ids"]) == 8
        assert torch.equal(window["labels"], window["shift_labels"])
        valid = window["shift_labels"] != IGNORED
        targets += window["shift_labels"][valid].tolist()
        inputs += window["input_ids"][valid].tolist()
    assert targets == every[1:].tolist()
    assert inputs == every[:-1].tolist()


def test_a_run_goes_through_all_windows_before_any_comes_again(shards):
    """Epochs are permutations, each its own; the same seed gives the same course from any place on."""
    windows = Windows(shards(np.arange(3, 3 + 161)), 8, pad=1)
    course = Course(windows, 50, seed=1)
    numbers = [course.window(place) for place in range(50)]
    assert sorted(numbers[:20]) == sorted(numbers[20:40]) == list(range(20))
    assert numbers[:20] != numbers[20:40]
    assert [Course(windows, 50, seed=1).window(place) for place in range(33, 50)] == numbers[33:]
    assert [Course(windows, 50, seed=2).window(place) for place in range(20)] != numbers[:20]
    assert torch.equal(course[7]["input_ids"], windows[numbers[7]]["input_ids"])


def test_order_does_not_change_with_versions():
    """A published run stays what it was: these are the numbers of today."""
    assert order(8, 0, 0).tolist() == [0, 2, 1, 5, 4, 3, 6, 7]
    assert order(8, -3, 2).tolist() == [7, 1, 4, 0, 3, 2, 5, 6]
    assert sorted(order(1000, -3, 2).tolist()) == list(range(1000))
