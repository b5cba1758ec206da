"""What the pages share: one frame, templates with their slots filled, data that stays data, linked pages.

Programs are untrusted: they travel as escaped JSON, and a content security policy allows no script, style or
request beyond the page's own. What is on a page is the business of ``page``, ``report``, ``funnel`` and
``grounded``.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import quote

# "<", ">" and "&" cannot end the script element or open another, U+2028 and U+2029 end a line for some
# parsers, and a lone surrogate has no UTF-8 form: as JSON escapes they are all just text.
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def document(
    template: str,
    *,
    title: str,
    styles: list[str],
    scripts: list[str],
    paths: list[Path],
    page: int,
    **slots: str,
) -> str:
    """Put a template into the frame and fill their slots.

    Args:
        template: Its name in this folder; what stands in the body, but for the script.
        title: Plain text; shown at the top and in the browser's tab.
        styles: Names of style sheets in this folder, in their order.
        scripts: Names of scripts, likewise.
        paths: All pages of this document, for the links between them.
        page: Which of them this is, from 0.
        slots: What fills the other slots, as HTML.
    """
    style = "".join(map(_asset, styles))
    script = "".join(map(_asset, scripts))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    shared = {"policy": policy, "title": html.escape(title), "style": style, "script": script}
    filled = {**shared, "pages": _links([quote(each.name) for each in paths], page), **slots}
    # One pass: what fills a slot is never searched for slots.
    whole = _asset("frame.html").replace("{{body}}", _asset(template))
    return _SLOT.sub(lambda match: filled[match[1]], whole)


def embedded(value: object) -> str:
    """Write a value as JSON that can stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def page_paths(path: Path, count: int) -> list[Path]:
    """Name the pages of one document: ``page.html``, ``page-2.html`` and so on."""
    return [path] + [path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, count + 1)]


def write_shares(
    groups: Iterable[str], path: Path, *, max_bytes: int, build: Callable[[list[str], list[Path], int], str]
) -> list[Path]:
    """Write what is on a page, in several linked pages where it exceeds ``max_bytes``; give the pages.

    Args:
        groups: What stays together, each as text; one that is larger than the limit has a page of its own.
        path: The first page.
        max_bytes: How many bytes (UTF-8) of them one page may hold.
        build: Gives a page's HTML from its groups, all pages, and which of them it is.
    """
    cuts = list(_shares(groups, max_bytes))
    paths = page_paths(path, len(cuts))
    for page, (share, target) in enumerate(zip(cuts, paths, strict=True)):
        write_page(target, build(share, paths, page))
    return paths


def write_page(path: Path, text: str) -> None:
    """Write one page, which takes its name once it is complete, and its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def _shares(groups: Iterable[str], max_bytes: int) -> Iterator[list[str]]:
    """Cut what is on a page into pages, greedily and in order; there is always a first page."""
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
