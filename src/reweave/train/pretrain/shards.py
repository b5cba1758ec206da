"""Documents packed into shards of tokens: every token kept, in files that survive SIGKILL.

A shard is a one-dimensional array of NumPy's ``.npy`` form, uint16 where the vocabulary fits, else uint32:
the tokens of whole documents, each followed by end-of-sequence. Windows are cut across documents when they
are read (``windows``), so nothing is lost to padding or to an end that does not fill a window.

The work goes part by part. A part ends behind the document that fills it, and is four files, each written
whole or not at all: ``train-K.npy``, ``held-out-K.npy``, ``rejects-K.jsonl`` and ``seen-K.npy`` (the hashes
of its documents, for finding duplicates). Then ``position.json`` says that part K is done and where the
sources stand. A run that was killed begins again behind the last part that position knows, and writes the
next one's files anew: the bytes are those of a run that was not killed. ``manifest.json`` comes last.

Duplicates are found by 128-bit hashes held in memory: about 60 bytes a document.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.manifest import PRETTY, read_json
from reweave.storage.sources import Source
from reweave.train.pretrain.documents import Document, Position, advance, read

SPLITS = ("train", "held-out")
_BATCH_DOCUMENTS = 512
_BATCH_BYTES = 1 << 22  # of text that is encoded at once


@dataclass(frozen=True, slots=True)
class PackSettings:
    """How documents become shards.

    Attributes:
        weights: As for ``documents.read``.
        column: Likewise.
        held_out: The share of documents that is held out.
        shard_tokens: A part ends when its training tokens reach this.
        enough: Reading ends when so many training tokens are packed; None reads everything.
    """

    weights: tuple[float, ...] | None = None
    column: str | None = None
    held_out: float = 0.01
    shard_tokens: int = 1 << 24
    enough: int | None = None


@dataclass(slots=True)
class Counts:
    """What became of what was read; documents = train + held-out + rejected.

    Attributes:
        documents: All that were read.
        rejected: By reason; ``duplicate`` is one.
        kept: By split.
        texts: Bytes of text, by split.
        tokens: By split, ends of sequence included.
    """

    documents: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Give the counts as JSON has them."""
        named = {name: dict(getattr(self, name)) for name in ("rejected", "kept", "texts", "tokens")}
        return {"documents": self.documents, **named}


@dataclass(frozen=True, slots=True)
class Packed:
    """Finished shards.

    Attributes:
        folder: Where they lie.
        parts: How many there are of each split.
        counts: What they came from.
        vocabulary: Of the tokenizer.
        exhausted: Whether the sources were read to their ends.
    """

    folder: Path
    parts: int
    counts: Counts
    vocabulary: int
    exhausted: bool

    def files(self, split: str) -> list[Path]:
        """Give the shards of a split, in order."""
        return [self.folder / f"{split}-{number:05d}.npy" for number in range(self.parts)]


