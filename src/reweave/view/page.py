"""One HTML document that steps through edit sequences; opens from ``file://``, asks nothing of any server.

The document holds each program's text once and each path's ``inserted_at``; the states and the diffs are
computed by the reader's browser. Programs are untrusted: they travel as escaped JSON, enter the page as text
only, and a content security policy allows no script, style or request beyond the page's own.

Left to others: reading the sequences from files (``storage``), numbers about them (``edits.statistics``).
The look and the behaviour are beside this module: ``page.html``, ``page.css``, ``page.js``; what it shares
with the report is in ``document``.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reweave.records import EditSequence
from reweave.view.document import document, embedded, write_shares


def build_page(sequences: Iterable[EditSequence], *, title: str) -> str:
    """Build one HTML document, however large, that shows the sequences.

    Args:
        sequences: In any order; those with the same id, instruction and program are shown as the paths of
            one program.
        title: Shown at the top and in the browser's tab.
    """
    return _document(_groups(sequences), title=title, paths=[Path()], page=0)


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
    return write_shares(
        _groups(sequences),
        path,
        max_bytes=max_bytes,
        build=lambda share, paths, page: _document(share, title=title, paths=paths, page=page),
    )


def _groups(sequences: Iterable[EditSequence]) -> list[str]:
    """One JSON text a program, in the order of first appearance: ``page.js`` says what is in it."""
    programs: dict[tuple[str, str | None, str, str], list[list[Any]]] = {}
    for sequence in sequences:
        key = (sequence.id, sequence.instruction, sequence.language, sequence.program)
        facts = [sequence.path, sequence.checker, sequence.preset, sequence.seed, list(sequence.inserted_at)]
        programs.setdefault(key, []).append(facts)
    return [embedded([*key, paths]) for key, paths in programs.items()]


def _document(groups: list[str], *, title: str, paths: list[Path], page: int) -> str:
    return document(
        "page.html",
        title=title,
        styles=["base.css", "list.css", "page.css"],
        scripts=["tokens.js", "text.js", "code.js", "list.js", "address.js", "page.js"],
        paths=paths,
        page=page,
        data=f"[{','.join(groups)}]",
    )
