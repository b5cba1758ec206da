"""Asking code models: any OpenAI-compatible server, every request and answer kept, nothing asked twice.

>>> from reweave.models import Endpoint, Parameters, Question
>>> endpoint = Endpoint("http://127.0.0.1:8000/v1", "bigcode/starcoder2-3b", kind="completions")
>>> question = Question("HumanEval/0", prompt="def add(a, b):", n=20)
>>> parameters = Parameters(temperature=0.8, top_p=0.95, max_tokens=512, stop=("\\ndef ",), seed=1)

With a server behind it, ``ask_all(endpoint, [question], parameters, log)`` gives twenty answers, or failures
that say what went wrong. ``docs/models.md`` shows how to start such a server. In this room:

- ``endpoint``: :class:`Endpoint`; ``questions``: :class:`Question`, :class:`Parameters`, and what names a
  sample in the log; ``answers``: :class:`Answer`, :class:`Failure` and the kinds of failure.
- ``client``: :func:`ask` and :func:`ask_all`; ``asking`` sees one request through all its attempts,
  ``transport`` makes one attempt, ``reading`` tells an answer from what only looks like one, ``waiting`` says
  how long until the next.
- ``log``: :class:`RequestLog`; ``log_file`` opens the file, or refuses it.
- ``usage``: what was used and how far it is; ``live`` shows it.
- ``prompts``: prompt templates as files.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reweave.models.answers import Answer, Failure, Kind, Token
from reweave.models.endpoint import Endpoint
from reweave.models.questions import Parameters, Question
from reweave.models.usage import Progress, Usage

if TYPE_CHECKING:
    from reweave.models.client import ask, ask_all
    from reweave.models.live import LiveLine
    from reweave.models.log import RequestLog
    from reweave.models.prompts import Prompt, load_prompt

_HOME = {
    "LiveLine": "live",
    "Prompt": "prompts",
    "RequestLog": "log",
    "ask": "client",
    "ask_all": "client",
    "load_prompt": "prompts",
}

__all__ = [
    "Answer",
    "Endpoint",
    "Failure",
    "Kind",
    "LiveLine",
    "Parameters",
    "Progress",
    "Prompt",
    "Question",
    "RequestLog",
    "Token",
    "Usage",
    "ask",
    "ask_all",
    "load_prompt",
]


def __getattr__(name: str) -> Any:
    """Load what needs an event loop, a database or files when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'reweave.models' has no attribute {name!r}")
    return getattr(import_module(f"reweave.models.{_HOME[name]}"), name)
