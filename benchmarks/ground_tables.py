"""Contexts of tables: time a table beside plain pandas, and a million rows.

    python benchmarks/ground_tables.py --tables 2000 --rows 1000000 --rounds 3

The hostile tables are those of the tests (tests/ground/contexts/hostile.py), without notebooks. Ours is
`make_contexts`, one reader: detection of encoding and separator, statistics of all rows, the card, in a
process of its own. The other way is what one writes first: an interpreter that calls, file after file,
pandas' reader by the file's ending, `describe(include="all")` and `head()`, and goes on where that raises.
It knows no options, so that many files do not load: timed are those that load both ways, in a folder for each
format. Both sides start anew each round, in turns; CPU seconds of all that is started.

Then one CSV and one Parquet file of ten columns: `reweave ground contexts FILE` against the same few calls.
Memory is the sum of the greatest resident sizes of all processes of either side (Linux).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import Clock, descendants, load, ratios, spread, table

sys.path.insert(0, str(Path(__file__).absolute().parents[1] / "tests"))

FORMATS = {"csv": (".csv", ".tsv"), "jsonl": (".jsonl",), "parquet": (".parquet",), "xlsx": (".xlsx",)}

PLAIN = """
import json, sys, warnings
import pandas as pd
warnings.simplefilter("ignore")
READ = {"csv": pd.read_csv, "tsv": lambda name: pd.read_csv(name, sep="\\t"), "parquet": pd.read_parquet,
        "jsonl": lambda name: pd.read_json(name, lines=True), "xlsx": pd.read_excel}
loaded = []
for name in sys.argv[1:] or sys.stdin.read().splitlines():
    try:
        frame = READ[name.rpartition(".")[2]](name)
        frame.describe(include="all").to_string()
        frame.head().to_string()
        loaded.append(name)
    except Exception:
        pass
