"""A server that speaks as much of the Hugging Face hub's interface as reading one data set needs.

The data set is ``some/tasks``, with one file of its split ``test``. Answers are those of the hub for a
repository without a card, as ``datasets`` 5 and ``huggingface_hub`` 2 ask for it; anything else is not there.
"""

import hashlib
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlparse

REPOSITORY = "some/tasks"
FILE = "data/test.jsonl"
COMMIT = "c" * 40


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing: what was asked is kept in the server's ``asked``."""

    def do_GET(self):
        """Answer, for ``HEAD`` without the body."""
        path = unquote(urlparse(self.path).path)
        self.server.asked.append(path)
        content, digest = self.server.content, hashlib.sha1(self.server.content).hexdigest()
        file = {"type": "file", "path": FILE, "size": len(content), "oid": digest}
        if re.fullmatch(rf"/api/datasets/{REPOSITORY}(/revision/\w+)?", path):
            return self._give(
                200, {"id": REPOSITORY, "sha": COMMIT, "private": False, "siblings": [{"rfilename": FILE}]}
            )
        if path == f"/api/datasets/{REPOSITORY}/tree/{COMMIT}":
            return self._give(200, [{"type": "directory", "path": "data", "size": 0, "oid": COMMIT}])
        if path == f"/api/datasets/{REPOSITORY}/tree/{COMMIT}/data":
            return self._give(200, [file])
        if path == f"/datasets/{REPOSITORY}/resolve/{COMMIT}/{FILE}":
            start, end = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups()
            part = content[int(start) : int(end) + 1]
            span = f"bytes {start}-{int(start) + len(part) - 1}/{len(content)}"
            return self._give(206, part, ETag=f'"{digest}"', Content_Range=span)
        known = path.startswith(f"/datasets/{REPOSITORY}/")
        return self._give(404, {}, X_Error_Code="EntryNotFound" if known else "RepoNotFound")

    def do_HEAD(self):
        """Likewise."""
        self.do_GET()

    def _give(self, status, body, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"X_Repo_Commit": COMMIT, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def hub(content):
    """Serve a file on loopback; give the server, which has ``url`` and ``asked``."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content, server.asked = content, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
