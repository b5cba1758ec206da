"""The settings of ``reweave serve``."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.errors import InputError
from reweave.model_folder import ModelFormat, read_format

Mode = Literal["program", "edits", "edit-stream"]
MODES: tuple[Mode, ...] = ("program", "edits", "edit-stream")


class ServeConfig(BaseModel):
    """What is served, and how.

    Attributes:
        upstream: The base URL of an OpenAI-compatible server, up to and with ``/v1``.
        model: The model's name there.
        upstream_kind: The endpoint it is asked by; ``completions`` sends the raw prompt.
        upstream_key_env: The environment variable with the key for it.
        upstream_extra: Send the fields of vLLM and SGLang that keep special tokens in the text.
        model_folder: A model's folder, run in this process, in the place of an upstream.
        device: Where it runs, as torch writes it.
        dtype: Of its weights.
        batch: Its completions at once.
        checked: How often it draws an edit again that breaks the program; 0: edits are not checked.
        format: The folder whose ``reweave.json`` says what the model writes; the next five win over it.
        writes: ``edits`` or ``program``.
        form: How an edit is written.
        marker: What stands before each edit.
        eos: The text of the end-of-sequence token.
        prompt_template: With ``{instruction}`` in it, once.
        name: What clients call the model.
        mode: What they get: see ``docs/serve.md``.
        decode: ``strict``: exact or nothing.
        fence: Whether chat answers stand in a Markdown fence; ``auto``: where the request speaks of one.
        continues: Whether ``/v1/completions`` leaves the prompt out where the program begins with it.
        max_tokens: Tokens of a completion, where a request does not say.
        host: The address to listen on.
        port: 0 takes a free one.
        api_key: What clients have to send as a Bearer token.
        concurrency: Completions under way at once.
        queue: Requests that may wait beside as many under way.
        timeout: Seconds a request may take, waiting included.
        max_body: Bytes of a request.
        max_choices: Completions of one request.
        drain: Seconds that requests under way have after a SIGTERM.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    upstream: str | None = None
    model: str | None = None
    upstream_kind: Literal["completions", "chat"] = "completions"
    upstream_key_env: str = "OPENAI_API_KEY"
    upstream_extra: bool = True
    model_folder: Path | None = None
    device: str = "cpu"
    dtype: str = "float32"
    batch: int = Field(16, ge=1)
    checked: int = Field(0, ge=0)

    format: Path | None = None
    writes: Literal["edits", "program"] | None = None
    form: Literal["unified", "short", "search-replace", "states"] | None = None
    marker: str | None = None
    eos: str | None = None
    prompt_template: str | None = None

    name: str | None = None
    mode: Mode = "program"
    decode: Literal["lenient", "strict"] = "lenient"
    fence: Literal["auto", "always", "never"] = "auto"
    continues: Literal["auto", "never"] = "auto"
    max_tokens: int = Field(1024, ge=1)

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    api_key: str | None = None
    concurrency: int = Field(32, ge=1)
    queue: int = Field(128, ge=0)
    timeout: float = Field(600.0, gt=0)
    max_body: int = Field(1 << 20, ge=1)
    max_choices: int = Field(128, ge=1)
    drain: float = Field(30.0, ge=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.upstream is None) == (self.model_folder is None):
            raise ValueError("give --upstream URL or --model-folder FOLDER, one of them")
        if self.upstream is not None:
            if self.model is None:
                raise ValueError("give --model NAME, as the upstream server knows it")
            if not self.upstream.startswith(("http://", "https://")):
                raise ValueError(f"--upstream {self.upstream} is no http:// or https:// URL")
            if self.checked:
                raise ValueError("--checked draws edits again, which needs --model-folder")
        if self.api_key == "":
            raise ValueError("the API key is empty; leave it out to ask for none")
        return self

    @property
    def served(self) -> str:
        """What clients call the model, without a mode."""
        if self.name is not None:
            return self.name
        return self.model if self.model is not None else self.model_folder.resolve().name  # type: ignore[union-attr]

    def model_format(self) -> ModelFormat:
        """Give what the model writes: from its folder where it says so, flags winning.

        Raises:
            InputError: The file is damaged, or the values make no format.
        """
        folder = self.format or self.model_folder
        kept = None if folder is None else read_format(folder)
        if kept is None and self.format is not None:
            raise InputError(f"--format {self.format}: there is no reweave.json in this folder")
        flags = {
            "writes": self.writes,
            "form": self.form,
            "marker": self.marker,
            "eos": self.eos,
            "prompt": self.prompt_template,
        }
        values = {} if kept is None else kept.model_dump()
        values |= {name: value for name, value in flags.items() if value is not None}
        try:
            return ModelFormat(**values)
        except ValueError as error:
            raise InputError(f"the model's format: {error}") from error
