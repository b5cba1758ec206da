"""Files that appear whole or not at all."""

import pytest

from reweave.storage import atomic_file, atomic_write


def test_writes_and_replaces(tmp_path):
    """The target holds what was written last, and nothing else is left."""
    path = tmp_path / "a"
    atomic_write(path, b"one")
    atomic_write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failure_changes_nothing(tmp_path, error):
    """When the block raises, the old contents stay and the temporary file goes."""
    path = tmp_path / "a"
    atomic_write(path, b"one")

    def fail():
        with atomic_file(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_leftovers_do_not_pile_up(tmp_path):
    """What a killed writer left is overwritten."""
    path = tmp_path / "a"
    path.with_name(".a.tmp").write_bytes(b"left" * 100)
    atomic_write(path, b"one")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"one"
