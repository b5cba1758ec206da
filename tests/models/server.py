"""A scripted OpenAI-compatible server: no model answers here.

It answers by a hash of prompt and seed, or from a table, fails where its script says, and logs every request.

    python tests/models/server.py --port 0 [--script FILE] [--log FILE] [--answers FILE]

It prints its port, then serves until it is killed. The script is JSON:

    {"delay": 0.01, "ignore_n": false, "key": "sk-...",
     "rules": [{"mode": "rate-limit", "match": "part of the prompt", "first": 2, "retry_after": "1"}]}

The first rule whose ``match`` is in the prompt, and which has not been used ``first`` times on this prompt
and seed (no ``first``: always), decides. Modes: see ``MODES``. ``retry_after`` is sent as it stands, or
``date+N`` as an HTTP date N seconds ahead. ``delay`` is slept before each answer; ``ignore_n`` gives one
choice always.
With ``only_table``, prompts that no row of the table names get 400.
With ``key``, requests without that key get 401, and the message repeats what they sent.

The table (``--answers``) is JSONL: ``{"prompt": "part of a prompt"}`` or ``{"hash": "its SHA-256 in hex"}``,
with ``"texts": [...]``: the sample with seed s gets text s modulo their number; without a seed, the next one.
Prompts that no row names are answered by a hash of prompt and seed.

The log is JSONL, one line a request as it arrives: time, path, prompt, seed, n, mode, body.
"""

