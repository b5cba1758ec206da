"""What one training's rows are made of."""

import json

import pytest

from reweave.align.rounds.mixing import Mix, mix


@pytest.fixture
def rows(tmp_path):
    """A function that writes a file of rows."""

    def write(name, count):
        path = tmp_path / f"{name}.jsonl"
        made = [
            {"id": f"{name}{i}", "prompt": "p", "completion": "c", "concepts": ["x"]} for i in range(count)
        ]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in made))
        return path

    return write


def ids(path):
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_shares(rows, tmp_path):
    """All new rows are there, the others in the shares that were asked for, as far as there are so many."""
    new, one, two, other = rows("new", 60), rows("one", 50), rows("two", 50), rows("other", 10)
    out = tmp_path / "out.jsonl"
    made = mix(new, [one, two], [other], out, shares=(0.2, 0.2), seed=1)
    assert made == Mix(new=60, earlier=20, also=10)  # of 20 wanted
    found = ids(out)
    assert len(found) == len(set(found)) == 90
    assert {f"new{i}" for i in range(60)} <= set(found)
    assert {name[:3] for name in found} == {"new", "one", "two", "oth"}
    assert found != sorted(found)
    assert "concepts" not in out.read_text()


def test_the_same_again(rows, tmp_path):
    """The same rows and seed give the same file; another seed draws others."""
    new, one = rows("new", 10), rows("one", 40)
    files = [tmp_path / f"{name}.jsonl" for name in "abc"]
    for out, seed in zip(files, (1, 1, 2), strict=True):
        mix(new, [one], [], out, shares=(0.5, 0.5), seed=seed)
    texts = [out.read_bytes() for out in files]
    assert texts[0] == texts[1] != texts[2]
    assert set(ids(files[0])) != set(ids(files[2]))
    before = files[0].stat().st_mtime_ns
    assert mix(new, [one], [], files[0], shares=(0.5, 0.5), seed=1) == Mix(10, 10, 0)
    assert files[0].stat().st_mtime_ns == before
