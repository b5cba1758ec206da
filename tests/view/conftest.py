"""What the pages' tests share: a browser, and edit sequences made by hand from real code, not checked."""

import heapq
import inspect
import os
import random
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reweave.records import EditSequence, split_lines

HOSTILE = (
    "</script><script>window.hacked=1</script>\r\n"
    "<img src=x onerror='window.hacked=1'>\r\n"
    "<!-- & &lt; {{title}} -->\n"
    'name = "\u00e9\u4e2d\U0001f9f6 \u2028 \u2029 \u202e \x0c \ufeff \x7f"\n'
    "\n"
    "@@ -1,0 +1,2 @@\n"
    "\tindented = '''never closed\n"
    "   \n"
    "last line, without an ending"
)


def made_by_hand(
    text: str, *, name: str, path: int = 0, instruction: str | None = None, language: str = "python"
) -> EditSequence:
    """Insert runs of equally deep lines as one edit each, outer ones first, in an order drawn by ``path``."""
    depths: list[int] = []
    for line in split_lines(text):
        code = line.lstrip(" \t")
        depths.append(len(line) - len(code) if code.strip() else depths[-1] if depths else 0)
    starts = [i for i, depth in enumerate(depths) if i == 0 or depth != depths[i - 1]]
    draw = random.Random(path)
    order = sorted(starts, key=lambda start: (depths[start], draw.random()))
    # Two runs may share an edit: edits with several hunks must be shown too.
    edit_of = {start: rank * 3 // 4 for rank, start in enumerate(order)}
    inserted_at: list[int] = []
    for i in range(len(depths)):
        inserted_at.append(edit_of[i] if i in edit_of else inserted_at[-1])
    return EditSequence(
        id=name, path=path, instruction=instruction, program=text, inserted_at=inserted_at,
        checker="none (made by hand)", preset="default", seed=7, language=language,
    )  # fmt: skip


def stdlib_functions() -> list[tuple[str, str, str]]:
    """Name, source and instruction of a few functions of the standard library."""
    functions: list[Callable[..., object]] = [
        heapq.merge, heapq.nsmallest, textwrap.dedent, textwrap.indent, textwrap.shorten, inspect.getdoc,
        inspect.cleandoc, random.Random.shuffle, random.Random.sample, textwrap.TextWrapper._wrap_chunks,
    ]  # fmt: skip
    return [
        (
            f"{function.__module__}/{function.__name__}",
            textwrap.dedent(inspect.getsource(function)),
            f"Write `{function.__name__}`. {(inspect.getdoc(function) or '').split(chr(10) * 2)[0]}",
        )
        for function in functions
    ]


@pytest.fixture(scope="session")
def make() -> Callable[..., EditSequence]:
    """The maker of sequences."""
    return made_by_hand


@pytest.fixture(scope="session")
def sequences() -> list[EditSequence]:
    """Ten programs, three paths each."""
    return [
        made_by_hand(source, name=name, path=path, instruction=instruction)
        for name, source, instruction in stdlib_functions()
        for path in range(3)
    ]


@pytest.fixture(scope="session")
def hostile() -> EditSequence:
    """A program that would break a careless page."""
    return made_by_hand(HOSTILE, name="</script>&\"'", instruction="<b>bold</b> </script>{{data}}\u2028")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The browser."""
    import browser  # needs selenium, which not all of these tests do

    started = browser.start(tmp_path_factory.mktemp("profile"))
    yield started
    started.quit()


@pytest.fixture
def reader(driver: Any) -> Iterator[Any]:
    """Whatever a test does, the page has logged nothing and asked nobody for anything but itself."""
    import browser

    reader = browser.Reader(driver)
    reader.window(1280, 800)
    yield reader
    assert reader.complaints() == []


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go."""
    folder = Path(os.environ.get("REWEAVE_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
