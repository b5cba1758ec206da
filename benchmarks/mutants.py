"""How much do the tests of HumanEval and MBPP show? Mutants of the references that their tests refuse.

The references are right, so that what tests let live is either no change at all or something that they do not
look at: the score of good tests is below 1. Alongside, how many mutants are judged in a second.

    python benchmarks/mutants.py --tasks 20     a sample, a minute
    python benchmarks/mutants.py                every task
"""

import argparse
import math
import os
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from common import Clock, load, table

from reweave.align.validate import score, stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import Response
from reweave.align.validate.run import open_box
from reweave.align.validate.validation import Validation
from reweave.edits.stream import Stream
from reweave.tasks import load as load_tasks
from reweave.tasks.judges.tests import TextJudge

BENCHMARKS = ("humaneval", "mbpp")


def responses(benchmark: str, count: int) -> list[Response]:
    tasks = [
        task
        for task in load_tasks(benchmark)
        if task.reference is not None and isinstance(task.judge, TextJudge)
    ]
    if count:  # drawn, not the first: those are the easiest
        tasks.sort(key=lambda task: Stream(1, task.id, 0).below(0, 1 << 63))
        tasks = tasks[:count]
    return [Response(task.id, task.reference, task.judge.tests, task.entry_point) for task in tasks]


def judged(rows: Sequence[Response], config: ValidateConfig, workers: int) -> Iterator[Validation]:
    with open_box(config, workers) as box:
        for [each] in stream.run((judge([row], config) for row in rows), box):
            yield each


def interval(shares: Sequence[float]) -> str:
    """Write a mean over tasks with its 95 % interval: mutants of one task are not independent."""
    if len(shares) < 2:
        return "-"
    half = 1.96 * statistics.stdev(shares) / math.sqrt(len(shares))
    return f"{statistics.mean(shares):.3f} ± {half:.3f} (n = {len(shares)} tasks)"


def report(benchmark: str, found: Sequence[Validation], clock: Clock, config: ValidateConfig) -> None:
    tried = [each.tried for each in found if each.tried.shows]
    kills = [kill for each in found for kill in each.kills]
    killed = sum(kill.killed for kill in kills)
    refused = Counter(
        refusal[0] for each in found if (refusal := score.refusal(each.tried, config.min_score))
    )
    stubs: dict[str, list[bool]] = {}
    for each in tried:
        for name, dead in each.stubs.items():
            stubs.setdefault(name, []).append(dead)
    runs = len(kills) + sum(map(len, stubs.values())) + len(found)
    print(f"\n{benchmark}: {len(found)} tasks, {len(tried)} of them judged by their own tests")
    rows: list[tuple[str, str, str]] = [("", "n", "of")]
    rows.append(("mutants refused", f"{killed:,}", f"{len(kills):,} ({killed / max(len(kills), 1):.1%})"))
    rows += [(f"  by {reason}", f"{n:,}", "") for reason, n in ended(kills)]
    by_kind = Counter(kill.mutant.kind for kill in kills)
    for kind, n in sorted(by_kind.items()):
        dead = sum(kill.killed for kill in kills if kill.mutant.kind == kind)
        rows.append((f"  {kind}", f"{dead:,}", f"{n:,} ({dead / n:.1%})"))
    rows += [(f"stub refused: {name}", f"{sum(all_):,}", f"{len(all_):,}") for name, all_ in stubs.items()]
    rows += [(f"would not be accepted: {name}", f"{n:,}", f"{len(found):,}") for name, n in refused.items()]
    table(rows)
    shares = [each.killed / each.mutants for each in tried if each.mutants]
    print(f"mutation score, mean over tasks: {interval(shares)}")
    if len(shares) > 1:
        low, middle, high = statistics.quantiles(shares, n=4)
        print(f"  quartiles {low:.2f}, {middle:.2f}, {high:.2f}; all refused in {shares.count(1.0)} tasks")
    forms = Counter(each.tried.verdict.form for each in found)
    print(f"forms: {', '.join(f'{form} {n:,}' for form, n in forms.most_common())}")
    for name, seconds in (("second", clock.wall), ("CPU second, all processes", clock.cpu)):
        print(f"{len(kills) / seconds:,.0f} mutants and {runs / seconds:,.0f} runs a {name}; {seconds:.0f} s")


def ended(kills: Sequence[Any]) -> list[tuple[str, int]]:
    return Counter(kill.reason for kill in kills if kill.killed).most_common()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=0, help="of each benchmark, drawn; 0 for all")
    parser.add_argument("--mutants", type=int, default=40, help="of one reference, at most; 0 for all")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--benchmarks", nargs="+", default=BENCHMARKS)
    arguments = parser.parse_args()
    config = ValidateConfig(mutants=arguments.mutants, cross_calls=0)
    print(f"{arguments.workers} workers, load before {load()}")
    for benchmark in arguments.benchmarks:
        rows = responses(benchmark, arguments.tasks)
        with Clock() as clock:
            found = list(judged(rows, config, arguments.workers))
        report(benchmark, found, clock, config)


if __name__ == "__main__":
    main()
