"""One scripted upstream and one `reweave serve` for most tests; more by `start`."""

import pytest

pytest.importorskip("openai", reason="the extra serve is not installed")
pytest.importorskip("uvicorn", reason="the extra serve is not installed")

from .processes import Front, Upstream


@pytest.fixture(scope="session")
def upstream(tmp_path_factory):
    """A scripted upstream that is not to be killed."""
    server = Upstream(tmp_path_factory.mktemp("upstream"))
    yield server
    server.kill()


@pytest.fixture(scope="session")
def front(upstream):
    """`reweave serve` with default settings in front of it."""
    server = Front("--upstream", upstream.url, "--model", "scripted", "--timeout", "20")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def client(front):
    with front.client() as client:
        yield client


@pytest.fixture
def start(tmp_path_factory):
    """A function that starts a scripted upstream with flags and a `reweave serve` with others."""
    started = []

    def begin(*flags, upstream=(), env=None):
        behind = Upstream(tmp_path_factory.mktemp("upstream"), *upstream)
        started.append(behind)
        front = Front("--upstream", behind.url, "--model", "scripted", *flags, env=env)
        started.append(front)
        return front, behind

    yield begin
    for server in started:
        server.kill()
