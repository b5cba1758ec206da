"""Grounded rows as a page: one at a time, with its values as tables and what its specifications are worth.

One HTML document that opens from ``file://`` and asks nothing of any server; the reader's browser draws the
rows. Everything in them is untrusted text: ``document`` says how it is held.

Left to others: what is in a row, decoded and bounded (``reweave.ground.page``). The look and the behaviour
are beside this module: ``grounded.html``, ``grounded.css``, ``grounded.js``; the list at the side is that of
``page``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reweave.view.document import document, embedded, write_shares


def write_grounded_pages(
    rows: Iterable[Mapping[str, Any]], path: Path, *, title: str, max_bytes: int = 20_000_000
) -> list[Path]:
    """Write the page, in several linked ones when its data exceeds ``max_bytes``; give them in their order.

    Args:
        rows: As ``reweave.ground.page`` gives them.
        path: The first page. Its folder is made when it does not exist.
        title: Shown at the top and in the browser's tab.
        max_bytes: How many bytes of data (UTF-8) one page may hold; a larger row has a page of its own.
    """

    def build(share: list[str], paths: list[Path], page: int) -> str:
        return document(
            "grounded.html",
            title=title,
            styles=["base.css", "list.css", "grounded.css"],
            scripts=["tokens.js", "text.js", "code.js", "list.js", "address.js", "grounded.js"],
            paths=paths,
            page=page,
            data=f"[{','.join(share)}]",
        )

    return write_shares(map(embedded, rows), path, max_bytes=max_bytes, build=build)
