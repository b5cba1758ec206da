"""Training sets that differ in one thing: the same programs whole, as edit sequences, as random ones.

Published comparisons differ in tokens, or in steps. Here every variant has the same number of optimizer
steps, and every step the same number of trained tokens to within a few, so that the totals agree to within a
row; all variants hold the same programs, those that every sampler and form keeps within the length limit.
What must differ then is how often each program is seen, because edit sequences are longer: the manifest says
that too.

A pass over the data takes each program once, in another order each time, and another of its edit sequences.
Steps are filled in that order; the last rows of a step are picked from the next few dozen to meet the budget.
"""

import copy
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from reweave.edits import codec
from reweave.edits.api import edit_sequences
from reweave.edits.rows import encode
from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.records import EditSequence, Reject
from reweave.storage import atomic_write
from reweave.storage.manifest import PRETTY
from reweave.train.config import Form
from reweave.train.examples import Example
from reweave.train.plan import Step, shuffled
from reweave.train.tokens import Tokens, fingerprint, prepare_tokenizer, tokenize
from reweave.train.variant_files import Variant, write_variant

SAMPLERS = {"lintseq": "lintseq", "randseq": "random"}
"""Prefix of a variant's name to ``edit_sequences``' sampler."""

_WINDOW = 64  # rows that a step's last ones are picked from


@dataclass(frozen=True, slots=True)
class Variants:
    """Training sets made equal.

    Attributes:
        sets: Name to training set: ``instruct``, then ``lintseq-FORM`` and ``randseq-FORM``.
        manifest: What was made equal, and the figures that show it; SHA-256 of files once it is saved.
        rejects: Programs that are in none of them, and why.
    """

    sets: dict[str, Variant]
    manifest: dict[str, Any]
    rejects: list[Reject]

    def save(self, out: Path) -> None:
        """Write all sets, and last the manifest.

        Raises:
            OSError: Writing failed; without ``manifest.json`` nothing of it is read.
        """
        out.mkdir(parents=True, exist_ok=True)
        (out / "manifest.json").unlink(missing_ok=True)
        for name, each in self.sets.items():
            self.manifest["variants"][name]["sha256"] = write_variant(out / name, each)
        keep = ("id", "outcome", "reason", "detail")
        lines = ({name: getattr(each, name) for name in keep} for each in self.rejects)
        atomic_write(
            out / "rejects.jsonl",
            b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in lines),
        )
        atomic_write(out / "manifest.json", orjson.dumps(self.manifest, option=PRETTY))


def make_variants(
    pairs: Iterable[Mapping[str, Any]],
    tokenizer: Any,
    *,
    steps: int,
    tokens_per_step: int,
    forms: Sequence[Form] = ("unified", "short"),
    paths: int = 5,
    seed: int = 1,
    samplers: Sequence[str] = ("lintseq", "randseq"),
    max_length: int = 1024,
    prompt: str = "{instruction}",
    marker: str = codec.MARKER,
    checker: str | None = None,
    tolerance: float = 0.02,
    sources: Sequence[dict[str, Any]] = (),
    rejects: Iterable[Reject] = (),
) -> Variants:
    """Make training sets of the same programs at equal steps and equal trained tokens.

    Args:
        pairs: Rows with ``program`` and, where there is one, ``instruction`` and ``id``.
        tokenizer: What models will be trained with, a fast tokenizer of transformers; it is not changed.
        steps: Optimizer steps of each set.
        tokens_per_step: Trained tokens of each step.
        forms: How edits are written: one set for each, of each sampler.
        paths: Edit sequences sampled a program.
        seed: Of sampling and order.
        samplers: Of `SAMPLERS`.
        max_length: A program of which any row is longer, in any set, is left out of all.
        prompt: The prompt's template.
        marker: What stands before each edit.
        checker: As for `edit_sequences`.
        tolerance: How far a step may be off, as a share of its tokens; more is refused.
        sources: Written into the manifest: what the pairs came from.
        rejects: What could not be read before; counted with what is left out here.

    Raises:
        InputError: A setting makes no sense, ids repeat, no program is left, or a step is further off.
    """
    tokenizer = copy.deepcopy(tokenizer)
    ready = prepare_tokenizer(tokenizer, marker=marker)
    pairs = [{"id": str(number), **pair} for number, pair in enumerate(pairs)]
    repeated = [name for name, count in Counter(str(pair["id"]) for pair in pairs).items() if count > 1]
    if repeated:
        raise InputError(f"ids must differ, or programs could not be told apart: {repeated[0]!r} comes again")
    unread = list(rejects)
    rejects = list(unread)
    sampled = {}
    for name in samplers:
        if name not in SAMPLERS:
            raise InputError(f"no sampler {name!r}; there are {', '.join(SAMPLERS)}")
        found: list[Reject] = []
        made = edit_sequences(
            pairs, paths=paths, seed=seed, sampler=SAMPLERS[name], checker=checker, rejects=found
        )
        sampled[name] = list(made)
        rejects += (Reject(r.id, r.outcome, r.reason, f"{name}: {r.detail}") for r in found)
    base = ready.model_copy(update={"prompt": prompt})
    plain = base.model_copy(update={"writes": "program"})
    whole = [
        Example(str(pair["id"]), 0, plain.ask(pair.get("instruction") or ""), f"\n{pair['program']}")
        for pair in pairs
        if isinstance(pair.get("program"), str)
    ]
    examples = {"instruct": (plain, whole)}
    for name, sequences in sampled.items():
        for form in forms:
            what = base.model_copy(update={"form": form})
            examples[f"{name}-{form}"] = (what, [_example(each, what) for each in sequences])
    tokens = {name: tokenize(each, tokenizer, rejects) for name, (_, each) in examples.items()}
    kept = _kept(tokens, max_length, rejects)
    if not kept:
        raise InputError("no program is left that every sampler keeps within the length limit")
    sets = {}
    for name, (what, each) in examples.items():
        rows = [row for row in tokens[name] if row.id in kept]
        theirs = {(row.id, row.path) for row in rows}
        dealt = _deal(rows, steps, tokens_per_step, seed, name, tolerance)
        sums = [sum(rows[number].trained for number in step) for step in dealt]
        chosen = [example for example in each if (example.id, example.path) in theirs]
        sets[name] = Variant(name, what, chosen, dealt, sums, rows, sources)
    manifest = {
        "format": 1,
        "sources": list(sources),
        "settings": {
            "steps": steps, "tokens_per_step": tokens_per_step, "forms": list(forms), "paths": paths,
            "tolerance": tolerance, "seed": seed, "samplers": list(samplers), "max_length": max_length,
            "prompt": prompt, "marker": marker,
        },
        "tokenizer": {"tokens": len(tokenizer), "sha256": fingerprint(tokenizer)},
        "programs": {
            "read": len(pairs) + len(unread),
            "kept": len(kept),
            "left_out": len(pairs) + len(unread) - len(kept),
            "reasons": dict(Counter(each.reason for each in rejects).most_common()),
        },
        "variants": {name: _figures(each) for name, each in sets.items()},
    }  # fmt: skip
    return Variants(sets, manifest, rejects)