def pack(
    sources: Sequence[Source],
    encode: Callable[[Sequence[str]], list[list[int]]],
    folder: Path,
    settings: PackSettings,
    *,
    eos: int,
    vocabulary: int,
    names: Sequence[str] | None = None,
    report: Callable[[Counts], None] | None = None,
) -> Packed:
    """Pack the sources' documents, or what of them is left to pack.

    Args:
        sources: Opened.
        encode: Texts to tokens, as ``plain_encoder``.
        folder: Where the shards go; made if it is not there. One process at a time: its caller sees to that.
        settings: How.
        eos: The end-of-sequence token.
        vocabulary: One more than the largest token.
        names: What rejects call the sources; default their numbers.
        report: Called with the counts so far after each batch.

    Raises:
        InputError: A source cannot be read further.
        RunError: The folder holds shards of other sources or settings.
        OSError: Writing failed; the same call goes on where this one stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = _identity(sources, settings, eos, vocabulary)
    done = read_packed(folder, identity)
    if done is not None:
        return done
    part, position, counts = _resume(folder, identity, len(sources))
    seen = _seen(folder, part)
    packer = _Part(vocabulary, eos)
    stream = read(sources, weights=settings.weights, column=settings.column, start=position)
    labels = [str(number) for number in range(len(sources))] if names is None else list(names)
    position = Position(list(position.rows), list(position.texts))

    def seal() -> None:
        nonlocal part
        packer.write(folder, part)
        part += 1
        state = {
            "identity": identity,
            "parts": part,
            "position": asdict(position),
            "counts": counts.as_dict(),
        }
        atomic_write(folder / "position.json", orjson.dumps(state, option=PRETTY))

    exhausted = settings.enough is None or counts.tokens["train"] < settings.enough
    for document, tokens in _encoded(stream, encode):
        if settings.enough is not None and counts.tokens["train"] >= settings.enough:
            exhausted = False
            break
        advance(position, document)
        counts.documents += 1
        if document.text is None or document.digest in seen:
            reason = document.reason or "duplicate"
            counts.rejected[reason] += 1
            packer.reject(document, labels[document.source], reason)
            continue
        seen.add(document.digest)
        split = document.split(settings.held_out)
        packer.add(split, document, tokens)
        counts.kept[split] += 1
        counts.texts[split] += document.size
        counts.tokens[split] += len(tokens) + 1
        if packer.size("train") >= settings.shard_tokens:
            seal()
        if report is not None and counts.documents % _BATCH_DOCUMENTS == 0:
            report(counts)
    if packer.pending or part == 0:
        seal()
    if report is not None:
        report(counts)
    manifest = {
        "identity": identity,
        "parts": part,
        "counts": counts.as_dict(),
        "exhausted": exhausted,
        "notes": [note for source in sources for note in source.notes],
    }
    atomic_write(folder / "manifest.json", orjson.dumps(manifest, option=PRETTY))
    return Packed(folder, part, counts, vocabulary, exhausted)


def read_packed(folder: Path, identity: dict[str, Any] | None = None) -> Packed | None:
    """Read what finished packing left; None where it is not finished.

    Args:
        folder: As given to ``pack``.
        identity: What it has to have been made of; None takes what is there.

    Raises:
        RunError: It was made of something else, or is damaged.
    """
    if not (folder / "manifest.json").exists():
        return None
    content = read_json(folder / "manifest.json")
    _compare(folder, content["identity"], identity)
    return Packed(
        folder,
        content["parts"],
        _counts(content["counts"]),
        content["identity"]["vocabulary"],
        content["exhausted"],
    )


class _Part:
    """A part as it fills: token arrays by split, rejects, hashes."""

    def __init__(self, vocabulary: int, eos: int) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._np = np
        self._type = np.uint16 if vocabulary <= 1 << 16 else np.uint32
        self._eos = np.array([eos], self._type)
        self._clear()

    def _clear(self) -> None:
        self._arrays: dict[str, list[Any]] = {split: [] for split in SPLITS}
        self._sizes: Counter[str] = Counter()
        self._rejects: list[bytes] = []
        self._digests: list[bytes] = []

    @property
    def pending(self) -> bool:
        """Whether there is something to write."""
        return bool(self._digests or self._rejects)

    def size(self, split: str) -> int:
        return self._sizes[split]

    def add(self, split: str, document: Document, tokens: Sequence[int]) -> None:
        self._arrays[split] += [self._np.array(tokens, self._type), self._eos]
        self._sizes[split] += len(tokens) + 1
        self._digests.append(document.digest)

    def reject(self, document: Document, source: str, reason: str) -> None:
        row = {
            "source": source,
            "row": document.row,
            "id": document.id,
            "reason": reason,
            "detail": document.detail,
        }
        self._rejects.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def write(self, folder: Path, number: int) -> None:
        np = self._np
        for split in SPLITS:
            arrays = self._arrays[split]
            _save(folder / f"{split}-{number:05d}.npy", np.concatenate(arrays or [np.array([], self._type)]))
        digests = np.frombuffer(b"".join(self._digests), np.uint8).reshape(-1, 16)
        _save(folder / f"seen-{number:05d}.npy", digests)
        atomic_write(folder / f"rejects-{number:05d}.jsonl", b"".join(self._rejects))
        self._clear()


def _encoded(
    stream: Iterable[Document], encode: Callable[[Sequence[str]], list[list[int]]]
) -> Iterator[tuple[Document, list[int]]]:
    """Encode documents by the batch; what comes out does not depend on where batches end."""
    batch: list[Document] = []
    size = 0
    for document in stream:
        batch.append(document)
        size += document.size
        if len(batch) >= _BATCH_DOCUMENTS or size >= _BATCH_BYTES:
            yield from _one_batch(batch, encode)
            batch, size = [], 0
    yield from _one_batch(batch, encode)


def _one_batch(
    batch: list[Document], encode: Callable[[Sequence[str]], list[list[int]]]
) -> Iterator[tuple[Document, list[int]]]:
    tokens = iter(encode([document.text for document in batch if document.text is not None]))
    for document in batch:
        yield document, [] if document.text is None else next(tokens)


def _identity(sources: Sequence[Source], settings: PackSettings, eos: int, vocabulary: int) -> dict[str, Any]:
    own = {
        "sources": [source.fingerprint() for source in sources],
        "settings": asdict(settings),
        "eos": eos,
        "vocabulary": vocabulary,
    }
    made: dict[str, Any] = orjson.loads(orjson.dumps(own))
    return made


def _compare(folder: Path, before: dict[str, Any], now: dict[str, Any] | None) -> None:
    if now is None or before == now:
        return
    differing = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    told = "; ".join(f"{key}: {before.get(key)!r} before, {now.get(key)!r} now" for key in differing)
    raise RunError(f"{folder} holds shards of something else ({told[:2000]}): use another folder")


def _resume(folder: Path, identity: dict[str, Any], sources: int) -> tuple[int, Position, Counts]:
    if not (folder / "position.json").exists():
        return 0, Position([0] * sources, [0] * sources), Counts()
    state = read_json(folder / "position.json")
    _compare(folder, state["identity"], identity)
    return state["parts"], Position(**state["position"]), _counts(state["counts"])


def _counts(content: dict[str, Any]) -> Counts:
    return Counts(
        content["documents"],
        *(Counter(content[name]) for name in ("rejected", "kept", "texts", "tokens")),
    )


def _seen(folder: Path, parts: int) -> set[bytes]:
    import numpy as np  # noqa: PLC0415 - heavy

    seen: set[bytes] = set()
    for number in range(parts):
        path = folder / f"seen-{number:05d}.npy"
        try:
            seen.update(map(bytes, np.load(path, allow_pickle=False)))
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be read: {error}; use another folder") from error
    return seen


def _save(path: Path, array: Any) -> None:
    import numpy as np  # noqa: PLC0415 - heavy

    with atomic_file(path) as file:
        np.save(file, array, allow_pickle=False)