import argparse
import hashlib
import json
import os
import socket
import struct
import sys
import threading
import time
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODES = {
    "rate-limit": "429, with retry_after where the rule has it",
    "no-credit": "429 as an account without credit gets it",
    "error": "500, or the rule's status",
    "error-body": "200 with an error in the place of the answer",
    "garbage": "200 with what is no JSON",
    "other-form": "200 with JSON of another form",
    "truncated": "a body, or events, that end before they should",
    "no-end": "a whole body whose choices have no finish_reason; events that end without one",
    "reset": "the connection ends without an answer",
    "empty": "no choices",
    "hang": "nothing, for a minute",
    "drip": "a byte every tenth of a second",
    "length": "an answer cut at max_tokens",
    "filter": "an answer cut by a content filter",
    "one": "a single choice, whatever n",
}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing: the log is a file."""

    def do_GET(self):
        """Say which models there are, and that nothing else is."""
        if self.path == "/v1/models":
            return self._give(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        return self._give(404, {"error": {"message": f"no path {self.path}"}})

    def do_POST(self):
        """Answer, or fail as the script says."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat = self.path == "/v1/chat/completions"
        if not chat and self.path != "/v1/completions":
            return self._give(404, {"error": {"message": f"no path {self.path}"}})
        prompt = body["messages"][-1]["content"] if chat else body["prompt"]
        rule = self.server.rule(prompt, body.get("seed"))
        self.server.note(self.path, prompt, body, rule)
        sent = self.headers.get("Authorization", "")
        if self.server.script.get("key") and sent != f"Bearer {self.server.script['key']}":
            return self._give(401, {"error": {"message": f"wrong key: {sent}", "code": "invalid_api_key"}})
        if self.server.script.get("only_table") and self.server.row(prompt) is None:
            return self._give(400, {"error": {"message": "the script has no answer to this"}})
        time.sleep(self.server.script.get("delay", 0))
        return self._play(rule, chat, prompt, body)

    def _play(self, rule, chat, prompt, body):
        mode = rule.get("mode")
        if mode == "rate-limit":
            return self._give(429, {"error": {"message": "slow down"}}, self._retry_after(rule))
        if mode == "no-credit":
            return self._give(429, {"error": {"message": "no credit left", "code": "insufficient_quota"}})
        if mode == "error":
            status = rule.get("status", 500)
            return self._give(status, {"error": {"message": f"scripted {status}"}}, self._retry_after(rule))
        if mode == "error-body":
            return self._give(200, {"error": {"message": "out of memory"}})
        if mode == "garbage":
            return self._send(200, b'{"choices": [{"text": "def f(')
        if mode == "other-form":
            return self._give(200, {"choices": [{"text": 7, "finish_reason": "stop"}]})
        if mode == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return self.connection.close()
        if mode == "hang":
            time.sleep(60)
            self.close_connection = True
            return None
        n = 1 if mode == "one" or self.server.script.get("ignore_n") else body.get("n", 1)
        finish = {"length": "length", "filter": "content_filter", "no-end": None}.get(mode, "stop")
        texts = [] if mode == "empty" else [self.server.answer(prompt, body.get("seed"), i) for i in range(n)]
        usage = {
            "prompt_tokens": len(prompt.split()),
            "completion_tokens": sum(len(text.split()) for text in texts),
        }
        if body.get("stream"):
            return self._events(mode, chat, texts, finish, usage)
        choices = [whole_choice(chat, i, text, finish, body) for i, text in enumerate(texts)]
        data = json.dumps({"id": "x", "model": body["model"], "choices": choices, "usage": usage}).encode()
        if mode == "truncated":
            self.close_connection = True
            return self._send(200, data[:-9], length=len(data))
        if mode == "drip":
            return self._drip(data)
        return self._send(200, data)

    def _events(self, mode, chat, texts, finish, usage):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for i, text in enumerate(texts):
            middle = len(text) // 2
            for part in (text[:middle], text[middle:]):
                self._event({"choices": [piece(chat, i, part, None)]})
                if mode == "truncated":
                    return
            self._event({"choices": [piece(chat, i, "", finish)]})
        self._event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, document):
        self.wfile.write(b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\r\n\r\n")

    def _drip(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for byte in data:
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def _retry_after(self, rule):
        asked = rule.get("retry_after")
        if asked is None:
            return {}
        if asked.startswith("date+"):
            asked = formatdate(time.time() + float(asked[5:]), usegmt=True)
        return {"Retry-After": asked}

    def _give(self, status, document, headers=()):
        self._send(status, json.dumps(document).encode(), dict(headers))

    def _send(self, status, data, headers=None, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)


def whole_choice(chat, i, text, finish, body):
    choice = {"index": i, "finish_reason": finish}
    words = text.split()
    if chat:
        choice["message"] = {"role": "assistant", "content": text}
        if body.get("logprobs"):
            top = [{"token": "a", "logprob": -0.5}] * body.get("top_logprobs", 0)
            choice["logprobs"] = {
                "content": [{"token": word, "logprob": -0.25, "top_logprobs": top} for word in words]
            }
    else:
        choice["text"] = text
        if body.get("logprobs") is not None:
            choice["logprobs"] = {
                "tokens": words,
                "token_logprobs": [-0.25] * len(words),
                "top_logprobs": [{"a": -0.5}] * len(words) if body["logprobs"] else None,
            }
    return choice


def piece(chat, i, text, finish):
    said = {"delta": {"content": text}} if chat else {"text": text}
    return {"index": i, "finish_reason": finish} | said


class Server(ThreadingHTTPServer):
    """The state that connections share: how often each rule was used, the table, the log."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port, script, log, table):
        self.script, self.log, self.table = script, log, table
        self.used, self.asked, self.lock = Counter(), Counter(), threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request, client_address):
        """A client that went away is no news."""

    def rule(self, prompt, seed):
        """Give the rule that this request falls under, and count its use."""
        with self.lock:
            for number, rule in enumerate(self.script.get("rules", ())):
                use = (number, prompt, seed)
                if rule.get("match", "") in prompt and self.used[use] < rule.get("first", float("inf")):
                    self.used[use] += 1
                    return rule
        return {}

    def note(self, path, prompt, body, rule):
        """Write the request into the log before it is answered."""
        if self.log is not None:
            line = {
                "time": time.time(),
                "path": path,
                "prompt": prompt,
                "seed": body.get("seed"),
                "n": body.get("n", 1),
                "mode": rule.get("mode"),
                "body": body,
            }
            os.write(self.log, json.dumps(line).encode() + b"\n")  # one write: lines of two servers never mix

    def answer(self, prompt, seed, i):
        """Give the text of one choice."""
        row = self.row(prompt)
        if row is None:
            return scripted_answer(prompt, seed, i)
        if seed is None:
            with self.lock:
                place = self.asked[prompt]
                self.asked[prompt] += 1
        else:
            place = seed + i
        return row["texts"][place % len(row["texts"])]

    def row(self, prompt):
        """Give the table's row for a prompt, None where it has none."""
        whole = hashlib.sha256(prompt.encode()).hexdigest()
        for row in self.table:
            if row["hash"] == whole if "hash" in row else row["prompt"] in prompt:
                return row
        return None


def scripted_answer(prompt, seed, i=0):
    """What the server says where no table does. The U+2028 is there to be kept."""
    number = "no seed" if seed is None else seed + i
    return f"answer\u2028 {hashlib.sha256(f'{prompt}|{number}'.encode()).hexdigest()[:16]} to seed {number}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--log", type=Path)
    flags = parser.parse_args()
    script = json.loads(flags.script.read_text()) if flags.script else {}
    unknown = {rule["mode"] for rule in script.get("rules", ())} - MODES.keys()
    if unknown:
        parser.error(f"no mode {', '.join(unknown)}; there are {', '.join(MODES)}")
    table = [json.loads(line) for line in flags.answers.open()] if flags.answers else []
    log = os.open(flags.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if flags.log else None
    server = Server(flags.port, script, log, table)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
