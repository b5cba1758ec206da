"""``reweave train pretrain``: tokenizer and model from scratch, on code and text."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option
Data = partial(Flag, rich_help_panel="Texts and tokenizer")
Training = partial(Flag, rich_help_panel="Training")

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}


def train_pretrain(
    out: Annotated[Path, Flag("-o", "--out", help="The run directory.")],
    source: Annotated[
        list[str] | None,
        Flag(
            "--source",
            help="installed, package:NAME, a folder of Python, JSON lines or Parquet; repeatable.",
            show_default="installed",
        ),
    ] = None,
    preset: Annotated[
        str | None, Flag(help="nano, micro, tinycodelm-150m, tinycodelm-400m.", show_default="nano")
    ] = None,
    tokens: Annotated[
        str | None, Flag(help="To train on in all: 5M, 2B.", show_default="the preset's")
    ] = None,
    weight: Annotated[
        list[float] | None,
        Data(help="Of each source, in their order: its share of the text.", show_default="equal shares"),
    ] = None,
    column: Annotated[
        str | None, Data(help="The column with the text.", show_default="the first usual name")
    ] = None,
    vocabulary: Annotated[
        int | None, Data(help="Tokens of the tokenizer.", show_default="the preset's")
    ] = None,
    tokenizer: Annotated[
        str | None, Data(help="A folder with a tokenizer to take instead of training one.")
    ] = None,
    held_out: Annotated[
        float | None, Data(help="Share of documents kept for the held-out loss.", show_default="0.01")
    ] = None,
    context: Annotated[int | None, Training(help="Tokens of a window.", show_default="the preset's")] = None,
    batch: Annotated[
        int | None, Training(help="Windows a step, over all processes.", show_default="the preset's")
    ] = None,
    learning_rate: Annotated[float | None, Training(help="At its peak.", show_default="the preset's")] = None,
    schedule: Annotated[
        str | None, Training(help="cosine, linear or constant after warming up.", show_default="cosine")
    ] = None,
    precision: Annotated[
        str | None, Training(help="auto, fp32 or bf16.", show_default="auto: bf16 where it is faster")
    ] = None,
    device: Annotated[str | None, Training(help="auto, cpu or cuda.", show_default="auto")] = None,
    micro_batch: Annotated[
        int | None, Training(help="Windows that go through a device at once.", show_default="the preset's")
    ] = None,
    save_every: Annotated[
        int | None, Training(help="Steps between checkpoints.", show_default="twenty a run")
    ] = None,
    eval_every: Annotated[
        int | None, Training(help="Steps between held-out losses.", show_default="ten a run")
    ] = None,
    seed: Annotated[int | None, Flag(help="Of weights and order.", show_default="0")] = None,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Train a tokenizer and a small code model from scratch; killed and started again, it goes on.

    Reads, packs and trains in one run directory; its model folder loads in transformers. Several GPUs:
    `accelerate launch -m reweave train pretrain ...`.

    Example: reweave train pretrain --source installed --preset nano -o RUN --tokens 5M
    """
    from reweave.settings import checked, gather
    from reweave.train.pretrain.config import PlaceConfig, PretrainConfig

    flags: dict[str, Any] = {
        "sources": source or None, "weights": weight or None, "column": column, "preset": preset,
        "tokens": None if tokens is None else count(tokens), "context": context, "vocabulary": vocabulary,
        "tokenizer": tokenizer, "held_out": held_out, "batch": batch, "learning_rate": learning_rate,
        "schedule": schedule, "precision": precision, "save_every": save_every, "eval_every": eval_every,
        "seed": seed, "device": device, "micro_batch": micro_batch,
    }  # fmt: skip
    settings = {"sources": ("installed",)} | gather("pretrain", config, set_ or [], flags)
    if isinstance(settings.get("tokens"), str):  # in a TOML file or with --set
        settings["tokens"] = count(settings["tokens"])
    places = {name: settings.pop(name) for name in PlaceConfig.model_fields if name in settings}
    _run(checked(PretrainConfig, settings), checked(PlaceConfig, places), out)


def count(text: str) -> int:
    """Read a number of tokens.

    Raises:
        InputError: It is none.

    >>> count("5M"), count("1.5b"), count("4_096")
    (5000000, 1500000000, 4096)
    """
    from reweave.errors import InputError

    match = re.fullmatch(r"([0-9][0-9_,]*(?:\.[0-9]+)?)([kmb]?)", text.strip().lower())
    if match is None:
        raise InputError(f"--tokens {text}: give a number, with k, M or B behind it if you like: 5M")
    return round(float(re.sub("[_,]", "", match[1])) * _UNITS[match[2]])


def _run(config: Any, place: Any, out: Path) -> None:
    import os
    from contextlib import ExitStack

    from rich.console import Console

    from reweave.cli.progress import Progress
    from reweave.train.pretrain import pretrain

    first = os.environ.get("RANK", "0") == "0"
    begun: dict[str, int] = {}
    with ExitStack() as stack:
        bars: dict[str, Progress] = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in bars:
                stack.close()  # a terminal shows one moving line at a time
                what = "bytes" if stage == "tokenizer" else stage
                bars[stage] = stack.enter_context(Progress(what, what))
                begun[stage] = done
            bars[stage].update(done, done - begun[stage], total)

        made = pretrain(config, out, place, report if first else None)
    if not first:
        return
    console = Console()
    console.print(_table(made.summary))
    for note in made.summary["notes"]:
        console.print(note, soft_wrap=True, markup=False, highlight=False)
    if made.summary["held_out"] is None:
        console.print("no document was held out: there are too few, or --held-out is 0")
    console.print(f"the model is in {made.model}", soft_wrap=True, markup=False, highlight=False)


def _table(summary: Any) -> Any:
    from rich.table import Table

    table = Table(box=None, show_header=False)
    documents, held_out = summary["documents"], summary["held_out"]
    reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(documents["rejected"].items()))
    rejected = sum(documents["rejected"].values())
    kept = documents["kept"]
    table.add_row("documents read", f"{documents['documents']:,}")
    table.add_row(
        "  to train on", f"{kept.get('train', 0):,}, {documents['tokens'].get('train', 0):,} tokens"
    )
    table.add_row(
        "  held out", f"{kept.get('held-out', 0):,}, {documents['tokens'].get('held-out', 0):,} tokens"
    )
    table.add_row("  rejected", f"{rejected:,}" + (f" ({reasons})" if reasons else ""))
    table.add_row("parameters", f"{summary['parameters']:,}")
    table.add_row(
        "trained",
        f"{summary['tokens']:,} tokens in {summary['steps']:,} steps, {summary['epochs']:.2f} epochs",
    )
    table.add_row(
        "speed",
        f"{summary['tokens_per_second']:,.0f} tokens/s, MFU {summary['mfu']:.0%}"
        f" of {summary['peak']['flops'] / 1e12:,.2f} TFLOPS ({summary['peak']['source']})",
    )
    if summary["train_loss"] is not None:
        table.add_row("training loss", f"{summary['train_loss']:.4f} nats a token, at the end")
    if held_out is not None:
        table.add_row(
            "held-out loss",
            f"{held_out['loss']:.4f} nats a token, {held_out['bits_per_byte']:.4f} bits a byte"
            f" (n = {held_out['tokens']:,} tokens)",
        )
    return table
