"""Does the leak lint find what a specification gives away, and leave alone what only looks so?

    python benchmarks/leaks.py

The planted set (`tests/ground/specs/planted_leaks.toml`): small tasks with sentences that tell an output
value (exact, rounded, with separators, as a percentage) or an expression of the program (as it is, with
other spaces and quotation marks, without its variable), and sentences with numbers, texts and dates of the
inputs, shapes, names of columns. Each stands behind the text of each form at each level of leakage, and
alone, as a model or a user would write it. An example at level `oracle` holds values on purpose; it is not
among them. Sentences were written by hand, for this lint, with its rules known: the figures say that it
does what it is meant to do, not how often models leak, nor that a paraphrase is found. Intervals are
Wilson's, 95 %, over sentences; one sentence behind several texts counts once a text, so they are too narrow
where a level has several forms.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from clean import wilson
from common import load, table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "ground" / "specs"))

import planted_leaks

from reweave.ground.specs import leaks


def share(hits: int, count: int) -> str:
    if not count:
        return "-"
    low, high = wilson(hits, count)
    return f"{hits / count:.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--missed", action="store_true", help="print each sentence that was judged wrongly")
    wanted = parser.parse_args()
    counts: dict[str, Counter[tuple[bool, bool]]] = {level: Counter() for level in planted_leaks.LEVELS}
    sorts: Counter[str] = Counter()
    wrong = []
    for case in planted_leaks.cases():
        found = leaks(case.code, case.spec, case.outputs, inputs=case.inputs, intent=case.intent)
        counts[case.level][case.leaks, bool(found)] += 1
        sorts.update(leak.sort for leak in found if case.leaks)
        if bool(found) != case.leaks:
            wrong.append((case, found))
    sentences = sum(len(task["leaks"]) + len(task["clean"]) for task in planted_leaks.TASKS)
    print(f"{len(planted_leaks.TASKS)} tasks, {sentences} sentences; load {load()}")
    rows = [("level", "planted", "found", "clean", "flagged", "precision", "recall")]
    for level, count in counts.items():
        hits, flagged = count[True, True], count[False, True]
        planted, clean = hits + count[True, False], flagged + count[False, False]
        shares = (share(hits, hits + flagged), share(hits, planted))
        rows.append((level, str(planted), str(hits), str(clean), str(flagged), *shares))
    table(rows)
    print("found, by sort: " + ", ".join(f"{sort} {n}" for sort, n in sorts.most_common()))
    for case, found in wrong if wanted.missed else ():
        print(
            f"{'missed' if case.leaks else 'flagged'} at {case.level} {case.form}: {case.sentence!r} {found}"
        )


if __name__ == "__main__":
    main()
