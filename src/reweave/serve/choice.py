"""One choice of a request: what the model has written of it, and what the client is told as it comes."""

from collections.abc import Callable
from typing import Any

from reweave.model_folder import ModelFormat
from reweave.serve.answers import Answer, Made
from reweave.serve.config import ServeConfig
from reweave.serve.engine import Ended, Piece
from reweave.serve.reading import Reader, edits_of
from reweave.serve.requests import Asked
from reweave.serve.returned import Outcome, continuation, fenced, outcome, state_after, wants_fence
from reweave.serve.stops import Stopper, cut

Stream = tuple[Answer, Callable[[bytes], None]]
"""What writes events, and what takes them."""


class Choice:
    """One completion.

    Args:
        asked: The request.
        index: The choice's number.
        config: The settings.
        form: What the model writes.
        stream: Where events go; None where the answer comes whole.
    """

    def __init__(
        self,
        asked: Asked,
        index: int,
        config: ServeConfig,
        form: ModelFormat,
        stream: Stream | None,
    ) -> None:
        self.reader = Reader(form)
        self._asked, self._index, self._config, self._format = asked, index, config, form
        self._stream = stream
        self._stopper = Stopper(asked.stop)
        self._raw = ""  # as far as edits are complete
        self._states: list[dict[str, Any]] = []
        self._sent = 0
        self._begun = False
        self._pieces = 0
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None
        self._ended: Ended | None = None

    @property
    def stopped(self) -> bool:
        """Whether a stop text came in what is returned as it is written."""
        return self._stopper.stopped

    def take(self, event: Piece | Ended) -> None:
        """Take what the engine says."""
        if event.prompt_tokens is not None:
            self._prompt_tokens = event.prompt_tokens
        if event.completion_tokens is not None:
            self._completion_tokens = event.completion_tokens
        if isinstance(event, Ended):
            self._ended = event
            return
        self._pieces += 1
        if self._stream is not None and not self._begun:
            answer, say = self._stream
            say(answer.role(self._index))
        self._begun = True
        complete = self.reader.take(event.text)
        if self._asked.mode == "edits":
            self._send(self.reader.text)
        elif self._asked.mode == "edit-stream":
            for edit in complete:
                self._edit(edit)

    def made(self) -> tuple[Made, Outcome]:
        """Give the choice, all of it being there."""
        asked, text = self._asked, self.reader.text
        decoded = outcome(text, self._format, self._config.decode)
        told = decoded.told() | dict(self._ended.told if self._ended else {})
        reason = "stop" if self.reader.final or self._ended is None else self._ended.reason
        if asked.mode == "program":
            content, stopped = self._program(decoded, told)
        else:
            if asked.mode == "edit-stream":
                for edit in self.reader.finish():
                    self._edit(edit)
                told["states"] = self._states
            content, stopped = cut(text, asked.stop)
        if self._stream is not None:
            answer, say = self._stream
            if not self._begun:
                say(answer.role(self._index))
            told.pop("states", None)  # each came with its edit
            self._send(content if asked.mode == "program" else text, last=True)
            say(answer.event(self._index, "", "stop" if stopped else reason, told))
        return Made(
            index=self._index,
            content=content,
            reason="stop" if stopped else reason,
            told=told,
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            pieces=self._pieces,
        ), decoded

    def _program(self, decoded: Outcome, told: dict[str, Any]) -> tuple[str, bool]:
        """Give the program as it is returned, and whether a stop text cut it."""
        program = decoded.program
        instruction = self._asked.instructions[self._index // self._asked.n]
        if not self._asked.chat and self._config.continues == "auto":
            rest = continuation(instruction, program)
            told["continues"] = rest is not None
            program = program if rest is None else rest
        program, stopped = cut(program, self._asked.stop)
        if self._asked.chat and program and wants_fence(self._config.fence, instruction):
            program = fenced(program)
        return program, stopped

    def _edit(self, raw: str) -> None:
        """Keep an edit, and send it with the program after it."""
        self._raw += raw
        edits = edits_of(self._raw, self._format)
        state, notes = state_after(edits, self._format)
        told = {
            "number": len(self._states),
            "edit": edits[-1] if edits else "",
            "state": state,
            "notes": notes,
        }
        self._states.append(told)
        self._send(self._raw, told=told)

    def _send(self, text: str, *, told: dict[str, Any] | None = None, last: bool = False) -> None:
        """Send what of a text was not sent yet."""
        if self._stream is None:
            return
        answer, say = self._stream
        if self._asked.mode == "program":
            piece = text
        else:
            piece = self._stopper.take(text[self._sent :])
            self._sent = max(self._sent, len(text))
            piece += self._stopper.finish() if last else ""
        if piece or told:
            say(answer.event(self._index, piece, told=told))
