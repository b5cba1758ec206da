"""Settings out of a file: a verb's own, and a chain's file that has a table for it."""

import pytest

from reweave.align.seeds import resolve_config
from reweave.errors import InputError
from reweave.ground.chain.config import read_config
from reweave.ground.trace.config import TraceConfig
from reweave.settings import checked, gather

CHAIN = 'input = ["tables/"]\nseed = 7\nlimit = 9\n[endpoints.coder]\nbase_url = "x"\nmodel = "m"\n'


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "settings.toml"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    "text",
    ["wall = 3\nlimit = 4\n", "limit = 4\n[trace]\nwall = 3\n", "wall = 9\nlimit = 4\n[trace]\nwall = 3\n"],
)
def test_at_the_top_or_in_the_table(written, text):
    """Both are the verb's; its table wins."""
    assert gather("trace", written(text), [], {}) == {"wall": 3, "limit": 4}


def test_a_chain_s_file_serves_one_stage(written):
    """What stands at its top is the chain's; what the stage gets is what the chain would give it."""
    path = written(CHAIN + "[trace]\nwall = 3\n")
    alone = checked(TraceConfig, gather("trace", path, [], {}))
    assert alone == read_config(path, []).trace
    assert (alone.wall, alone.limit, alone.seed) == (3, 0, checked(TraceConfig, {}).seed)


def test_what_a_stage_inherits(written):
    """Seeds are found by the chain's preset, and as many."""
    path = written('preset = "paper"\nlimit = 5\ninput = "code/"\nseed = 1\n[seeds]\nmax_lines = 50\n')
    found = resolve_config(path, [], {})
    assert (found.preset, found.limit, found.max_lines) == ("paper", 5, 50)


def test_a_name_that_is_none_of_the_verb_s(written):
    """In a verb's own file it is refused, not passed over."""
    with pytest.raises(InputError, match="walls"):
        checked(TraceConfig, gather("trace", written("walls = 3\n[trace]\nwall = 3\n"), [], {}))


def test_a_table_that_is_none(written):
    """It is named, with its file."""
    path = written("trace = 3\n")
    with pytest.raises(InputError, match=path.name):
        gather("trace", path, [], {})
