"""What a client may ask: bodies of ``/v1/chat/completions`` and ``/v1/completions``, checked.

Fields that would change the answer and cannot be honoured are refused; other unknown ones are let pass, as
vLLM does, and named in the answer. Types are those of OpenAI: "2" is no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reweave.model_folder import ModelFormat
from reweave.serve.config import MODES, Mode, ServeConfig
from reweave.serve.engine import Draw
from reweave.serve.refusals import ServeError

_NOTHING: tuple[Any, ...] = (None, False, "", [], {})
_LOGPROBS = "an edit's tokens are not the program's: there are no log-probabilities to give"
_TOOLS = "an edit model writes programs; it calls no tools"
_SHAPE = "what the model writes is shaped by its edits"
_WEIGHTS = "the model is sampled as it was trained"
_REFUSED: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "logprobs": (_NOTHING[:2], _LOGPROBS),
    "top_logprobs": ((None, 0), _LOGPROBS),
    "prompt_logprobs": (_NOTHING[:2], _LOGPROBS),
    "echo": (_NOTHING[:2], "the answer is a program, which may hold the prompt or not; see docs/serve.md"),
    "suffix": (_NOTHING, "an edit model writes whole programs"),
    "best_of": ((None, 1), "ask for n and choose"),
    "use_beam_search": (_NOTHING[:2], _WEIGHTS),
    "tools": (_NOTHING, _TOOLS),
    "tool_choice": ((*_NOTHING, "none", "auto"), _TOOLS),
    "functions": (_NOTHING, _TOOLS),
    "function_call": ((*_NOTHING, "none", "auto"), _TOOLS),
    "response_format": ((None, {"type": "text"}), _SHAPE),
    "structured_outputs": (_NOTHING, _SHAPE),
    "guided_json": (_NOTHING, _SHAPE),
    "guided_regex": (_NOTHING, _SHAPE),
    "guided_choice": (_NOTHING, _SHAPE),
    "guided_grammar": (_NOTHING, _SHAPE),
    "logit_bias": (_NOTHING, _WEIGHTS),
    "presence_penalty": ((None, 0), _WEIGHTS),
    "frequency_penalty": ((None, 0), _WEIGHTS),
    "repetition_penalty": ((None, 1), _WEIGHTS),
    "modalities": ((None, ["text"]), "there is text alone"),
    "audio": (_NOTHING, "there is text alone"),
}


class _StreamOptions(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    include_usage: bool | None = None


class _Body(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    model: str | None = None
    n: int | None = Field(None, ge=1)
    stop: str | list[str] | None = None
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, allow_inf_nan=False)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=-1)
    min_p: float | None = Field(None, ge=0, le=1)
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    type: str
    text: str | None = None


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    role: str
    content: str | list[_Part] | None = None


class _ChatBody(_Body):
    messages: list[_Message] = Field(min_length=1)
    max_completion_tokens: int | None = Field(None, ge=1)


class _CompletionBody(_Body):
    prompt: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that can be answered.

    Args:
        chat: Through which endpoint.
        model: As the client calls it.
        mode: What it gets.
        instructions: What the client asked; several for ``/v1/completions`` alone.
        draws: One completion each, in the order of the choices: n for each instruction.
        n: Choices an instruction.
        stop: Texts before which a returned text ends.
        stream: Whether it comes as events.
        include_usage: Whether the last event says the tokens.
        told: The answer's field ``reweave``.
    """

    chat: bool
    model: str
    mode: Mode
    instructions: tuple[str, ...]
    draws: tuple[Draw, ...]
    n: int
    stop: tuple[str, ...]
    stream: bool
    include_usage: bool
    told: Mapping[str, Any]


