"""The experiment's result: ``results.json``, ``report.md``, and the page and figures of all its runs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from reweave.evaluate.run_files import read_run
from reweave.experiment.arms import Arm, arms
from reweave.experiment.claims import LEVEL, claims, weigh
from reweave.experiment.config import ExperimentConfig
from reweave.storage.atomic import atomic_write


def make_report(config: ExperimentConfig, out: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write the report of an experiment whose stages are done, and give its data.

    Args:
        config: The settings.
        out: The experiment's folder.
        facts: What each stage came to.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - takes a while

    ks = [k for k in (1, 5, 10, 50) if k <= config.samples]
    rows = [_row(arm, decoding, facts) for arm in arms(config) for decoding in arm.decodings]
    verdicts = {
        row["run"]: pq.read_table(out / "runs" / row["run"] / "verdicts.parquet").to_pylist() for row in rows
    }
    made = {
        "config": config.model_dump(mode="json"),
        "tasks": facts["tasks"],
        "pretrain": facts["pretrain"],
        "seconds": round(sum(fact["seconds"] for fact in facts.values())),
        "runs": rows,
        "claims": weigh(claims(config), verdicts, ks),
    }
    atomic_write(out / "results.json", orjson.dumps(made, option=orjson.OPT_INDENT_2))
    atomic_write(out / "report.md", _markdown(made, ks).encode())
    _pages(out, [row["run"] for row in rows])
    return made


def _row(arm: Arm, decoding: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is known of a run."""
    run = f"{arm.name}-{decoding}"
    summary = facts[f"score-{run}"]["summary"]
    sampled = facts[f"sample-{arm.name}"]
    figures = facts["variants"]["manifest"]["variants"][arm.model]
    diversity = summary["diversity"]
    return {
        "run": run,
        "arm": arm.name,
        "decoding": decoding,
        "trained_tokens": figures["trained_tokens"],
        "programs_seen": figures["programs_seen"],
        "pass@k": summary["pass@k"],
        "verdicts": summary["verdicts"],
        "tokens_a_sample": sampled["sampled_tokens"] / sampled["samples"],
        "flops_a_sample": summary["flops"]["per_sample"],
        "cut": sampled["cut"] / sampled["samples"],
        "no_program": summary["verdicts"].get("no-code", 0) / summary["n_samples"],
        "resampled_a_sample": sampled["resampled"] / sampled["samples"],
        "distinct": None if diversity is None else diversity["distinct_programs"]["value"],
    }


def _markdown(made: Mapping[str, Any], ks: Sequence[int]) -> str:
    config, tasks = made["config"], made["tasks"]
    head = (
        f"{tasks['heldout_tasks']} held-out compositions, {config['samples']} samples each at temperature"
        f" {config['temperature']:g}, top-p {config['top_p']:g}; {tasks['train_programs']:,} programs to tune"
        f" on; in brackets 95 % intervals over tasks. {made['seconds'] / 60:.0f} minutes of work in all."
    )
    names = [
        "run",
        "trained tokens",
        *(f"pass@{k}" for k in ks),
        "tokens",
        "GFLOPs",
        "no program",
        "distinct",
    ]
    lines = [
        "# Whole programs or edit sequences?",
        "",
        head,
        "",
        *_table(names, (_cells(row, ks) for row in made["runs"])),
    ]
    corrected = len(made["claims"])
    lines += [
        "",
        "Tokens and FLOPs are of one sample, edits thrown away included. *No program*: nothing was decoded.",
        "",
        "## Differences on the same tasks",
        "",
        f"Paired over tasks; p-values corrected for {corrected} differences (Holm), level {LEVEL:g}.",
        "",
        *_table(["claim", "k", "difference", "p", "corrected", "found"], map(_claim_cells, made["claims"])),
        "",
    ]
    return "\n".join(lines)


def _cells(row: Mapping[str, Any], ks: Sequence[int]) -> list[str]:
    distinct = row["distinct"]
    return [
        row["run"],
        f"{row['trained_tokens']:,}",
        *(_share(row["pass@k"][str(k)]) for k in ks),  # as stored, 10 stands before 5
        f"{row['tokens_a_sample']:.0f}",
        f"{row['flops_a_sample'] / 1e9:.2f}",
        f"{100 * row['no_program']:.0f} %",
        "" if distinct is None else f"{100 * distinct:.0f} %",
    ]


def _claim_cells(row: Mapping[str, Any]) -> list[str]:
    between = "" if row["ci95"] is None else f" [{row['ci95'][0]:+.3f}, {row['ci95'][1]:+.3f}]"
    p, corrected = ("" if row[name] is None else f"{row[name]:.3g}" for name in ("p", "p_corrected"))
    return [row["claim"], str(row["k"]), f"{row['difference']:+.3f}{between}", p, corrected, row["found"]]


def _share(each: Mapping[str, Any]) -> str:
    between = each["ci95"]
    return f"{each['value']:.3f}" + ("" if between is None else f" [{between[0]:.3f}, {between[1]:.3f}]")


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [names, ["---"] * len(names), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _pages(out: Path, runs: Sequence[str]) -> None:
    """Write the page of all runs side by side, and the figures."""
    from reweave.view.figures import save_figures  # noqa: PLC0415 - matplotlib
    from reweave.view.report import write_report  # noqa: PLC0415 - heavy

    read = [read_run(out / "runs" / run) for run in runs]
    write_report(read, out / "report.html", title="Whole programs or edit sequences?")
    save_figures(read, out / "figures")
