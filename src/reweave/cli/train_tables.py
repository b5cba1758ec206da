"""What ``reweave train`` shows: the audit before, the summary after."""

from typing import Any

from rich.table import Table


def audit_table(prepared: Any) -> Table:
    """Show a training set's lengths, what would be cut, and what was done about it."""
    found, cut = prepared.audit, prepared.cut
    table = Table(title="audit, in tokens", title_justify="left")
    table.add_column("")
    columns = list(found.lengths)
    for name in columns:
        table.add_column(_quantile(name), justify="right")
    for title, values in (
        ("prompt and completion", found.lengths),
        ("prompt (no loss)", found.prompts),
        ("trained, end of sequence included", found.trained),
        (f"beyond {found.max_length:,}, of {found.over:,} rows", found.excess),
    ):
        table.add_row(title, *(f"{values[name]:,}" if values else "" for name in columns))
    lines = [
        (
            f"{prepared.read:,} rows read = {found.rows:,} tokenized + {len(prepared.rejects):,} rejected; "
            f"{found.programs:,} programs, {found.sequences:.2f} rows a program"
        ),
        f"{found.trained_total:,} trained tokens, nothing cut; {found.none_left:,} rows with none within it",
        (
            f"{found.over:,} rows over --max-length {found.max_length:,}, by {found.excess_total:,} tokens "
            f"in all; --max-length {found.enough:,} cuts nothing"
        ),
    ]
    if found.lossy:
        lines.append(f"{found.lossy:,} completions are not given back byte for byte by this tokenizer")
    done = [
        f"{name.replace('_', ' ')} {getattr(cut, name):,}" for name in cut.__slots__ if getattr(cut, name)
    ]
    if done:
        lines.append(f"done about it: {', '.join(done)}; {len(prepared.rows):,} rows are trained on")
    table.caption = "\n".join(lines)
    table.caption_justify = "left"
    return table


def summary_table(made: Any) -> Table:
    """Show what a training came to."""
    summary = made.summary
    table = Table(
        title=f"{made.folder}{' (was complete already)' if made.was_complete else ''}", show_header=False
    )
    rate = summary["trained_tokens"] / summary["seconds"]
    for name, value in (
        ("optimizer steps", f"{summary['steps']:,}"),
        ("trained tokens", f"{summary['trained_tokens']:,}"),
        ("loss a token, first step", f"{summary['first_loss']:.4f}"),
        ("loss a token, last step", f"{summary['last_loss']:.4f}"),
        ("processes", f"{summary['processes']:,}"),
        ("seconds", f"{summary['seconds']:,.1f} ({rate:,.0f} trained tokens a second)"),
    ):
        table.add_row(name, value)
    return table


def variants_table(manifest: dict[str, Any]) -> Table:
    """Show what was made equal, and what is not."""
    table = Table(title="variants", title_justify="left")
    for name in ("", "steps", "trained tokens", "a step", "rows drawn", "passes", "programs seen"):
        table.add_column(name, justify="left" if not name else "right")
    for name, each in manifest["variants"].items():
        least, most = each["tokens_a_step"]["least"], each["tokens_a_step"]["most"]
        table.add_row(
            name, f"{each['steps']:,}", f"{each['trained_tokens']:,}", f"{least:,}-{most:,}",
            f"{each['rows_drawn']:,}", f"{each['passes']:.2f}", f"{each['programs_seen']:,}",
        )  # fmt: skip
    programs = manifest["programs"]
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in programs["reasons"].items())
    told = (
        f"{programs['read']:,} programs read = {programs['kept']:,} kept + {programs['left_out']:,} left out"
    )
    table.caption = f"{told}{f' ({reasons})' if reasons else ''}"
    table.caption_justify = "left"
    return table


def _quantile(name: str) -> str:
    return {"0.0": "least", "1.0": "most"}.get(name, f"{float(name):.0%}")
