"""Thirty-two clients at `reweave serve` for a minute, while its upstream is killed and started again.

    python benchmarks/serve_load.py [--seconds 60] [--clients 32] [--kills 3] [--queue 64]

Each client asks one request after another by the `openai` package, without retries of its own: chat and
completions, whole and streamed, one choice and two. Every answer is checked to be that of its request,
every choice of it. The upstream is scripted (tests/serve/upstream.py: no model writes); it is ended by
SIGKILL and started again at the same port `--kills` times. Every request must end, as an answer or with
one of the statuses that its fate has: 502 and 503 while the upstream is dead (or an error event, where a
stream had begun), 429 where the queue is full. Printed: requests a second, quantiles of latency, outcomes,
and what the server itself counted. Exit status 1 where a request was lost, answered wrongly, or failed
otherwise.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import ClassVar

from common import load, table

sys.path.insert(0, str(Path(__file__).absolute().parents[1] / "tests"))

import openai

from serve.processes import Front, Upstream
from serve.upstream import program_for


class Client(threading.Thread):
    """Asks until the time is over.

    Another upstream has another ``model``, another ``question``, and perhaps ``more`` settings.
    """

    model = "scripted"
    more: ClassVar = {}

    def __init__(self, number, front, until, timeout):
        super().__init__()
        self.number, self.front, self.until, self.timeout = number, front, until, timeout
        self.outcomes, self.seconds, self.wrong = Counter(), [], []

    def run(self):
        """Ask one request after another."""
        with self.front.client(timeout=self.timeout) as client:
            number = 0
            while time.monotonic() < self.until:
                self.one(client, number)
                number += 1

    def question(self, number, n):
        """Give a prompt, and what each choice is to be."""
        prompt = f"client {self.number} request {number}"
        return prompt, {i: program_for(prompt, number + i) for i in range(n)}

    def one(self, client, number):
        """Ask one, and keep what came of it."""
        kind, n = number % 4, 1 + (number % 5 == 0)
        prompt, expected = self.question(number, n)
        settings = {"model": self.model, "seed": number, "n": n, "stream": kind >= 2, **self.more}
        began = time.monotonic()
        try:
            if kind % 2:
                answer = client.completions.create(prompt=prompt, **settings)
            else:
                messages = [{"role": "user", "content": prompt}]
                answer = client.chat.completions.create(messages=messages, **settings)
            came = texts(answer, kind >= 2)
        except openai.APIStatusError as error:
            self.outcomes[str(error.status_code)] += 1
            time.sleep(0.05)
        except openai.APITimeoutError:
            self.outcomes["hung"] += 1
        except openai.APIConnectionError as error:
            self.outcomes[f"connection: {error.__cause__!r}"] += 1
        except openai.APIError as error:
            self.outcomes[f"error event, {error.code}"] += 1
        else:
            self.seconds.append(time.monotonic() - began)
            self.outcomes["answered"] += 1
            if came != expected:
                self.wrong.append((prompt, came))


def texts(answer, stream):
    """Give the choices' texts by their numbers; a stream is whole when each choice says why it ended."""
    if not stream:
        return {c.index: c.message.content if hasattr(c, "message") else c.text for c in answer.choices}
    came, ended = {}, set()
    for event in answer:
        for choice in event.choices:
            piece = choice.delta.content if hasattr(choice, "delta") else choice.text
            came[choice.index] = came.get(choice.index, "") + (piece or "")
            if choice.finish_reason:
                ended.add(choice.index)
    return came if ended == came.keys() else {"not ended": came}


def run(kind, upstream, front, *, seconds, clients, kills, down=1.0, timeout=30):
    """Let clients ask and the upstream die; give the clients, the front's own counts, and the seconds."""
    began = time.monotonic()
    try:
        asking = [kind(i, front, began + seconds, timeout=timeout) for i in range(clients)]
        for client in asking:
            client.start()
        for _ in range(kills):
            time.sleep(seconds / (kills + 1) - down)
            upstream.kill()
            time.sleep(down)
            upstream.start()
        for client in asking:
            client.join()
        took = time.monotonic() - began
        with urllib.request.urlopen(f"{front.root}/metrics") as page:
            counted = page.read().decode()
        front.end()
        status, said = front.wait()
        if (status, said) != (0, ""):
            raise SystemExit(f"reweave serve ended with {status}: {said}")
    finally:
        upstream.kill()
        if front.process.poll() is None:
            front.kill()
    return asking, counted, took


def expected(outcome):
    """Say whether a request may end so."""
    fates = (
        "answered",
        "502",
        "503",
        "429",
        "error event, upstream_broke_off",
        "error event, upstream_unreachable",
    )
    return outcome in fates


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--queue", type=int, default=64)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream(Path(folder))
        asked = ("--model", "scripted", "--timeout", "20", "--queue", flags.queue)
        front = Front("--upstream", upstream.url, *asked)
        chosen = {"seconds": flags.seconds, "clients": flags.clients, "kills": flags.kills}
        made = run(Client, upstream, front, **chosen)
    sys.exit(0 if told(*made, kills=flags.kills) else 1)


def told(asking, counted, took, *, kills):
    """Print what came of it; say whether it is as it should be."""
    outcomes = sum((client.outcomes for client in asking), Counter())
    seconds = sorted(second for client in asking for second in client.seconds)
    wrong = [each for client in asking for each in client.wrong]
    asked = sum(outcomes.values())
    seen = sum(
        int(line.rsplit(" ", 1)[1])
        for line in counted.splitlines()
        if line.startswith("reweave_requests_total")
    )
    print(f"{len(asking)} clients, {took:.1f} s, upstream killed {kills} times; load average {load()}")
    table([["outcome", "requests"], *[[name, f"{n:,}"] for name, n in outcomes.most_common()]])
    quantiles = statistics.quantiles(seconds, n=100)
    print(f"answered a second: {len(seconds) / took:.1f}; the server counted {seen:,} of {asked:,} requests")
    print(
        "latency, ms: " + ", ".join(f"p{q} {quantiles[q - 1] * 1000:.0f}" for q in (50, 90, 99)),
        f"max {seconds[-1] * 1000:.0f}",
    )
    print(f"answers that are another request's: {len(wrong)} of {len(seconds):,}")
    bad = [name for name in outcomes if not expected(name)]
    if wrong or bad or seen != asked:
        print(f"NOT as it should be: {bad or wrong[:3] or 'requests are missing'}")
        return False
    return True


if __name__ == "__main__":
    main()
