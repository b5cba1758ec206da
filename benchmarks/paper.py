"""``--preset paper`` against the published pylintseq: how fast, and do the same edits come out?

    python benchmarks/paper.py --programs 50 --paths 4

Both sample the same programs of the pairs, several paths each, in turns of a few programs on one CPU; both
have pylint loaded before the first. A round is one such turn, its ratio published over ours. Ours keeps one
linter and shares verdicts between the paths of a program, as it does in a run.

Then the distributions. Paths are compared as both would write them (diff texts of the published form), paths
that come out equal included: for that, ours are sampled again, one path a seed. Two quantities: edits a path,
and lines an edit. The paths of a program, not single edits, are what is independent, so the test permutes
whole paths between the two tools within each program, which is exact if both draw from the same distribution.
Statistics: the difference of means, and the Kolmogorov-Smirnov distance of the pooled values. The interval of
the difference is a bootstrap over programs (2,000 draws, 95 %).

Last, cleanliness: the share of committed non-empty states with an error that the published tool counts, by
our linter (all states) and by theirs (a random part, it is slow). Programs that import a package which is
installed in the peer's environment are drawn, counted, and left out: there it resolves, here nothing does.
"""

import argparse
import random
from collections.abc import Callable

import numpy as np
from common import Clock, Peer, load, pin, programs, spread, table

from reweave.edits.checkers import make_checker
from reweave.edits.machine import Machine
from reweave.edits.rows import encode
from reweave.edits.settings import settings
from reweave.errors import CheckerError
from reweave.records import EditSequence, Program

DRAWS = 10_000
CHUNK = 500
BOOTSTRAPS = 2_000
TURN = 5  # programs

Group = tuple[list[list[int]], list[list[int]]]  # our paths and theirs: lines that each edit adds


def added(diff: str) -> int:
    return sum(line.startswith("+") for line in diff.split("\n"))


def ours(chunk: list[Program], checker, paths: int, seed: int) -> dict[str, list[EditSequence]]:
    chosen = settings(preset="paper", paths=paths, seed=seed)
    return {
        chunk[outcome.index].id: outcome.sequences
        for outcome in Machine(chosen, checker).run(enumerate(chunk))
    }


