"""Everything before weights are touched: rows read, tokenized, audited, fitted, dealt into steps.

`prepare` serves training and ``reweave train audit`` alike; what is refused is refused here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reweave.errors import InputError, MissingExtraError, RunError
from reweave.model_folder import ModelFormat, read_format
from reweave.records import Reject
from reweave.storage import find_run
from reweave.train.audit import Audit, audit, refuse_cuts
from reweave.train.config import SftConfig
from reweave.train.examples import make_examples, read_data
from reweave.train.folder import sha256
from reweave.train.overlong import Cut, fit
from reweave.train.plan import Step, make_steps
from reweave.train.tokens import Tokens, lossy, prepare_tokenizer, tokenize
from reweave.train.variant_files import Variant, read_variant


@dataclass(frozen=True, slots=True)
class Prepared:
    """What will be trained.

    Attributes:
        tokenizer: With the marker, where edits are written.
        what: What the model will write.
        rows: Tokenized, fitted to the limit.
        steps: Row numbers of each optimizer step.
        audit: Of the rows before they were fitted.
        cut: What fitting did.
        rejects: Rows that gave nothing to train on.
        read: How many rows were read.
        sources: The data's files, with their SHA-256.
    """

    tokenizer: Any
    what: ModelFormat
    rows: list[Tokens]
    steps: list[Step]
    audit: Audit
    cut: Cut
    rejects: list[Reject] = field(default_factory=list)
    read: int = 0
    sources: list[dict[str, Any]] = field(default_factory=list)

    def refuse_cuts(self, config: SftConfig) -> None:
        """Refuse rows over the limit of which nobody said what shall become of them.

        Raises:
            InputError: There are some.
        """
        if config.overlong == "refuse":
            refuse_cuts(self.audit)


def prepare(
    config: SftConfig, data: Sequence[Path] = (), variant: Variant | Path | None = None, *, check: bool = True
) -> Prepared:
    """Read and audit a training set, and deal it into steps.

    Args:
        config: The settings.
        data: Files, folders of shards or run directories.
        variant: In place of ``data``: one of `make_variants`, or its folder; its steps are kept.
        check: Whether rows over the limit are refused; False only counts them.

    Raises:
        InputError: The data cannot be read, there is nothing in it, or something would be cut.
        RunError: A variant was made with another tokenizer.
        MissingExtraError: The extra ``train`` is not installed.
    """
    tokenizer = load_tokenizer(config.model)
    if variant is not None:
        if data:
            raise InputError("a variant is its own data: give either")
        return _variant(config, tokenizer, read_variant(variant) if isinstance(variant, Path) else variant)
    rows, decided = read_data(data, writes=config.writes, form=config.form, marker=config.marker)
    edits = decided["writes"] == "edits"
    ready = prepare_tokenizer(tokenizer, marker=config.marker if edits else None, eos=config.eos)
    what = ModelFormat(**decided, eos=ready.eos, prompt=_template(config))
    rejects: list[Reject] = []
    examples = list(make_examples(rows, what, rejects))
    whole = tokenize(examples, tokenizer, rejects)
    if not whole:
        raise InputError(f"not one of {len(rows):,} rows can be trained on: {rejects[0].detail}")
    found = audit(whole, config.max_length, lossy(examples, tokenizer))
    cut, fitted = Cut(), whole
    if found.over:
        if config.overlong != "refuse":
            fitted, cut = fit(whole, config.max_length, config.overlong, what, tokenizer)
        elif check:
            refuse_cuts(found)
    if not fitted:
        raise InputError(f"no row is left within --max-length {config.max_length}")
    steps = make_steps(
        len(fitted),
        config.batch_size,
        seed=config.seed,
        epochs=config.epochs_of(found.sequences),
        steps=config.steps,
    )
    if not steps:
        raise InputError(f"--epochs {config.epochs} of {len(fitted):,} rows is less than one row")
    sources = [_source(path) for path in data]
    return Prepared(tokenizer, what, fitted, steps, found, cut, rejects, len(rows), sources)


def load_tokenizer(model: str) -> Any:
    """Load a model's tokenizer.

    Raises:
        InputError: There is none.
        MissingExtraError: The extra ``train`` is not installed.
    """
    try:
        from transformers import AutoTokenizer  # noqa: PLC0415 - heavy
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    try:
        return AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as error:
        raise InputError(f"no tokenizer of {model}: {error}") from error


def _variant(config: SftConfig, tokenizer: Any, variant: Variant) -> Prepared:
    what = variant.what
    prepare_tokenizer(tokenizer, marker=what.marker, eos=config.eos or what.eos)
    rejects: list[Reject] = []
    rows = variant.tokens
    if rows is None:
        rows = tokenize(variant.examples, tokenizer, rejects)
    found = audit(rows, config.max_length)
    refuse_cuts(found)
    trained = [sum(rows[number].trained for number in step) for step in variant.steps] if not rejects else []
    if trained != list(variant.tokens_a_step):
        raise RunError(
            f"variant {variant.name} was made with another tokenizer than that of {config.model}: "
            "trained tokens a step differ. Make the variants again with this one"
        )
    return Prepared(
        tokenizer, what, rows, variant.steps, found, Cut(), rejects, len(rows), list(variant.sources)
    )


def _template(config: SftConfig) -> str:
    """The prompt's template: as told, else as the model was trained before, else the instruction alone."""
    if config.prompt is not None:
        return config.prompt
    folder = Path(config.model)
    before = read_format(folder) if folder.is_dir() else None
    return before.prompt if before is not None else ModelFormat().prompt


def _source(path: Path) -> dict[str, Any]:
    out, folder = find_run(path)
    manifest = folder / "manifest.json" if folder is not None else None
    return {
        "name": out.name,
        "sha256": sha256(out),
        "run_manifest_sha256": sha256(manifest) if manifest is not None and manifest.exists() else None,
    }
