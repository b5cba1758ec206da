"""What comes back for a sample: an answer, or a failure that says of what kind it is.

Kinds of failure, one a failed attempt; all but the last three are tried again:

==================== ===============================================================================
``rate-limited``     429
``server-error``     5xx, 408, 409 or 425; or an error in the place of an answer
``connection``       no connection, or it ended before the answer began
``timeout``          the attempt took longer than ``Endpoint.timeout``
``truncated``        the answer broke off: a body shorter than announced, events without an end, a choice
                     without ``finish_reason``
``invalid-json``     the answer is not JSON, or not of the form that it should be
``empty-choices``    an answer without a choice
``refused``          any other 4xx, or an account without credit
``filtered``         cut by a content filter
``invalid-question`` the question cannot be sent: it is no JSON
==================== ===============================================================================

An answer cut at ``max_tokens`` is an answer: its ``finish_reason`` is ``length``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from reweave.models.questions import Question

Kind = Literal[
    "rate-limited",
    "server-error",
    "connection",
    "timeout",
    "truncated",
    "invalid-json",
    "empty-choices",
    "refused",
    "filtered",
    "invalid-question",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
FINAL: frozenset[Kind] = frozenset({"refused", "filtered", "invalid-question"})


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a completion.

    Args:
        text: As the server writes it.
        logprob: Its natural log-probability; None where the server gives none.
        top: The likeliest tokens in its place, with theirs.
    """

    text: str
    logprob: float | None
    top: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model said, once.

    Args:
        text: The completion, without the prompt; may be empty.
        finish_reason: Why it ended, in the server's word: ``stop``, ``length`` and the like. Never empty.
        prompt_tokens: Tokens of the prompt; None where the server does not say.
        completion_tokens: Tokens of the completion. A request for several samples tells only their sum, which
            is then shared out evenly, so that sums are right.
        logprobs: One entry a token, if they were asked for.
        reasoning: What a reasoning model thought, where the server keeps it apart.
        seconds: Of the attempt that gave it.
    """

    text: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    logprobs: Sequence[Token] | None = None
    reasoning: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Completion):
    """One sample of a question.

    Args:
        question: What was asked.
        sample: Which of its samples this is, from 0.
        cached: It comes from the log: nothing was asked for it in this start.
    """

    question: Question
    sample: int
    cached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A sample that got no answer. It is not kept as one: started again, it is asked again.

    Args:
        question: What was asked.
        sample: Which of its samples this is, from 0.
        kind: What went wrong at the last attempt: see the module's table.
        message: What the server or the connection said, at most 1,000 characters, without the key.
        attempts: How often it was tried in this start.
    """

    question: Question
    sample: int
    kind: Kind
    message: str
    attempts: int
