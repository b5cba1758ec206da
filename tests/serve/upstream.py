"""A scripted upstream server, no model: it answers with edit sequences, or fails as the prompt asks.

    python tests/serve/upstream.py --port 0 [--log FILE] [--form short] [--delay SECONDS] [--answers FILE]

It prints its port, then serves until it is killed. A prompt's answer is the edit sequence of
`program_for(prompt, seed)`, or the row of the table (JSONL: ``prompt``, ``programs``) whose prompt is part
of it; the sample of seed s gets program s modulo their number. A prompt that holds ``mode=WORD`` gets what
`MODES` says.

The log is JSONL: one line as a request arrives (``event`` ``asked``, with its body), one as it ends
(``done``, or ``left`` when the client closed the connection first, with the characters sent).
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reweave.edits.codec import completion, encode

MODES = {
    "rate-limit": "429 with Retry-After: 7",
    "error": "500",
    "refuse": "400, as for a prompt that is too long",
    "wrong-key": "401",
    "garbage": "200 with what is no JSON",
    "garbage-event": "an event that is no JSON",
    "error-event": "an error in the place of an event",
    "hang": "nothing",
    "stall": "half of it, then nothing",
    "die": "half of it, then the end of the connection",
    "no-end": "events without a finish_reason",
    "ramble": "the edits, then words without end",
    "malformed": "edits whose headers make no sense",
    "prose": "no edits",
    "length": "half of it, and finish_reason length",
    "plain": "one JSON body, although events were asked for",
    "no-usage": "no tokens are told",
    "slow": "a tenth of a second a piece",
    "empty": "an answer without any text",
    "stops": "an answer that ends before the stop text, as most servers' do",
    "filter": "half of it, cut by a content filter",
}
PIECE = 7  # characters


def program_for(prompt, seed):
    """Give the program that answers a prompt."""
    said = hashlib.sha256(f"{prompt}|{seed}".encode()).hexdigest()[:16]
    head = 'import math\n\n\ndef answer():\n    """U+2028: \u2028."""\n'
    return f'{head}    return "{said}"\n\n\nprint(answer())\n'


def edits_for(program, form):
    """Give its edit sequence as a model would write it, without the end-of-sequence token."""
    lines = program.split("\n")
    return completion(encode(program, [i % 3 for i in range(len(lines) - program.endswith("\n"))], form))


class Upstream:
    """The server's table and log, and what it answers."""

    def __init__(self, flags):
        self.flags = flags
        self.table = {}
        if flags.answers:
            for line in flags.answers.read_text("utf-8").splitlines():
                row = json.loads(line)
                self.table[row["prompt"]] = row["programs"]
        self.file = os.open(flags.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if flags.log else None

    def note(self, **line):
        """Write a line into the log."""
        if self.file is not None:
            os.write(self.file, json.dumps(line).encode() + b"\n")

    def text(self, prompt, seed, mode):
        """Give what is written, whole."""
        programs = next((programs for part, programs in self.table.items() if part in prompt), None)
        if programs is not None:
            return edits_for(programs[(seed or 0) % len(programs)], self.flags.form)
        text = edits_for(program_for(prompt, seed), self.flags.form)
        if mode == "malformed":
            return text.replace("@@ -", "@@ oh ").replace("<|diff|>@", "<|diff|>@x")
        return {"prose": "Sure! Here is a program.", "empty": ""}.get(mode, text)

    async def answer(self, scope, receive, send):
        """Answer a request, an ASGI application; note whether the client stayed."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        asked = json.loads(body)
        chat = scope["path"].endswith("/chat/completions")
        prompt = asked["messages"][-1]["content"] if chat else asked["prompt"]
        mode = (re.search(r"mode=([a-z-]+)", prompt) or [None, None])[1]
        self.note(event="asked", path=scope["path"], body=asked)
        sent = [0]
        work = asyncio.ensure_future(self.play(mode, chat, prompt, asked, scope, receive, send, sent))
        gone = asyncio.ensure_future(self.gone(receive))
        await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
        self.note(event="done" if work.done() else "left", prompt=prompt, sent=sent[0])
        for task in (work, gone):
            task.cancel()
        await asyncio.wait([work, gone])
        if not work.cancelled():
            work.result()

    async def gone(self, receive):
        """Wait until the client is gone."""
        while (await receive())["type"] != "http.disconnect":
            pass

    async def play(self, mode, chat, prompt, asked, scope, receive, send, sent):
        """Do what the mode says."""

        async def give(status, document, **headers):
            await JSONResponse(document, status, headers)(scope, receive, send)

        await asyncio.sleep(self.flags.delay)
        if mode == "rate-limit":
            return await give(429, {"error": {"message": "slow down"}}, **{"Retry-After": "7"})
        if mode == "error":
            return await give(500, {"error": {"message": "out of memory"}})
        if mode == "refuse":
            return await give(400, {"error": {"message": "the prompt is longer than the context"}})
        if mode == "wrong-key":
            return await give(401, {"error": {"message": f"wrong key {dict(scope['headers'])}"}})
        if mode == "garbage":
            return await Response(b'{"choices": [{"te', media_type="application/json")(scope, receive, send)
        if mode == "hang":
            await asyncio.sleep(3600)
        text = self.text(prompt, asked.get("seed"), mode)
        if mode == "plain":
            choice = {"message": {"content": text}} if chat else {"text": text}
            usage = {"prompt_tokens": 5, "completion_tokens": 6}
            choices = [{"index": 0, "finish_reason": "stop", **choice}]
            return await give(200, {"choices": choices, "usage": usage})
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

        async def event(document):
            data = (
                document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
            )
            message = {
                "type": "http.response.body",
                "body": b"data: " + data + b"\r\n\r\n",
                "more_body": True,
            }
            await send(message)

        async def say(piece, reason=None):
            said = {"delta": {"content": piece}} if chat else {"text": piece}
            await event({"choices": [{"index": 0, "finish_reason": reason, **said}], "usage": None})
            sent[0] += len(piece)

        if mode == "stops":
            text = text.split(asked["stop"][0])[0]
        if mode in {"stall", "die", "length", "filter"}:
            text = text[: len(text) // 2]
        for at in range(0, len(text), PIECE):
            await say(text[at : at + PIECE])
            await asyncio.sleep(0.1 if mode == "slow" else 0)
        if mode == "stall":
            await asyncio.sleep(3600)
        if mode == "die":
            raise ConnectionAbortedError("scripted")
        if mode == "garbage-event":
            await event(b"{no json")
        if mode == "error-event":
            await event({"error": {"message": "out of memory"}})
        while mode == "ramble":
            await say("blah blah ")
            await asyncio.sleep(0.01)
        if mode != "no-end":
            await say("", {"length": "length", "filter": "content_filter"}.get(mode, "stop"))
        if mode != "no-usage":
            tokens = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(text) // 4}
            await event({"choices": [], "usage": tokens})
        await event(b"[DONE]")
        return await send({"type": "http.response.body", "body": b""})


async def models(_):
    return JSONResponse({"object": "list", "data": [{"id": "scripted", "object": "model"}]})


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--form", default="unified")
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--answers", type=Path)
    flags = parser.parse_args()
    upstream = Upstream(flags)
    # An instance that is called is an ASGI application to starlette; a function would be something else.
    application = type("Answer", (), {"__call__": staticmethod(upstream.answer)})()
    paths = ("/v1/completions", "/v1/chat/completions")
    app = Starlette(
        routes=[*(Route(p, application, methods=["POST"]) for p in paths), Route("/v1/models", models)]
    )
    listening = socket.create_server(("127.0.0.1", flags.port), backlog=1024)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_keep_alive=75)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
