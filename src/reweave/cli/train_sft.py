"""``reweave train sft`` and ``reweave train audit``: fine-tuning, and what it would be done on."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option


def _group(panel: str) -> Any:
    return lambda *names, **settings: typer.Option(*names, rich_help_panel=panel, **settings)


Data, Course, Machine = map(_group, ("Data", "Course", "Machine"))


def sft(
    out: Annotated[Path, Flag("-o", "--out", help="The model's folder to be.")],
    model: Annotated[
        str | None, Flag(help="A folder in Hugging Face's format, or a name on the hub.")
    ] = None,
    data: Annotated[
        list[Path] | None, Data(help="What reweave edits wrote, or JSONL or Parquet of pairs; repeatable.")
    ] = None,
    variant: Annotated[
        Path | None, Data(help="In place of --data: a folder that reweave train variants made, DIR/NAME.")
    ] = None,
    preset: Annotated[str | None, Flag(help="lintseq, selfcodealign or gift4code.")] = None,
    audit_only: Annotated[bool, Data("--audit-only", help="Measure the data, train nothing.")] = False,
    writes: Annotated[
        str | None, Data(help="edits or program.", show_default="auto: by the first row")
    ] = None,
    form: Annotated[
        str | None, Data(help="How edits are written.", show_default="as their run says, else unified")
    ] = None,
    marker: Annotated[
        str | None, Data(help="What stands before each edit; becomes one token.", show_default="<|diff|>")
    ] = None,
    eos: Annotated[
        str | None, Data(help="The end-of-sequence token, where the tokenizer names none.")
    ] = None,
    prompt: Annotated[
        str | None, Data(help="The prompt's template, with {instruction}.", show_default="the model's own")
    ] = None,
    max_length: Annotated[
        int | None, Data(help="Tokens of prompt and completion.", show_default="1024")
    ] = None,
    overlong: Annotated[
        str | None, Data(help="Longer rows: refuse, drop, split, truncate.", show_default="refuse")
    ] = None,
    epochs: Annotated[
        str | None,
        Course(help="A number, or 10/s: divided by the edit sequences a program.", show_default="1"),
    ] = None,
    steps: Annotated[int | None, Course(help="Optimizer steps, in place of --epochs.")] = None,
    batch_size: Annotated[
        int | None, Course(help="Rows of one step, over everything.", show_default="64")
    ] = None,
    learning_rate: Annotated[float | None, Course("--lr", "--learning-rate", show_default="2e-5")] = None,
    schedule: Annotated[str | None, Course(help="linear, cosine or constant.", show_default="linear")] = None,
    warmup: Annotated[float | None, Course(help="Share of the steps.", show_default="0")] = None,
    optimizer: Annotated[str | None, Course(help="adamw or adafactor.", show_default="adamw")] = None,
    loss: Annotated[
        str | None, Course(help="sum or mean over the trained tokens of a step.", show_default="mean")
    ] = None,
    max_grad_norm: Annotated[float | None, Course(help="0: no clipping.", show_default="1")] = None,
    seed: Annotated[int | None, Course(help="Same seed, same data, same losses.", show_default="1")] = None,
    lora: Annotated[int | None, Machine(help="Rank of adapters; 0 trains all.", show_default="0")] = None,
    micro_tokens: Annotated[
        int | None, Machine(help="Tokens of one forward pass, padding included.", show_default="8192")
    ] = None,
    precision: Annotated[
        str | None, Machine(help="float32 or bfloat16.", show_default="bfloat16 where a GPU has it")
    ] = None,
    device: Annotated[str | None, Machine(help="cpu, or auto.", show_default="auto")] = None,
    save_every: Annotated[
        int | None, Machine(help="Steps between checkpoints; 0: none.", show_default="a tenth of the run")
    ] = None,
    accelerate: Annotated[
        str | None,
        Machine(help="Processes: single, ddp-cpu, fsdp, or a file of accelerate config."),
    ] = None,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Fine-tune a model: loss on completions only, nothing cut without being told, resumed after any kill.

    First the data is measured; longer rows are refused unless --overlong says what becomes of them.
    The folder then holds the model with its tokenizer and reweave.json, a card, losses.jsonl, train.json.

    Example: reweave train sft --data edits.jsonl --model ./base --preset lintseq -o model

    Example: reweave train sft --variant variants/lintseq-short --model ./base -o model --accelerate ddp-cpu
    """
    flags = {name: value for name, value in locals().items() if name in _SETTINGS}
    if accelerate is not None:
        _relaunch(accelerate)
    _train(out, data or [], variant, audit_only, _settings(preset, config, set_, flags))


