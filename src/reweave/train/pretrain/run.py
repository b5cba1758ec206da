"""``reweave train pretrain``, as a function: sources to tokenizer to shards to model, in one run directory.

Each stage leaves something that is whole or not there, and is skipped where it is there: a run that was
killed goes on at the next part of the shards, or at the last checkpoint.

Under ``accelerate launch`` every process calls this. The first prepares tokenizer and shards, the others wait
for its shards' manifest on the disk, which must be shared; then all train.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from reweave import __version__
from reweave.errors import MissingExtraError
from reweave.model_folder import ModelFormat
from reweave.storage.sources import Source
from reweave.train.pretrain.config import PlaceConfig, PretrainConfig
from reweave.train.pretrain.documents import open_sources, read
from reweave.train.pretrain.folder import PretrainFolder
from reweave.train.pretrain.installed import InstalledSource
from reweave.train.pretrain.model import model_config, new_model
from reweave.train.pretrain.shards import Counts, Packed, PackSettings, pack, read_packed
from reweave.train.pretrain.tokenizer import load_tokenizer, plain_encoder, train_tokenizer
from reweave.train.pretrain.trainer import Trained, train

Report = Callable[[str, int, int | None], None]
_LIBRARIES = ("torch", "transformers", "accelerate", "tokenizers", "numpy")


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A finished run.

    Attributes:
        folder: The run directory.
        model: The model's folder: weights, tokenizer, ``reweave.json``.
        summary: What ``manifest.json`` says.
    """

    folder: Path
    model: Path
    summary: Mapping[str, Any]


def pretrain(
    config: PretrainConfig, out: Path, place: PlaceConfig | None = None, report: Report | None = None
) -> Pretrained:
    """Train a tokenizer and a model from scratch, or what of it is left to do.

    Args:
        config: What is read and trained.
        out: The run directory. A complete one is returned as it is.
        place: The device, and how much it takes at once.
        report: Called with ``tokenizer``, ``documents`` or ``tokens``, how many are done, and of how many.

    Raises:
        InputError: A source cannot be read, or there is nothing to train on.
        RunError: The folder was begun with another configuration, another process writes it, or the loss is
            no number any more.
        MissingExtraError: torch, transformers or accelerate is not installed.
    """
    for library in ("torch", "transformers", "accelerate"):
        try:
            metadata.version(library)
        except metadata.PackageNotFoundError as error:
            raise MissingExtraError("pretraining", "train") from error
    config, place = config.resolved(), place or PlaceConfig()
    folder = PretrainFolder(out)
    first = int(os.environ.get("RANK", "0")) == 0
    with folder if first else nullcontext():
        if first:
            folder.claim(config.model_dump(mode="json"))
            done = folder.summary()
            if done is not None:
                return Pretrained(out, folder.model, done)
            folder.drop_torn()
            sources = open_sources(config.sources)
            tokenizer, packed = _prepare(config, folder, sources, report)
        else:
            done = folder.summary()
            if done is not None:
                return Pretrained(out, folder.model, done)
            sources = []
            tokenizer, packed = _await(config, folder)
        model = new_model(
            model_config(
                config.size,
                vocabulary=len(tokenizer),
                context=config.context or 0,
                eos=tokenizer.eos_token_id,
                pad=tokenizer.pad_token_id,
            ),
            config.seed,
        )
        whole = config.steps * _step_tokens(config)
        told = None if report is None else lambda done: report("tokens", done, whole)
        trained = train(config, place, folder, model, tokenizer, packed, told)
        if first:
            tokenizer.save_pretrained(folder.model)
            ModelFormat(writes="program", marker=config.marker, eos=config.eos, prompt=config.prompt).save(
                folder.model
            )
            folder.finish(_summary(trained, packed, sources))
    return Pretrained(out, folder.model, folder.summary() or {})


def _prepare(
    config: PretrainConfig, folder: PretrainFolder, sources: Sequence[Source], report: Report | None
) -> tuple[Any, Packed]:
    if not (folder.tokenizer / "tokenizer_config.json").exists():  # the last of its files
        if config.tokenizer is None:
            made = train_tokenizer(
                _texts(config, sources, report), config.vocabulary or 0,
                context=config.context, marker=config.marker, eos=config.eos,
            )  # fmt: skip
        else:
            made = load_tokenizer(Path(config.tokenizer), marker=config.marker, eos=config.eos)
        _save(made, folder.tokenizer)
    tokenizer = load_tokenizer(folder.tokenizer, marker=config.marker, eos=config.eos)

    def told(counts: Counts) -> None:
        if report is not None:
            report("documents", counts.documents, None)

    settings = PackSettings(
        weights=config.weights,
        column=config.column,
        held_out=config.held_out,
        shard_tokens=config.shard_tokens,
        enough=config.steps * _step_tokens(config) + 1,
    )
    packed = pack(
        sources, plain_encoder(tokenizer), folder.shards, settings,
        eos=tokenizer.eos_token_id, vocabulary=len(tokenizer), names=config.sources, report=told,
    )  # fmt: skip
    return tokenizer, packed


def _await(config: PretrainConfig, folder: PretrainFolder) -> tuple[Any, Packed]:
    """Wait for the first process's shards. If it fails, the launcher ends us."""
    while (packed := read_packed(folder.shards)) is None:
        time.sleep(0.2)
    return load_tokenizer(folder.tokenizer, marker=config.marker, eos=config.eos), packed


def _texts(config: PretrainConfig, sources: Sequence[Source], report: Report | None) -> Iterator[str]:
    """Give the first texts of the mixture, those that are held out left out."""
    size = count = 0
    for document in read(sources, weights=config.weights, column=config.column):
        if document.text is None or document.split(config.held_out) != "train":
            continue
        yield document.text
        size += document.size
        count += 1
        if report is not None and count % 500 == 0:
            report("tokenizer", size, config.tokenizer_bytes)
        if size >= config.tokenizer_bytes:
            return


def _save(tokenizer: Any, folder: Path) -> None:
    """Save a tokenizer whole or not at all."""
    temporary = folder.with_name(f".{folder.name}.tmp")
    tokenizer.save_pretrained(temporary)
    temporary.replace(folder)


def _step_tokens(config: PretrainConfig) -> int:
    return (config.batch or 0) * (config.context or 0)


def _summary(trained: Trained, packed: Packed, sources: Sequence[Source]) -> dict[str, Any]:
    rate = trained.tokens / trained.seconds if trained.seconds else None
    numbers = asdict(trained)
    numbers["peak"] = trained.peak._asdict()
    if rate is not None:
        numbers["tokens_per_second"] = rate
        numbers["mfu"] = rate * trained.flops_per_token / (trained.peak.flops * trained.devices)
    licences = [
        each for source in sources if isinstance(source, InstalledSource) for each in source.distributions
    ]
    versions = {"reweave": __version__, "python": platform.python_version()}
    versions |= {library: metadata.version(library) for library in _LIBRARIES}
    return {
        **numbers,
        "documents": packed.counts.as_dict(),
        "vocabulary": packed.vocabulary,
        "sources": [source.fingerprint() for source in sources],
        "sources_exhausted": packed.exhausted,
        "notes": [note for source in sources for note in source.notes],
        "distributions": licences,
        "versions": versions,
    }
