"""Contexts: a table or a notebook in, the cell that loads it and a card that tells what is in it out.

>>> from reweave.ground.contexts import ContextsConfig
>>> ContextsConfig().columns
30

``make_contexts`` reads a folder of tables, one record each; what does not load is a reject with the reason.
GIFT4Code, section 3.1: the programmatic context of an intent. In this room:

- ``config``: the settings; ``sources``: which files are tables;
- ``encoding``, ``dialect``: what must be known of a text before it is read;
- ``delimited``, ``json_lines``, ``parquet``, ``workbook`` (and ``workbook_size``, which looks before it is
  opened): a file as a frame and the call that gives it;
- ``notebook``, ``preamble``: a notebook's cells up to its analysis;
- ``profile``: what a column holds; ``values``, ``text``: how a value is shown; ``card``: the words;
- ``record``: one file's record; ``reader``, ``readers``: files in processes that may die; ``run``: the run.

Left to others: intents, candidates, what cells do when they run.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reweave.ground.contexts.config import ContextsConfig, resolve_config
    from reweave.ground.contexts.record import read_context
    from reweave.ground.contexts.run import Made, make_contexts

_HOME = {
    "ContextsConfig": "config",
    "Made": "run",
    "make_contexts": "run",
    "read_context": "record",
    "resolve_config": "config",
}

__all__ = ["ContextsConfig", "Made", "make_contexts", "read_context", "resolve_config"]


def __getattr__(name: str) -> Any:
    """Load a part when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'reweave.ground.contexts' has no attribute {name!r}")
    return getattr(import_module(f"reweave.ground.contexts.{_HOME[name]}"), name)
