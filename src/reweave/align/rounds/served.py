"""A model's server: a process on a free port of this machine, which ends with whoever started it.

`reweave serve` unless the settings say another command, such as vLLM's. What the process writes goes to a
file, whose end is shown where it fails.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from reweave.align.rounds.children import end, start
from reweave.align.rounds.config import ServeConfig
from reweave.errors import ModelError
from reweave.model_folder import read_format

_SHOWN = 2000  # bytes of its output, where it failed


@contextmanager
def served(config: ServeConfig, model: str, name: str, log: Path, *, raw: bool = False) -> Iterator[str]:
    """Start a model's server, give its base URL once it answers, and end it.

    Args:
        config: How it is started.
        model: A folder, or a name on the hub.
        name: What the rounds call it.
        log: Takes what it writes.
        raw: Whether it goes on with texts as they are, in place of answering instructions: `reweave serve`
            then leaves out the template that the model was trained with.

    Raises:
        ModelError: It ended, or did not answer in time; the end of its output is in the message.
    """
    port = _free_port()
    with log.open("ab") as file:
        process = start(_command(config, model, name, port, raw=raw), file)
        try:
            url = f"http://127.0.0.1:{port}/v1"
            _wait(process, url, config.wait, log)
            yield url
        finally:
            end(process)


def _command(config: ServeConfig, model: str, name: str, port: int, *, raw: bool) -> list[str]:
    if config.command is not None:
        holes = {"{model}": model, "{port}": str(port), "{name}": name}
        line = list(config.command)
        for hole, value in holes.items():
            line = [part.replace(hole, value) for part in line]
        return line
    line = [sys.executable, "-m", "reweave", "serve", "--model-folder", model, "--port", str(port)]
    line += ["--name", name]
    folder = Path(model)
    if not folder.is_dir() or read_format(folder) is None:
        line += ["--writes", "program"]  # a base model of somebody else's
    return [*line, "--prompt-template", "{instruction}"] if raw else line


def _wait(process: subprocess.Popen[bytes], url: str, seconds: float, log: Path) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ModelError(f"the model's server ended with status {process.returncode}: {_tail(log)}")
        try:
            with urlopen(f"{url}/models", timeout=5) as answer:  # noqa: S310 - http, of this machine
                if answer.status == 200:
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.2)
    raise ModelError(f"the model's server did not answer within {seconds:,.0f} s: {_tail(log)}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _tail(log: Path) -> str:
    said = log.read_bytes()[-_SHOWN:].decode("utf-8", "replace").strip()
    return said or f"it wrote nothing ({log})"