print(json.dumps(loaded))
"""


def plain(files: list[Path]) -> list[Path]:
    given = "\n".join(map(str, files))
    done = subprocess.run(
        [sys.executable, "-c", PLAIN], input=given, stdout=subprocess.PIPE, check=True, text=True
    )
    return [Path(name) for name in json.loads(done.stdout)]


def ours(folder: Path, out: Path) -> list[Path]:
    from reweave.ground.contexts import ContextsConfig, make_contexts
    from reweave.storage import read_rows

    made = make_contexts([str(folder)], out, ContextsConfig(), workers=1)
    assert made.read == sum(made.kept.values()) + sum(made.rejects.values())
    return [folder / row["path"] for row in read_rows(out)]


def hostile(folder: Path, count: int) -> dict[str, Path]:
    """Write tables; give a folder for each format, with those that load both ways."""
    from ground.contexts.hostile import files

    every = folder / "every"
    every.mkdir()
    wide = folder / "wide"
    wide.mkdir()
    for name, data in files(20240229, count):
        if data.startswith(b"column 0,"):  # one will do: pandas takes seconds for what describes it
            (wide / "wide.csv").write_bytes(data)
        elif not name.endswith(".ipynb"):
            (every / name).write_bytes(data)
    kept, loaded = set(ours(every, folder / "every.jsonl")), set(plain(sorted(every.iterdir())))
    both = kept & loaded
    total = len(list(every.iterdir()))
    print(f"{total} tables: {len(kept)} load with reweave, {len(loaded)} with plain pandas, {len(both)} both")
    folders = {"csv, 10,000 columns": wide} if any(wide.iterdir()) else {}
    for kind, endings in FORMATS.items():
        folders[kind] = folder / kind
        folders[kind].mkdir()
        for path in both:
            if path.suffix in endings:
                shutil.copy(path, folders[kind] / path.name)
    return folders


def small(folder: Path, count: int, rounds: int) -> None:
    folders = hostile(folder, count)
    cost: dict[str, list[list[float]]] = {kind: [[], []] for kind in folders}
    for number in range(rounds):
        for kind, place in folders.items():
            paths = sorted(place.iterdir())
            with Clock() as one:
                ours(place, folder / f"{place.name}-{number}.jsonl")
            with Clock() as other:
                plain(paths)
            for clock, values in zip((one, other), cost[kind], strict=True):
                values.append(clock.cpu / len(paths) * 1e3)
    rows = [("format", "tables", "reweave, ms CPU a table", "pandas, ms CPU a table", "reweave over pandas")]
    for kind, (mine, theirs) in cost.items():
        n = len(list(folders[kind].iterdir()))
        rows.append((kind, str(n), spread(mine, ".1f"), spread(theirs, ".1f"), ratios(mine, theirs)))
    table(rows)


def write_large(folder: Path, count: int) -> list[Path]:
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(7)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 1500, count), unit="D")
    frame = pd.DataFrame(
        {
            "id": np.arange(count),
            "price": draw.gamma(2.0, 20.0, count).round(2),
            "share": np.where(draw.random(count) < 0.1, np.nan, draw.random(count)),
            "region": draw.choice(["North", "South", "East", "West"], count),
            "customer": np.char.add("customer ", draw.integers(0, 50_000, count).astype(str)),
            "day": days.strftime("%Y-%m-%d"),
            "paid": draw.random(count) < 0.7,
            "note": draw.choice(["", "urgent", "a longer note, with a comma", "naïve café"], count),
            "rank": draw.integers(1, 100, count),
            "at": days + pd.to_timedelta(draw.integers(0, 86_400, count), unit="s"),
        }
    )
    paths = [folder / "large.csv", folder / "large.parquet"]
    frame.to_csv(paths[0], index=False)
    frame.to_parquet(paths[1])
    return paths


def watched(command: list[str]) -> tuple[float, float, float]:
    """Run a command; give wall and CPU seconds and MB, the greatest sizes of all its processes together."""
    with Clock() as clock, subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        peaks: dict[int, float] = {}
        while process.poll() is None:
            for pid in (process.pid, *descendants(process.pid)):
                peaks[pid] = max(peaks.get(pid, 0.0), resident_peak(pid))
            time.sleep(0.05)
    assert process.returncode == 0
    return clock.wall, clock.cpu, sum(peaks.values())


def resident_peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # gone by now
        return 0.0
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM")), 0.0)


def large(folder: Path, count: int, rounds: int) -> None:
    paths = write_large(folder, count)
    rows = [("file", "", "wall s", "CPU s", "peak MB")]
    told = []
    for path in paths:
        sides: dict[str, list[tuple[float, float, float]]] = {"reweave": [], "pandas": []}
        for number in range(rounds):
            out = folder / f"{path.name}-{number}.jsonl"
            contexts = [sys.executable, "-m", "reweave", "ground", "contexts", str(path), "-o", str(out)]
            sides["reweave"].append(watched([*contexts, "--workers", "1"]))
            assert out.stat().st_size, "no context"
            sides["pandas"].append(watched([sys.executable, "-c", PLAIN, str(path)]))
        size = f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"
        for name, found in sides.items():
            wall, cpu, peak = zip(*found, strict=True)
            rows.append((size, name, spread(wall, ".1f"), spread(cpu, ".1f"), spread(peak, ".0f")))
        for place, what in ((0, "wall"), (1, "CPU"), (2, "memory")):
            mine, theirs = ([each[place] for each in sides[name]] for name in ("reweave", "pandas"))
            told.append(f"{path.name}: reweave over pandas, {what}: {ratios(mine, theirs)}")
    print(f"\n{count:,} rows, 10 columns")
    table(rows)
    print("\n".join(told))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=2_000, help="hostile tables; 0: none")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large files; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"load average: {load()}; {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        if arguments.tables:
            small(Path(name), arguments.tables, arguments.rounds)
        if arguments.rows:
            large(Path(name), arguments.rows, arguments.rounds)


if __name__ == "__main__":
    main()
