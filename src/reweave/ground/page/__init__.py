"""Grounded rows as plain data for a page: bounded, decoded, with what was left out said beside it.

- ``reading``: which rows of a file are shown, and why others are not; ``row``: one row
- ``values``: a stored value as a table, as elements or as words; ``fields``: what a row must have

Left to others: how it looks (``reweave.view.grounded``).
"""

from reweave.ground.page.reading import Shown, shown_rows
from reweave.ground.page.row import page_row

__all__ = ["Shown", "page_row", "shown_rows"]
