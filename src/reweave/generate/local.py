"""Completions from a model folder, in this process: many at once, each stepping edit by edit.

For models with plain attention (Llama, Qwen, OLMo and their like), on a CPU or one GPU; a fleet of GPUs is
vLLM's business, which ``reweave serve --upstream`` stands in front of.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from reweave.errors import InputError, MissingExtraError
from reweave.generate.batch import Batch
from reweave.generate.draws import uniforms
from reweave.generate.row import Row, Rules
from reweave.generate.row_cache import RowCache
from reweave.generate.sampling import Generated, Sampling
from reweave.model_folder import ModelFormat, read_format

_ROWS = 128


class LocalModel:
    """A model in this process, with its tokenizer and its format.

    Args:
        model: A transformers causal language model.
        tokenizer: Its tokenizer.
        form: What the model writes.
        rows: Completions at once: more are quicker, as far as memory goes.
    """

    def __init__(self, model: Any, tokenizer: Any, form: ModelFormat, *, rows: int = _ROWS) -> None:
        self.format = form
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._rows = rows
        config = model.config.get_text_config()
        self._context = int(config.max_position_embeddings)
        self._layers = int(config.num_hidden_layers)
        kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
        if kinds != {"full_attention"} or getattr(config, "sliding_window", None):
            raise InputError(
                f"this model's attention is {', '.join(sorted(kinds))}: in-process generation is for full"
                " attention; serve it with vLLM or `transformers serve` and use `reweave serve --upstream`"
            )
        parameters = inspect.signature(model.forward).parameters
        self._cache_name = "cache" if "cache" in parameters else "past_key_values"
        self._eos = self._token(form.eos, "end-of-sequence token")
        self._marker = self._token(form.marker, "marker") if form.writes == "edits" else None

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: str = "cpu",
        dtype: str = "float32",
        form: ModelFormat | None = None,
        rows: int = _ROWS,
    ) -> Self:
        """Load a model's folder: weights, tokenizer, and ``reweave.json`` unless ``form`` is given.

        Args:
            folder: The model's.
            device: Where it runs, as torch writes it.
            dtype: Of its weights.
            form: What it writes, in place of what the folder says.
            rows: Completions at once.

        Raises:
            InputError: Nothing says what the model writes, or the model cannot be used here.
            MissingExtraError: torch or transformers is not installed.
        """
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer, logging  # noqa: PLC0415 - heavy
        except ImportError as error:
            raise MissingExtraError("a model in this process", "train") from error
        form = form or read_format(folder)
        if form is None:
            raise InputError(
                f"{folder} has no reweave.json, so nothing says what the model writes: "
                "give its format (`reweave serve --form …`), or train it with `reweave train`"
            )
        logging.disable_progress_bar()  # it would mix with ours
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=dtype)
        except (OSError, ValueError) as error:
            raise InputError(f"{folder} holds no model that transformers can load: {error}") from error
        return cls(model.to(device), tokenizer, form, rows=rows)

    def generate(
        self,
        prompts: Sequence[str],
        sampling: Sampling,
        *,
        seeds: Sequence[int] | None = None,
        on_edit: Callable[[int, str], None] | None = None,
    ) -> list[Generated]:
        """Complete prompts.

        Args:
            prompts: As the format asks them (``self.format.ask``). The same prompt may stand there often.
            sampling: How. Row ``i``'s draws depend on the seed and ``i`` alone.
            seeds: One a prompt, in place of ``sampling.seed`` and the row's number: each prompt is then
                completed as if it were the first with its seed.
            on_edit: Told (row, text of the edit) of each edit that is kept.

        Raises:
            InputError: A prompt leaves no room in the model's context, or programs are to be checked.
        """
        import torch  # noqa: PLC0415 - heavy

        if sampling.checked and self.format.writes != "edits":
            raise InputError("checked decoding looks at states between edits, and this model writes programs")
        rules = Rules(self._text, self._eos, self._marker, sampling.max_tokens, sampling.stop)
        streams = [(sampling.seed, i) for i in range(len(prompts))]
        if seeds is not None:
            streams = [(seed, 0) for seed in seeds]
        rows = [
            self._row(number, prompt, uniforms(*stream))
            for number, (prompt, stream) in enumerate(zip(prompts, streams, strict=True))
        ]
        with torch.inference_mode(), closing(Batch(self, rows, sampling, rules, on_edit)) as batch:
            batch.run()
        return [
            Generated(
                text=row.text(rules),
                finish_reason=row.finish_reason or "length",
                prompt_tokens=len(row.prompt),
                completion_tokens=len(row.tokens),
                sampled_tokens=row.sampled,
                resampled=row.resampled,
                refused=row.refused,
            )
            for row in rows
        ]

    def read(self, prompt: list[int]) -> tuple[Any, Any]:
        """Read a prompt: give the logits after it, and its cache."""
        import torch  # noqa: PLC0415 - heavy

        ids = torch.tensor([prompt], device=self._model.device)
        out = self._model(input_ids=ids, use_cache=True, logits_to_keep=1)
        return out.logits[0, -1], out[self._cache_name]

    def step(self, tokens: list[int], positions: list[int], cache: RowCache) -> Any:
        """Read one token of each row: give the logits after it, (rows, vocabulary)."""
        import torch  # noqa: PLC0415 - heavy

        at = torch.tensor(positions, device=self._model.device)
        mask = cache.aim(at)
        out = self._model(
            input_ids=torch.tensor(tokens, device=self._model.device).unsqueeze(-1),
            position_ids=at.unsqueeze(-1),
            attention_mask=mask,
            use_cache=True,
            **{self._cache_name: cache},
        )
        return out.logits[:, -1]

    def new_cache(self, rows: list[Row], max_tokens: int) -> RowCache:
        """Make a cache that holds as many of the rows at once as there may be."""
        length = max(len(row.prompt) + min(max_tokens, row.room) for row in rows)
        return RowCache(self._layers, min(self._rows, len(rows)), length)

    @property
    def rows(self) -> int:
        """Completions at once."""
        return self._rows

    def _row(self, number: int, prompt: str, numbers: Iterator[float]) -> Row:
        tokens = self._tokenizer(prompt, add_special_tokens=False)["input_ids"]
        tokens = tokens or [
            self._eos
        ]  # a model reads at least one token; it was trained to begin after this one
        room = self._context - len(tokens)
        if room < 1:
            raise InputError(
                f"prompt {number} has {len(tokens)} tokens, and the model's context is {self._context}"
            )
        return Row(number, tokens, room, numbers)

    def _text(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(
            tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text

    def _token(self, text: str, what: str) -> int:
        tokens = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        if len(tokens) != 1:
            raise InputError(
                f"the {what} {text!r} is {len(tokens)} tokens of this tokenizer and must be one: "
                "tune the model with `reweave train sft`, which adds it"
            )
        return int(tokens[0])
