"""A real loopback server of ``/v1/completions``: the tiny model answers, with ``echo`` and ``logprobs``.

What a server does in place of that is scripted, and named by ``mode``:

``plain``        gives the prompt back with the log-probabilities of its tokens, as vLLM does
``no-logprobs``  ignores ``echo`` and ``logprobs``
``own-only``     ignores ``echo``: log-probabilities of what it writes alone
``refuses``      500 with the words of a server that knows no ``echo``
``broken``       500 to every prompt that holds the word of ``match``
``context``      400 to prompts of more than ``longest`` tokens
"""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import tiny_model


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing."""

    def do_POST(self):
        """Answer, or do what the mode says."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, document = self.server.answer(self.path, body)
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class ModelServer(ThreadingHTTPServer):
    """The server, in a thread of the test's; ``asked`` counts each prompt that came."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder, mode="plain", *, match=None, longest=None, delay=0.0):
        self.folder, self.mode, self.match, self.longest = folder, mode, match, longest
        self.delay = delay
        self.asked, self.answered, self.lock = Counter(), Counter(), threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that was killed is no news."""

    def answer(self, path, body):
        """Give status and document."""
        prompt = body["prompt"]
        key = prompt if isinstance(prompt, str) else tuple(prompt)
        with self.lock:
            self.asked[key] += 1
        if path != "/v1/completions":
            return 404, {"error": {"message": f"no path {path}"}}
        assert (body["echo"], body["logprobs"], body["max_tokens"]) == (True, 1, 1)
        time.sleep(self.delay)
        if self.mode == "refuses":
            return 500, {"error": {"message": "Only no echo is supported"}}
        with self.lock:  # one model, one thread
            document = self.computed(prompt)
        if isinstance(document, str):
            return (500 if self.mode == "broken" else 400), {"error": {"message": document}}
        with self.lock:
            self.answered[key] += 1
        return 200, document

    def computed(self, prompt):
        """Ask the model; give a document, or the words of a refusal."""
        tokenizer = tiny_model.loaded(self.folder)[1]
        ids = tiny_model.ids_of(self.folder, prompt) if isinstance(prompt, str) else prompt
        text = prompt if isinstance(prompt, str) else tokenizer.decode(ids)
        if self.mode == "broken" and self.match in text:
            return "scripted"
        if self.mode == "context" and len(ids) > self.longest:
            return f"This model's maximum context length is {self.longest} tokens, and you sent {len(ids)}"
        said, following = tiny_model.logprobs(self.folder, ids)
        written = tokenizer.decode([following])
        tokens = [tokenizer.decode([token]) for token in [*ids, following]]
        known = {"tokens": tokens, "token_logprobs": [*said, -0.5], "top_logprobs": None}
        choice = {"index": 0, "text": text + written, "finish_reason": "length", "logprobs": known}
        if self.mode in {"no-logprobs", "own-only"}:
            choice["text"] = written
            last = {"tokens": [written], "token_logprobs": [-0.5], "top_logprobs": None}
            choice["logprobs"] = last if self.mode == "own-only" else None
        return {"choices": [choice], "usage": {"prompt_tokens": len(ids), "completion_tokens": 1}}
