"""One HTML document that steps through edit sequences; opens from ``file://``, asks nothing of any server.

The document holds each program's text once and each path's ``inserted_at``; the states and the diffs are
computed by the reader's browser. Programs are untrusted: they travel as escaped JSON, enter the page as text
only, and a content security policy allows no script, style or request beyond the page's own.

Left to others: reading the sequences from files (``storage``), numbers about them (``edits.statistics``).
The look and the behaviour are beside this module: ``page.html``, ``page.css``, ``page.js``, ``tokens.js``.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reweave.records import EditSequence

# "<", ">" and "&" cannot end the script element or open another, U+2028 and U+2029 end a line for some
# parsers, and a lone surrogate has no UTF-8 form: as JSON escapes they are all just text.
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def build_page(sequences: Iterable[EditSequence], *, title: str) -> str:
    """Build one HTML document, however large, that shows the sequences.

    Args:
        sequences: In any order; those with the same id, instruction and program are shown as the paths of
            one program.
        title: Shown at the top and in the browser's tab.
    """
    return _document(_groups(sequences), title=title, names=[""], page=0)


def write_pages(
    sequences: Iterable[EditSequence], path: Path, *, title: str, max_bytes: int = 20_000_000
) -> list[Path]:
    """Write the document to ``path``, in several linked pages when its data exceeds ``max_bytes``.

    The pages are ``page.html``, ``page-2.html`` and so on; a program stays whole, so that one program larger
    than the limit makes one page larger than the limit. A page is named only once it is complete.

    Args:
        sequences: As for ``build_page``.
        path: The first page. Its folder is made when it does not exist.
        title: As for ``build_page``.
        max_bytes: How many bytes of data (UTF-8) one page may hold.

    Returns:
        The pages written, in their order.
    """
    shares = list(_shares(_groups(sequences), max_bytes))
    paths = [path] + [path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, len(shares) + 1)]
    names = [quote(each.name) for each in paths]
    path.parent.mkdir(parents=True, exist_ok=True)
    for page, (share, target) in enumerate(zip(shares, paths, strict=True)):
        part = target.with_name(target.name + ".part")
        part.write_text(_document(share, title=title, names=names, page=page), encoding="utf-8", newline="\n")
        part.replace(target)
    return paths


def _groups(sequences: Iterable[EditSequence]) -> list[str]:
    """One JSON text a program, in the order of first appearance: ``page.js`` says what is in it."""
    programs: dict[tuple[str, str | None, str, str], list[list[Any]]] = {}
    for sequence in sequences:
        key = (sequence.id, sequence.instruction, sequence.language, sequence.program)
        facts = [sequence.path, sequence.checker, sequence.preset, sequence.seed, list(sequence.inserted_at)]
        programs.setdefault(key, []).append(facts)
    return [_json([*key, paths]) for key, paths in programs.items()]


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _shares(groups: list[str], max_bytes: int) -> Iterator[list[str]]:
    """Cut the programs into pages, greedily and in order; there is always a first page."""
    share: list[str] = []
    size = 0
    for group in groups:
        more = len(group.encode()) + 1
        if share and size + more > max_bytes:
            yield share
            share, size = [], 0
        share.append(group)
        size += more
    yield share


def _document(groups: list[str], *, title: str, names: list[str], page: int) -> str:
    style = _asset("page.css")
    script = _asset("tokens.js") + _asset("page.js")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    slots = {
        "policy": policy,
        "title": html.escape(title),
        "style": style,
        "pages": _links(names, page),
        "data": f"[{','.join(groups)}]",
        "script": script,
    }
    # One pass: what fills a slot is never searched for slots.
    return _SLOT.sub(lambda match: slots[match[1]], _asset("page.html"))


def _links(names: list[str], page: int) -> str:
    if len(names) == 1:
        return ""
    before = f'<a rel="prev" href="{names[page - 1]}">Previous page</a>' if page else ""
    after = f'<a rel="next" href="{names[page + 1]}">Next page</a>' if page + 1 < len(names) else ""
    where = f"<span>Page {page + 1} of {len(names)}</span>"
    return f'<nav class="pages" aria-label="Pages">{before}{where}{after}</nav>'


def _asset(name: str) -> str:
    # A checkout on Windows may have CRLF; browsers hash what the parser has made of it, which is LF.
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
