"""Endpoints, parameters and questions refuse what cannot be."""

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
