"""Running untrusted code: isolation that holds, verdicts that cannot be forged, at fork speed.

>>> from reweave.sandbox import Call, Sandbox
>>> with Sandbox(workers=1) as box:
...     run = box.run("def add(a, b):\\n    return a + b\\n", [Call("add", (1, 2)), Call("add", ("1", 2))])
...     verdict = box.run_tests("def add(a, b):\\n    return a - b\\n", "assert add(1, 2) == 3")
>>> run.calls[0], run.calls[1].type
(Returned(value=3), 'TypeError')
>>> verdict.passed, verdict.reason, verdict.form
(False, 'failed', 'data')

``docs/sandbox.md`` says what is promised and what is not. In this room:

- ``api``: :class:`Sandbox`; ``async_api``: :class:`AsyncSandbox`; ``jobs`` is what they can be asked,
  ``results`` what they answer, ``tasks`` the way from one to the other.
- ``tiers`` finds what isolation holds here, ``plans`` says how it is started, ``launch`` and ``ring`` start
  it, ``pool`` keeps rings at work.
- ``inside`` runs in the sandbox and is trusted with nothing; ``judge`` is trusted and runs nothing.
- ``probes``: programs that try to break out and programs that try to fake a pass, which ``reweave doctor
  --sandbox`` runs.
"""

from typing import TYPE_CHECKING, Any

from reweave.sandbox.api import Sandbox
from reweave.sandbox.jobs import Call, CallsJob, CellsJob, Form, Job, Limits, StdinJob, TestsJob
from reweave.sandbox.results import (
    CallOutcome,
    CallsResult,
    CellResult,
    CellsResult,
    NotPlain,
    NotReached,
    Raised,
    Reason,
    Returned,
    Run,
    StdinResult,
    Tier,
    Verdict,
)

if TYPE_CHECKING:
    from reweave.sandbox.async_api import AsyncSandbox

__all__ = [
    "AsyncSandbox",
    "Call",
    "CallOutcome",
    "CallsJob",
    "CallsResult",
    "CellResult",
    "CellsJob",
    "CellsResult",
    "Form",
    "Job",
    "Limits",
    "NotPlain",
    "NotReached",
    "Raised",
    "Reason",
    "Returned",
    "Run",
    "Sandbox",
    "StdinJob",
    "StdinResult",
    "TestsJob",
    "Tier",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    """Load the sandbox for an event loop when it is asked for: asyncio is slow to import."""
    if name == "AsyncSandbox":
        from reweave.sandbox.async_api import AsyncSandbox  # noqa: PLC0415

        return AsyncSandbox
    raise AttributeError(f"module 'reweave.sandbox' has no attribute {name!r}")
