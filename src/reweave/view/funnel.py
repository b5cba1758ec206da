"""The funnel of ``reweave align`` as a page: a bar a stage, a row a rule, and examples of what each dropped.

Everything shows without a script; the script adds keys. Rows are untrusted text and are escaped;
``document`` says how the page is held.
"""

import html
from collections.abc import Sequence
from pathlib import Path

from reweave.align.funnel import Example, StageFunnel
from reweave.view.document import document, write_page

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), 127)}
_TONES = 4  # of the bars' segments, in turn


def write_funnel_page(stages: Sequence[StageFunnel], path: Path, *, title: str) -> None:
    """Write the page.

    Args:
        stages: In their order.
        path: Its file; the folder is made when it does not exist.
        title: Shown at the top.
    """
    text = document(
        "funnel.html",
        title=title,
        styles=["base.css", "funnel.css"],
        scripts=["text.js", "funnel.js"],
        paths=[path],
        page=0,
        overview=_overview(stages),
        stages="".join(map(_stage, stages)),
    )
    write_page(path, text)


def _overview(stages: Sequence[StageFunnel]) -> str:
    widest = max((each.counts.read for each in stages), default=0) or 1
    rows = [
        f'<tr><th scope="row"><a href="#{_id(each)}">{_text(each.counts.stage)}</a></th>'
        f"<td>{each.counts.read:,}</td><td>{each.counts.kept:,}</td>"
        f"<td>{_share(each.counts.kept, each.counts.read)}</td>"
        f'<td class="drawn">{_bar(each, widest)}</td></tr>'
        for each in stages
    ]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Stage", "Read", "Kept", "Share"))
    return (
        f'<div class="wide"><table class="overview"><thead><tr>{head}<th scope="col" class="drawn">'
        f"Kept and dropped</th></tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bar(stage: StageFunnel, widest: int) -> str:
    """Draw what was kept, then what each rule took, on a scale that all stages share."""
    counts = stage.counts
    parts = [("kept", "kept", counts.kept)]
    place = 0
    for outcome, reason, n, _ in stage.steps():
        if n:
            tone = "failed" if outcome == "failed" else f"rule-{place % _TONES}"
            parts.append((tone, reason, n))
            place += 1
    at, drawn = 0, []
    for tone, name, n in parts:
        drawn.append(
            f'<rect class="{tone}" x="{1000 * at / widest:.2f}" width="{1000 * n / widest:.2f}" height="1">'
            f"<title>{_text(name)}: {n:,}</title></rect>"
        )
        at += n
    told = ", ".join(f"{_text(name)} {n:,}" for _, name, n in parts)
    return (
        f'<svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" role="img" aria-label="{told}">'
        f"{''.join(drawn)}</svg>"
    )


def _stage(stage: StageFunnel) -> str:
    counts = stage.counts
    rows = [_rule(stage, *step) for step in stage.steps() if step[2]]
    unused = [reason for _, reason, n, _ in stage.steps() if not n]
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Rule", "Dropped", "Share of read", "Left", "Examples")
    )
    table = (
        f'<div class="wide"><table class="rules"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        if rows
        else '<p class="about">Nothing was dropped.</p>'
    )
    rest = f'<p class="about">Dropped nothing: {_text(", ".join(unused))}.</p>' if unused else ""
    gone, failed = sum(counts.rejected.values()), sum(counts.failed.values())
    return (
        f'<section class="stage" id="{_id(stage)}" tabindex="-1" aria-labelledby="{_id(stage)}-title">'
        f'<h2 id="{_id(stage)}-title">{_text(counts.stage)}</h2>'
        f'<p class="sum"><b>{counts.read:,}</b> {_text(counts.unit)} read = <b>{counts.kept:,}</b> kept + '
        f"<b>{gone:,}</b> rejected + <b>{failed:,}</b> failed</p>{table}{rest}</section>"
    )


def _rule(stage: StageFunnel, outcome: str, reason: str, n: int, left: int) -> str:
    examples = stage.examples.get((outcome, reason), ())
    shown = "".join(map(_example, examples))
    name = f"{_text(reason)} <small>failed</small>" if outcome == "failed" else _text(reason)
    inside = f"<details><summary>{len(examples)} of {n:,}</summary>{shown}</details>" if examples else ""
    return (
        f'<tr class="{outcome}"><th scope="row">{name}</th><td>{n:,}</td>'
        f"<td>{_share(n, stage.counts.read)}</td><td>{left:,}</td>"
        f'<td class="examples">{inside}</td></tr>'
    )


def _example(example: Example) -> str:
    text = f"<pre>{_text(example.text)}</pre>" if example.text else ""
    return f"<div><p><code>{_text(example.id)}</code>: {_text(example.detail)}</p>{text}</div>"


def _id(stage: StageFunnel) -> str:
    return html.escape(f"stage-{stage.counts.stage}").replace(" ", "-")


def _share(n: int, of: int) -> str:
    return f"{100 * n / of:.1f} %" if of else ""


def _text(text: str) -> str:
    """Escape; control characters are shown by their numbers."""
    return html.escape(text.translate(_CONTROL))
