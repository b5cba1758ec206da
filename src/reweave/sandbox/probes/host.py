"""What the containment probes are sent to look for: real things of this machine, laid out while they run."""

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def laid_out() -> Iterator[dict[str, Any]]:
    """Lay out a file and services, and give what a probe must know to find them, as plain data.

    Each can be reached by any process of this machine outside a sandbox: the file is readable by all, the
    services listen on the loopback address, an abstract unix socket, and one in the file system.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "file").write_text(secrets.token_hex(), encoding="utf-8")
        abstract = f"reweave-probe-{secrets.token_hex(8)}"
        network = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        for address in (str(folder / "socket"), "\0" + abstract):
            service = stack.enter_context(socket.socket(socket.AF_UNIX))
            service.bind(address)
            service.listen(128)
        (folder / "socket").chmod(0o777)
        command = Path("/proc/self/cmdline").read_bytes().decode(errors="replace").split("\0")
        yield {
            "file": str(folder / "file"),
            "port": network.getsockname()[1],
            "abstract": abstract,
            "socket": str(folder / "socket"),
            "home": str(Path.home()),
            "environment": sorted(os.environ),
            "command": command[:-1],
            "pid": os.getpid(),
            "name": os.uname().nodename,
        }
