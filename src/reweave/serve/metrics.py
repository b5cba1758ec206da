"""What is counted, and the page that shows it in Prometheus' text form."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

from reweave.serve.gate import Gate

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300, 600)
GONE = 499
"""The status under which a client that went away is counted, as nginx does."""


class Metrics:
    """Counts since the start."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.tokens: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.edits = 0
        self._buckets: Counter[int] = Counter()
        self._seconds = 0.0
        self._count = 0

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        self.requests[path, status] += 1
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds
        self._count += 1

    def page(self, gate: Gate) -> str:
        """Give the page."""
        lines: list[str] = []
        requests = {
            f'path="{path}",status="{status}"': n for (path, status), n in sorted(self.requests.items())
        }
        _add(lines, "requests_total", "counter", "Requests that have ended, by status.", requests)
        tokens = {f'kind="{kind}"': self.tokens[kind] for kind in ("prompt", "completion")}
        _add(lines, "tokens_total", "counter", "Tokens read and written by the model.", tokens)
        _add(lines, "edits_total", "counter", "Edits applied.", {"": self.edits})
        outcomes = {f'outcome="{kind}"': self.outcomes[kind] for kind in ("exact", "repaired", "malformed")}
        _add(lines, "decoded_total", "counter", "Completions, by how they decoded.", outcomes)
        _add(lines, "requests", "gauge", "Requests under way or waiting.", {"": gate.requests})
        _add(lines, "completions_running", "gauge", "Completions under way.", {"": gate.running})
        _add(lines, "completions_waiting", "gauge", "Completions that wait for a place.", {"": gate.waiting})
        self._histogram(lines)
        return "\n".join(lines) + "\n"

    def _histogram(self, lines: list[str]) -> None:
        name = "reweave_request_seconds"
        lines += [f"# HELP {name} Seconds of a request, waiting included.", f"# TYPE {name} histogram"]
        total = 0
        for place, bound in enumerate((*BOUNDS, "+Inf")):
            total += self._buckets[place]
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        lines += [f"{name}_sum {self._seconds:.6f}", f"{name}_count {self._count}"]


def _add(lines: list[str], name: str, kind: str, told: str, values: Mapping[str, int]) -> None:
    lines += [f"# HELP reweave_{name} {told}", f"# TYPE reweave_{name} {kind}"]
    lines += _samples(f"reweave_{name}", values)


def _samples(name: str, values: Mapping[str, int]) -> Iterable[str]:
    return [
        f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values.items()
    ]
