"""What would be trained on, and what would be cut, told before anything is trained.

TRL truncates at 1,024 tokens unless told otherwise, and keeps the start: edit sequences lose their end, the
finished program with it, without a word. Here a row over the limit is an error until the caller says what
shall become of it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reweave.errors import InputError
from reweave.train.tokens import Tokens

_QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Audit:
    """The lengths of a training set, in tokens.

    Attributes:
        rows: How many there are.
        programs: How many different ids they have.
        max_length: The limit.
        lengths: Quantile to prompt and completion together.
        prompts: Quantile to what carries no loss.
        trained: Quantile to what carries loss, end-of-sequence included.
        trained_total: All tokens that carry loss, nothing cut.
        over: How many rows are longer than the limit.
        excess: Quantile to by how much they are.
        excess_total: All tokens beyond the limit.
        none_left: How many rows would have no trained token within the limit.
        enough: The smallest limit that cuts nothing.
        lossy: How many completions the tokenizer does not give back byte for byte; None where not looked.
    """

    rows: int
    programs: int
    max_length: int
    lengths: dict[str, int]
    prompts: dict[str, int]
    trained: dict[str, int]
    trained_total: int
    over: int
    excess: dict[str, int]
    excess_total: int
    none_left: int
    enough: int
    lossy: int | None = None

    @property
    def sequences(self) -> float:
        """Edit sequences a program, on average."""
        return self.rows / self.programs if self.programs else 0.0

    def as_json(self) -> dict[str, Any]:
        """Give what goes into files."""
        return asdict(self) | {"sequences_a_program": self.sequences}


def audit(rows: Sequence[Tokens], max_length: int, lossy: int | None = None) -> Audit:
    """Measure rows against a limit.

    Args:
        rows: Tokenized, nothing cut.
        max_length: The limit of prompt and completion together.
        lossy: As `tokens.lossy` counts.
    """
    lengths = [len(row.ids) for row in rows]
    excess = [length - max_length for length in lengths if length > max_length]
    return Audit(
        rows=len(rows),
        programs=len({row.id for row in rows}),
        max_length=max_length,
        lengths=quantiles(lengths),
        prompts=quantiles([row.untrained for row in rows]),
        trained=quantiles([row.trained for row in rows]),
        trained_total=sum(row.trained for row in rows),
        over=len(excess),
        excess=quantiles(excess),
        excess_total=sum(excess),
        none_left=sum(row.untrained >= min(len(row.ids), max_length) for row in rows),
        enough=max(lengths, default=0),
        lossy=lossy,
    )


def refuse_cuts(found: Audit) -> None:
    """Refuse rows over the limit.

    Raises:
        InputError: There are some; says how many, by how much, and which limit would do.
    """
    if not found.over:
        return
    raise InputError(
        f"{found.over:,} of {found.rows:,} rows are longer than --max-length {found.max_length}: by "
        f"{found.excess['0.5']:,} tokens at the median, {found.excess['1.0']:,} at most, "
        f"{found.excess_total:,} in all; nothing is cut with --max-length {found.enough}. Otherwise say what "
        "shall become of them: --overlong drop, split or truncate"
    )


def quantiles(values: Sequence[int]) -> dict[str, int]:
    """Give some quantiles, each a value that is there; nothing of nothing.

    >>> quantiles([3, 1, 2])["0.5"]
    2
    """
    ordered = sorted(values)
    last = len(ordered) - 1
    return {str(part): ordered[round(part * last)] for part in _QUANTILES} if ordered else {}