def _example(sequence: EditSequence, what: ModelFormat) -> Example:
    written = codec.completion(encode(sequence, what.form), marker=what.marker)
    return Example(sequence.id, sequence.path, what.ask(sequence.instruction or ""), written)


def _kept(tokens: Mapping[str, Sequence[Tokens]], max_length: int, rejects: list[Reject]) -> set[str]:
    """The programs that every set has, with every row within the limit."""
    gone = {each.id for each in rejects}
    for name, rows in tokens.items():
        for row in rows:
            if len(row.ids) > max_length and row.id not in gone:
                gone.add(row.id)
                told = f"{name}: {len(row.ids)} tokens, over {max_length}"
                rejects.append(Reject(row.id, "rejected", "overlong", told))
    return set.intersection(*({row.id for row in rows} for rows in tokens.values())) - gone


def _deal(
    rows: Sequence[Tokens], steps: int, budget: int, seed: int, name: str, tolerance: float
) -> list[Step]:
    """Fill steps with rows so that after each the tokens so far are what they should be, to within a few."""
    longest = max(row.trained for row in rows)
    if longest > budget:
        raise InputError(f"{name}: a row has {longest} trained tokens, more than the {budget} of a step")
    usual = sum(row.trained for row in rows) / len(rows)
    source = _endless(rows, seed)
    pool: deque[int] = deque()
    dealt: list[Step] = []
    total = 0
    for number in range(1, steps + 1):
        step: Step = []
        while True:
            while len(pool) < _WINDOW:
                pool.append(next(source))
            left = number * budget - total
            ending = left <= 2 * usual or rows[pool[0]].trained > left
            chosen = _ending(pool, rows, left) if ending else (pool[0],)
            for row in chosen:
                pool.remove(row)
                step.append(row)
                total += rows[row].trained
            if ending:
                break
        dealt.append(step)
    worst = max(abs(sum(rows[each].trained for each in step) - budget) for step in dealt)
    if worst > tolerance * budget:
        raise InputError(
            f"{name}: a step is {worst} tokens off its {budget}: give more tokens a step, or shorter programs"
        )
    return dealt


def _ending(pool: Sequence[int], rows: Sequence[Tokens], left: int) -> tuple[int, ...]:
    """The rows of the pool, two at most, that come nearest to what is left of a step; the first such ones."""
    ones = [(number,) for number in dict.fromkeys(pool)]
    choices: list[tuple[int, ...]] = [(), *ones, *combinations(pool, 2)]
    return min(choices, key=lambda each: abs(left - sum(rows[number].trained for number in each)))


def _endless(rows: Sequence[Tokens], seed: int) -> Iterator[int]:
    """Row numbers for ever: each pass takes every program once, by another of its sequences."""
    of: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        of.setdefault(row.id, []).append(number)
    programs = list(of.values())
    passed = 0
    while True:
        for at in shuffled(len(programs), seed, f"variant pass {passed}"):
            yield programs[at][passed % len(programs[at])]
        passed += 1


def _figures(variant: Variant) -> dict[str, Any]:
    rows = variant.tokens or []
    seen = Counter(number for step in variant.steps for number in step)
    total = sum(variant.tokens_a_step)
    programs = Counter(rows[number].id for number in seen.elements())
    return {
        "steps": len(variant.steps),
        "trained_tokens": total,
        "tokens_a_step": {"least": min(variant.tokens_a_step), "most": max(variant.tokens_a_step)},
        "rows": len(rows),
        "rows_seen": len(seen),
        "rows_drawn": seen.total(),
        "programs": len({row.id for row in rows}),
        "programs_seen": len(programs),
        "passes": round(seen.total() / len({row.id for row in rows}), 3),
        "trained_tokens_a_row": round(total / seen.total(), 2),
        "prompt_tokens": sum(rows[number].untrained * times for number, times in seen.items()),
    }
