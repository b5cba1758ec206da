"""numpy, or the error that says what to install.

The modules of statistics take ``np`` from here. Importing ``reweave`` or ``reweave.evaluate`` loads none.
"""

from typing import Any, TypeAlias

from reweave.errors import MissingExtraError

try:
    import numpy as np
except ModuleNotFoundError as error:
    raise MissingExtraError("the statistics of reweave.evaluate", "eval") from error

Array: TypeAlias = Any
"""A ``numpy.ndarray``; the docstrings give shapes and kinds, which no type checker sees."""

__all__ = ["Array", "np"]
