"""Endpoints, parameters and questions refuse what cannot be."""

import subprocess
import sys

import pytest

from reweave.errors import InputError
from reweave.models import Endpoint, Parameters, Question


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Endpoint("localhost:8000", "m"), "no http"),
        (lambda: Endpoint("http://me:pass@host/v1", "m"), "user or password"),
        (lambda: Endpoint("http://host/v1?key=1", "m"), r"ends before '\?'"),
        (lambda: Endpoint("http://host/v1", ""), "no model"),
        (lambda: Endpoint("http://host/v1", "m", kind="edits"), "'edits', not"),
        (lambda: Endpoint("http://host/v1", "m", concurrency=0), "concurrency is 0"),
        (lambda: Endpoint("http://host/v1", "m", timeout=float("nan")), "timeout is nan"),
        (lambda: Parameters(stop="\n"), "a list of texts"),
        (lambda: Parameters(extra={"n": 3, "seed": 1}), "extra holds n, seed"),
        (lambda: Question("q"), "'q': give a prompt or messages"),
        (lambda: Question("q", prompt="", messages=[]), "one of them"),
        (lambda: Question("q", prompt="", n=0), "n is 0"),
    ],
)
def test_refused(make, message):
    """What would fail at every request fails at once, with the reason and without a password."""
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "pass@" not in str(caught.value)


def fresh(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_is_light():
    """Describing questions loads neither the client package nor an event loop, a database, a console."""
    code = "import sys, reweave.models as m; m.Question('q', prompt='p'); print(*sys.modules)"
    loaded = set(fresh(code).split())
    assert not loaded & {"openai", "httpx2", "asyncio", "sqlite3", "rich", "orjson", "pydantic"}


def test_without_the_extra():
    """Without the client package, asking names what to install; the log can still be read."""
    code = (
        "import sys; sys.modules['openai'] = None\n"
        "from reweave.models import RequestLog\n"
        "from reweave.errors import MissingExtraError\n"
        "try: from reweave.models import ask\n"
        "except MissingExtraError as error: print(error)\n"
    )
    assert "pip install 'reweave[models]'" in fresh(code)
