"""``reweave serve``: an edit model behind an OpenAI-compatible server that answers with programs."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option
Model = partial(Flag, rich_help_panel="The model")
Format = partial(Flag, rich_help_panel="What it writes")
Answers = partial(Flag, rich_help_panel="What clients get")
Serving = partial(Flag, rich_help_panel="Serving")


def serve(
    upstream: Annotated[
        str | None, Model(help="An OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
    ] = None,
    model: Annotated[str | None, Model(help="The model's name there.")] = None,
    upstream_kind: Annotated[
        str | None, Model(help="completions (the raw prompt) or chat.", show_default="completions")
    ] = None,
    upstream_key_env: Annotated[
        str | None, Model(help="The variable that holds its key.", show_default="OPENAI_API_KEY")
    ] = None,
    upstream_plain: Annotated[
        bool, Model("--upstream-plain", help="Send no fields beyond OpenAI's: see docs/serve.md.")
    ] = False,
    model_folder: Annotated[Path | None, Model(help="Or a model's folder, run in this process.")] = None,
    device: Annotated[str | None, Model(help="Where it runs: cpu, cuda …", show_default="cpu")] = None,
    dtype: Annotated[str | None, Model(help="Of its weights.", show_default="float32")] = None,
    batch: Annotated[int | None, Model(help="Its completions at once.", show_default="16")] = None,
    checked: Annotated[
        int | None, Model(help="Draw an edit that breaks the program again, up to N times.", show_default="0")
    ] = None,
    format_: Annotated[
        Path | None, Format("--format", help="A folder whose reweave.json says all of this.")
    ] = None,
    writes: Annotated[str | None, Format(help="edits, or program.", show_default="edits")] = None,
    form: Annotated[
        str | None, Format(help="unified, short, search-replace or states.", show_default="unified")
    ] = None,
    marker: Annotated[
        str | None, Format(help="What stands before each edit.", show_default="<|diff|>")
    ] = None,
    eos: Annotated[str | None, Format(help="End-of-sequence text.", show_default="<|endoftext|>")] = None,
    prompt_template: Annotated[
        str | None, Format(help="With {instruction} in it.", show_default="{instruction}")
    ] = None,
    name: Annotated[
        str | None, Answers(help="What clients call the model.", show_default="the model's or folder's")
    ] = None,
    mode: Annotated[
        str | None, Answers(help="program, edits or edit-stream.", show_default="program")
    ] = None,
    decode: Annotated[str | None, Answers(help="lenient, or strict.", show_default="lenient")] = None,
    fence: Annotated[
        str | None,
        Answers(help="Chat answers in a Markdown fence: auto, always, never.", show_default="auto"),
    ] = None,
    continues: Annotated[
        str | None,
        Answers(
            help="Completions leave out the prompt where they repeat it: auto, never.", show_default="auto"
        ),
    ] = None,
    max_tokens: Annotated[
        int | None, Answers(help="Where a request does not say.", show_default="1024")
    ] = None,
    host: Annotated[str | None, Serving(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, Serving(help="0 takes a free one.", show_default="8080")] = None,
    api_key: Annotated[
        str | None, Serving(help="Asked of clients.", envvar="REWEAVE_API_KEY", show_default="none")
    ] = None,
    concurrency: Annotated[
        int | None, Serving(help="Completions under way at once.", show_default="32")
    ] = None,
    queue: Annotated[
        int | None, Serving(help="Requests that may wait; more get 429.", show_default="128")
    ] = None,
    timeout: Annotated[
        float | None, Serving(help="Seconds of a request, waiting included.", show_default="600")
    ] = None,
    max_body: Annotated[int | None, Serving(help="Bytes of a request.", show_default="1048576")] = None,
    max_choices: Annotated[
        int | None, Serving(help="Completions of one request.", show_default="128")
    ] = None,
    drain: Annotated[
        float | None, Serving(help="Seconds that requests have after a SIGTERM.", show_default="30")
    ] = None,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Serve an edit model to any OpenAI client: it is asked in its own format, and programs come out.

    Example: reweave serve --upstream http://127.0.0.1:8000/v1 --model NAME --format ./my-model

    Example: reweave serve --model-folder ./my-model --checked 2
    """
    from reweave.serve.config import ServeConfig
    from reweave.settings import checked as check
    from reweave.settings import gather

    flags: dict[str, Any] = {
        "upstream": upstream, "model": model, "upstream_kind": upstream_kind,
        "upstream_key_env": upstream_key_env, "upstream_extra": False if upstream_plain else None,
        "model_folder": model_folder, "device": device, "dtype": dtype, "batch": batch, "checked": checked,
        "format": format_, "writes": writes, "form": form, "marker": marker, "eos": eos,
        "prompt_template": None if prompt_template is None else prompt_template.replace("\\n", "\n"),
        "name": name, "mode": mode, "decode": decode, "fence": fence, "continues": continues,
        "max_tokens": max_tokens, "host": host, "port": port, "api_key": api_key,
        "concurrency": concurrency, "queue": queue, "timeout": timeout, "max_body": max_body,
        "max_choices": max_choices, "drain": drain,
    }  # fmt: skip
    settings = check(ServeConfig, gather("serve", config, set_ or [], flags))
    from reweave.serve.run import serve as run

    run(settings)
