"""Edit sequences from Python: `edit_sequences`, the library's side of ``reweave edits``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reweave.edits.checkers import make_checker
from reweave.edits.machine import Machine, Outcome
from reweave.edits.settings import settings
from reweave.errors import InputError
from reweave.records import EditSequence, Program, Reject


def edit_sequences(
    programs: Iterable[str | Program | Mapping[str, Any]],
    *,
    paths: int = 5,
    seed: int = 1,
    rejects: list[Reject] | None = None,
    preset: str = "default",
    unit: str | None = None,
    checker: str | None = None,
    sampler: str = "lintseq",
    max_lines: int = 5_000,
) -> Iterator[EditSequence]:
    """Sample edit sequences of programs, in the order of the programs (LintSeq, section 3).

    Every state of a sequence is free of diagnostics that its program does not have itself.

    Args:
        programs: Source texts, `Program` records, or mappings with ``program`` and optionally ``id`` and
            ``instruction``; other keys are carried through.
        paths: Paths sampled a program. Paths that come out equal are kept once.
        seed: The same programs, ids and seed give the same sequences.
        rejects: Where to put what gave no sequence, and why. Without it such programs are passed over.
        preset: ``default``, or ``paper`` for LintSeq as published.
        unit: ``logical`` or ``physical`` lines; the preset's by default.
        checker: ``ruff``, ``pylint``, ``compile``, ``ty`` or ``ruff+ty``; the preset's by default.
        sampler: ``lintseq``, or ``random`` for the ablation without a checker.
        max_lines: Longer programs are rejected; 0 means no limit.

    Raises:
        InputError: A setting or an item of ``programs`` is of the wrong kind.
        CheckerError: The checker cannot run at all.

    >>> import reweave as rw
    >>> [sequence] = rw.edit_sequences(["x = 1\\ny = x + 1\\n"], paths=1, seed=1)
    >>> sequence.states()
    ['x = 1\\n', 'x = 1\\ny = x + 1\\n']
    """
    chosen = settings(
        paths=paths,
        seed=seed,
        preset=preset,
        unit=unit,
        checker=checker,
        sampler=sampler,
        max_lines=max_lines,
    )
    passing = make_checker(chosen.checker, imports=not chosen.tolerate) if sampler != "random" else None
    try:
        numbered = ((index, _as_program(index, item)) for index, item in enumerate(programs))
        for outcome in in_order(Machine(chosen, passing).run(numbered)):
            if outcome.reject is not None and rejects is not None:
                rejects.append(outcome.reject)
            yield from outcome.sequences
    finally:
        if passing is not None:
            passing.close()


def in_order(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Put outcomes numbered from 0 back into order, each as soon as those before it are there."""
    waiting: dict[int, Outcome] = {}
    following = 0
    for outcome in outcomes:
        waiting[outcome.index] = outcome
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def _as_program(index: int, item: str | Program | Mapping[str, Any]) -> Program:
    if isinstance(item, Program):
        return item
    if isinstance(item, str):
        return Program(str(index), item)
    if isinstance(item, Mapping) and isinstance(item.get("program"), str):
        extra = {key: value for key, value in item.items() if key not in {"id", "program", "instruction"}}
        return Program(str(item.get("id", index)), item["program"], item.get("instruction"), extra=extra)
    raise InputError(f"item {index} is neither a text, a Program, nor a mapping with a text under 'program'")