def audit(
    model: Annotated[str, Flag(help="Whose tokenizer counts; weights are not looked at.")],
    data: Annotated[list[Path], Data(help="As for sft; repeatable.")],
    preset: Annotated[str | None, Flag(help="lintseq, selfcodealign or gift4code.")] = None,
    writes: Annotated[str | None, Data(help="edits or program.", show_default="auto")] = None,
    form: Annotated[str | None, Data(help="How edits are written.")] = None,
    max_length: Annotated[
        int | None, Data(help="Tokens of prompt and completion.", show_default="1024")
    ] = None,
    overlong: Annotated[
        str | None, Data(help="refuse, drop, split, truncate.", show_default="refuse")
    ] = None,
    config: Annotated[Path | None, Flag(help="TOML file with any settings of sft.")] = None,
    set_: Annotated[list[str] | None, Flag("--set", help="key=value; repeatable.")] = None,
) -> None:
    """Measure a training set: lengths, rows over the limit, trained tokens. Exit code 1 if rows would be cut.

    Example: reweave train audit --data edits.jsonl --model ./base --max-length 1024
    """
    flags = {name: value for name, value in locals().items() if name in _SETTINGS}
    _train(None, data, None, True, _settings(preset, config, set_, flags))


_SETTINGS = frozenset((
    "model", "writes", "form", "marker", "eos", "prompt", "max_length", "overlong", "epochs", "steps",
    "batch_size", "learning_rate", "schedule", "warmup", "optimizer", "loss", "max_grad_norm", "seed", "lora",
    "micro_tokens", "precision", "device", "save_every",
))  # fmt: skip


def _settings(name: str | None, file: Path | None, sets: list[str] | None, flags: dict[str, Any]) -> Any:
    from reweave.errors import InputError
    from reweave.settings import checked, gather
    from reweave.train.config import SftConfig, preset

    settings = gather("sft", file, sets or [], flags)
    name = settings.pop("preset", None) if name is None else name
    settings = {**(preset(name) if name is not None else {}), **settings}
    if "model" not in settings:
        raise InputError("which model? give --model FOLDER, or a name on the hub")
    return checked(SftConfig, settings)


def _train(out: Path | None, data: list[Path], variant: Path | None, audit_only: bool, config: Any) -> None:
    from rich.console import Console

    from reweave.cli.progress import Progress
    from reweave.cli.train_tables import audit_table, summary_table
    from reweave.errors import InputError
    from reweave.train.prepare import prepare
    from reweave.train.sft import train_sft

    if not data and variant is None:
        raise InputError("train on what? give --data FILE, or --variant DIR/NAME")
    console = Console()
    main = int(os.environ.get("RANK", "0")) == 0
    prepared = prepare(config, data, variant, check=False)
    if main:
        console.print(audit_table(prepared))
    if audit_only:
        sys.exit(1 if prepared.audit.over and config.overlong == "refuse" else 0)
    assert out is not None
    prepared.refuse_cuts(config)
    before = 0

    with Progress("steps", "steps") as progress:

        def report(done: int, total: int, loss: float) -> None:  # noqa: ARG001
            nonlocal before
            progress.update(done, done - before, total)

        made = train_sft(config, out, prepared=prepared, report=report)
    if main:
        console.print(summary_table(made))


def _relaunch(name: str) -> None:
    """Start the same command under ``accelerate launch``; does not come back."""
    from importlib.resources import files

    from reweave.errors import InputError

    packaged = files("reweave.train") / "accelerate" / f"{name}.yaml"
    file = packaged if packaged.is_file() else Path(name)
    if not file.is_file():
        raise InputError(f"--accelerate {name}: neither a file nor single, ddp-cpu or fsdp")
    rest = sys.argv[1:]
    for at, word in enumerate(rest):
        if word == "--accelerate":
            del rest[at : at + 2]
            break
        if word.startswith("--accelerate="):
            del rest[at]
            break
    launch = ["-m", "accelerate.commands.launch", "--config_file", str(file), "-m", "reweave", *rest]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *launch])  # noqa: S606 - no shell: this very program again