def read_request(document: object, config: ServeConfig, form: ModelFormat, *, chat: bool) -> Asked:
    """Check a body.

    Raises:
        ServeError: 400 for what cannot be, 404 for a model that is not there.
    """
    if not isinstance(document, dict):
        raise ServeError(400, "the body is no JSON object")
    try:
        body = (_ChatBody if chat else _CompletionBody).model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise ServeError(400, f"{field}: {first['msg']}", param=field, code="invalid_value") from error
    _refuse(document, chat=chat)
    mode = _mode(body.model, config, form)
    told: dict[str, Any] = {}
    if isinstance(body, _ChatBody):
        instruction, left_out = _instruction(body.messages)
        instructions: tuple[str, ...] = (instruction,)
        if left_out:
            told["messages_left_out"] = left_out
    else:
        assert isinstance(body, _CompletionBody)
        instructions = _prompts(body.prompt)
    ignored = sorted((body.model_extra or {}).keys() - _REFUSED.keys())
    if ignored:
        told["ignored"] = ignored
    n = body.n or 1
    if n * len(instructions) > config.max_choices:
        message = (
            f"n x prompts is {n * len(instructions)}; a request gets {config.max_choices} choices at most"
        )
        raise ServeError(400, message, param="n")
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    if not all(stop):
        raise ServeError(400, "stop: a stop text is empty", param="stop")
    return Asked(
        chat=chat,
        model=body.model or config.served,
        mode=mode,
        instructions=instructions,
        draws=tuple(_draw(body, config, form.ask(text), i) for text in instructions for i in range(n)),
        n=n,
        stop=stop,
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        told=told,
    )


def model_names(config: ServeConfig, form: ModelFormat) -> list[str]:
    """Give what clients may call the model: its name, and with each mode."""
    modes = MODES if form.writes == "edits" else MODES[:1]
    return [config.served, *(f"{config.served}:{mode}" for mode in modes)]


def _mode(name: str | None, config: ServeConfig, form: ModelFormat) -> Mode:
    if name is None or name == config.served:
        return config.mode
    base, _, suffix = name.rpartition(":")
    for mode in MODES:
        if base == config.served and suffix == mode and name in model_names(config, form):
            return mode
    there = ", ".join(model_names(config, form))
    raise ServeError(
        404, f"there is no model {name!r}; there are {there}", param="model", code="model_not_found"
    )


def _refuse(document: Mapping[str, Any], *, chat: bool) -> None:
    for field in document.keys() & _REFUSED.keys():
        neutral, reason = _REFUSED[field]
        value = document[field]
        # 0 equals False, and is a number of log-probabilities.
        none = any(value == same and isinstance(value, bool) == isinstance(same, bool) for same in neutral)
        if field == "best_of" and not chat and value == document.get("n", 1):
            continue
        if not none:
            raise ServeError(
                400, f"{field} is not supported: {reason}", param=field, code="unsupported_parameter"
            )


def _draw(body: _Body, config: ServeConfig, prompt: str, i: int) -> Draw:
    most = body.max_completion_tokens if isinstance(body, _ChatBody) else None
    return Draw(
        prompt=prompt,
        temperature=1.0 if body.temperature is None else body.temperature,
        top_p=body.top_p or 1.0,
        top_k=max(body.top_k or 0, 0),
        min_p=body.min_p or 0.0,
        max_tokens=most or body.max_tokens or config.max_tokens,
        seed=None if body.seed is None else body.seed + i,
    )


def _instruction(messages: list[_Message]) -> tuple[str, int]:
    """Give the last user message's text, and how many messages say more than the model gets to see."""
    last = messages[-1]
    if last.role != "user":
        message = (
            f"the last message is the {last.role}'s: an edit model answers the user's, and goes on with none"
        )
        raise ServeError(400, message, param="messages")
    return _text(last), len(messages) - 1


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        other = [part.type for part in message.content if part.type != "text" or part.text is None]
        if other:
            raise ServeError(
                400, f"messages: a part is of type {other[0]!r}; there is text alone", param="messages"
            )
        text = "\n".join([part.text or "" for part in message.content])
    else:
        text = message.content or ""
    if not text.strip():
        raise ServeError(400, "messages: the last message is empty", param="messages")
    return text


def _prompts(prompt: object) -> tuple[str, ...]:
    if isinstance(prompt, str):
        return (prompt,)
    if isinstance(prompt, list) and prompt:
        if all(isinstance(one, str) for one in prompt):
            return tuple(prompt)
        if all(isinstance(one, int | list) for one in prompt):
            message = (
                "prompt: token arrays are not taken, the model's own format goes around the prompt; send text"
            )
            raise ServeError(400, message, param="prompt", code="unsupported_value")
    raise ServeError(400, "prompt: a string, or a list of strings that is not empty", param="prompt")