class Counts:
    """What each path contributes, as counts of integer values; every statistic follows from sums of these.

    Args:
        of: From the lines that each edit of a path adds to the values that the path contributes.
        groups: For each program, our paths and theirs.
    """

    def __init__(self, of: Callable[[list[int]], list[int]], groups: list[Group]) -> None:
        paths = [of(path) for group in groups for side in group for path in side]
        self.values = np.arange(max(map(max, paths)) + 1)
        self.counts = np.array([np.bincount(path, minlength=len(self.values)) for path in paths], float)
        self.program = np.repeat(np.arange(len(groups)), [len(mine) + len(theirs) for mine, theirs in groups])
        self.ours = np.array([side == 0 for group in groups for side in (0, 1) for _ in group[side]], float)

    def means(self) -> tuple[float, float]:
        """Return the mean value, ours and theirs."""
        return tuple(float(side @ self.values / side.sum()) for side in self._sides(self.ours[None])[:, 0])

    def size(self) -> tuple[int, int]:
        """Return how many values there are, of ours and of theirs."""
        return tuple(int(side.sum()) for side in self._sides(self.ours[None])[:, 0])

    def statistics(self, ours: np.ndarray) -> np.ndarray:
        """Return difference of means and Kolmogorov-Smirnov distance for each row of labels."""
        one, other = self._sides(ours)
        shares = [side / side.sum(axis=1, keepdims=True) for side in (one, other)]
        difference = (shares[0] - shares[1]) @ self.values
        distance = np.abs(np.cumsum(shares[0] - shares[1], axis=1)).max(axis=1)
        return np.stack([difference, distance], axis=1)

    def test(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Permute labels within programs; return the statistics observed, and a p value each."""
        stream = np.random.default_rng(seed)
        observed = self.statistics(self.ours[None])[0]
        extreme = np.zeros(2)
        for _ in range(DRAWS // CHUNK):
            keys = self.program + stream.random((CHUNK, len(self.program)))
            # Sorting by program, then by chance, hands each program's labels out anew.
            drawn = self.statistics(self.ours[np.argsort(keys, axis=1)])
            extreme += (np.abs(drawn) >= np.abs(observed) - 1e-12).sum(axis=0)
        return observed, (extreme + 1) / (DRAWS + 1)

    def interval(self, seed: int) -> tuple[float, float]:
        """Bootstrap the difference of means over programs."""
        stream = np.random.default_rng(seed)
        last = int(self.program[-1]) + 1
        sides = []
        for labels in (self.ours, 1 - self.ours):
            counts = self.counts * labels[:, None]
            totals = np.stack([counts.sum(axis=1), counts @ self.values], axis=1)
            sides.append(np.stack([np.bincount(self.program, column, last) for column in totals.T], axis=1))
        drawn = stream.integers(last, size=(BOOTSTRAPS, last))
        one, other = (side[drawn].sum(axis=1) for side in sides)
        low, high = np.quantile(one[:, 1] / one[:, 0] - other[:, 1] / other[:, 0], [0.025, 0.975])
        return float(low), float(high)

    def _sides(self, ours: np.ndarray) -> np.ndarray:
        mine = ours @ self.counts
        return np.stack([mine, self.counts.sum(axis=0) - mine])


QUANTITIES: dict[str, Callable[[list[int]], list[int]]] = {
    "edits a path": lambda path: [len(path)],
    "lines an edit": lambda path: path,
}


def report_distributions(groups: list[Group], seed: int) -> None:
    rows = [("", "ours, mean", "published, mean", "difference [95 %]", "p", "KS distance", "p")]
    for name, of in QUANTITIES.items():
        counts = Counts(of, groups)
        observed, p = counts.test(seed)
        low, high = counts.interval(seed)
        mine, theirs = counts.means()
        rows.append(
            (f"{name} (n = {counts.size()[0]}, {counts.size()[1]})", f"{mine:.3f}", f"{theirs:.3f}",
             f"{observed[0]:+.3f} [{low:+.3f} to {high:+.3f}]", f"{p[0]:.3f}", f"{observed[1]:.3f}",
             f"{p[1]:.3f}")
        )  # fmt: skip
    print(f"distributions over {len(groups)} programs, {DRAWS} permutations of paths within programs:")
    table(rows)


def report_clean(states: dict[str, list[str]], checker, peer: Peer, part: int, stream) -> None:
    rows = [("states of", "n", "with an error, by ours", "part", "with an error, by theirs")]
    for name, texts in states.items():
        verdicts = checker.check(texts)
        none = sum(isinstance(verdict, CheckerError) for verdict in verdicts)
        wrong = sum(not isinstance(verdict, CheckerError) and bool(verdict) for verdict in verdicts)
        some = stream.sample(texts, min(part, len(texts)))
        found = sum(bool(verdict) for verdict in peer.lint(some))
        rows.append(
            (name, str(len(texts)),
             f"{wrong} ({wrong / len(texts):.2%})" + (f", no verdict {none}" if none else ""),
             str(len(some)), f"{found} ({found / len(some):.2%})")
        )  # fmt: skip
    print("\ncleanliness (E, F, W0311, W0231, imports as published):")
    table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer-python", default=".venv-peer/bin/python")
    parser.add_argument("--programs", type=int, default=50)
    parser.add_argument("--paths", type=int, default=4)
    parser.add_argument("--part", type=int, default=150, help="states their linter sees, of each tool's")
    parser.add_argument("--rounds", type=int, help=f"turns of {TURN} programs; instead of --programs")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    wanted = arguments.rounds * TURN if arguments.rounds else arguments.programs
    stream = random.Random(arguments.seed)
    drawn = programs()
    stream.shuffle(drawn)
    print(f"load average: {load()}; {pin()}; seed {arguments.seed}")
    checker = make_checker("pylint", imports=True)
    checker.check(["x = 1\n"])
    with Peer(arguments.peer_python) as peer:
        strangers = [program for program in drawn if not peer.knows(program.text)]
        print(f"peer: {peer.versions}; ours: {checker.version}")
        print(f"left out, as they import what the peer has: {len(drawn) - len(strangers)} of {len(drawn)}")
        chosen = strangers[:wanted]
        groups = []
        wall: list[float] = []
        cpu: list[float] = []
        states: dict[str, list[str]] = {"ours": [], "published": []}
        a_path: dict[str, list[float]] = {"ours": [], "published": []}
        nothing = {"ours": 0, "published": 0}
        for start in range(0, len(chosen), TURN):
            chunk = chosen[start : start + TURN]
            asked = len(chunk) * arguments.paths
            with Clock() as clock:
                for sequences in ours(chunk, checker, arguments.paths, arguments.seed).values():
                    for sequence in sequences:
                        encode(sequence, "published")
            # A seed of its own for each program: with one for all, their picks would go together.
            replies = {
                program.id: peer.sample(
                    program.text, 10_000 * arguments.seed + start + place, arguments.paths
                )
                for place, program in enumerate(chunk)
            }
            every = [reply for of_one in replies.values() for reply in of_one]
            wall.append(sum(reply["wall"] for reply in every) / clock.wall)
            cpu.append(sum(reply["cpu"] for reply in every) / clock.cpu)
            a_path["ours"].append(clock.cpu / asked * 1e3)
            a_path["published"].append(sum(reply["cpu"] for reply in every) / asked * 1e3)
            single = [
                ours(chunk, checker, 1, 1_000 * arguments.seed + path) for path in range(arguments.paths)
            ]
            for program in chunk:
                mine = [sequence for of_one in single for sequence in of_one[program.id]]
                theirs = [reply for reply in replies[program.id] if "error" not in reply]
                nothing["ours"] += arguments.paths - len(mine)
                nothing["published"] += arguments.paths - len(theirs)
                states["ours"] += [state for sequence in mine for state in sequence.states() if state.strip()]
                states["published"] += [
                    state for reply in theirs for state in reply["states"] if state.strip()
                ]
                if mine and theirs:
                    groups.append(
                        (
                            [[added(diff) for diff in encode(sequence, "published")] for sequence in mine],
                            [[added(diff) for diff in reply["diffs"]] for reply in theirs],
                        )
                    )
        print(
            f"{len(chosen)} programs, {arguments.paths} paths each; paths that came to nothing: {nothing}\n"
        )
        print(f"published / ours, wall: {spread(wall, '.1f')}; CPU: {spread(cpu, '.1f')}")
        for name, values in a_path.items():
            print(f"  {name}: {spread(values, '.1f')} CPU ms a path")
        print()
        report_distributions(groups, arguments.seed)
        report_clean(states, checker, peer, arguments.part, stream)
    checker.close()


if __name__ == "__main__":
    main()
