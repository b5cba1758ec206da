"""Settings of `reweave serve`, from flags, a file and a model's folder; what makes no sense is refused."""

import socket
import subprocess
import sys

import pytest

from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.serve.config import ServeConfig
from reweave.settings import checked

UP = {"upstream": "http://127.0.0.1:1/v1", "model": "m"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "one of them"),
        (UP | {"model_folder": "x"}, "one of them"),
        ({"upstream": "http://127.0.0.1:1/v1"}, "--model NAME"),
        (UP | {"upstream": "127.0.0.1:8000"}, "no http://"),
        (UP | {"checked": 2}, "needs --model-folder"),
        (UP | {"api_key": ""}, "API key is empty"),
        (UP | {"mode": "stream"}, "mode"),
        (UP | {"queue": -1}, "queue"),
        (UP | {"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense(values, said):
    """It is refused before anything is started."""
    with pytest.raises(InputError, match=said):
        checked(ServeConfig, values)


def test_format(tmp_path):
    """A folder's reweave.json says what the model writes, flags win over it; without one it is refused."""
    with pytest.raises(InputError, match=r"no reweave\.json"):
        checked(ServeConfig, UP | {"format": tmp_path}).model_format()
    kept = ModelFormat(form="short", prompt="Do: {instruction}\n")
    kept.save(tmp_path)
    assert checked(ServeConfig, UP | {"format": tmp_path}).model_format() == kept
    won = checked(ServeConfig, UP | {"format": tmp_path, "form": "states", "marker": "[edit]"}).model_format()
    assert won == ModelFormat(form="states", marker="[edit]", prompt="Do: {instruction}\n")
    assert checked(ServeConfig, {"model_folder": tmp_path}).model_format() == kept
    assert checked(ServeConfig, {"model_folder": tmp_path}).served == tmp_path.name
    with pytest.raises(InputError, match="template"):
        checked(ServeConfig, UP | {"prompt_template": "none"}).model_format()


def test_an_address_that_is_taken(tmp_path):
    """The verb reads a file too; a port that is taken ends it with one line and status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "serve.toml").write_text('[serve]\nupstream = "http://127.0.0.1:1/v1"\nmodel = "m"\n')
        command = [sys.executable, "-m", "reweave", "serve", "--config", tmp_path / "serve.toml"]
        made = subprocess.run([*command, "--set", f"port={port}"], capture_output=True, text=True)
    assert made.returncode == 1
    assert made.stderr.startswith(f"reweave: cannot listen on 127.0.0.1, port {port}")
    assert made.stderr.count("\n") == 1
