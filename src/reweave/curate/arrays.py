"""numpy, or the name of the extra that brings it."""

from reweave.errors import MissingExtraError

try:
    import numpy as np
    from numpy.typing import NDArray
except ImportError as error:
    raise MissingExtraError("reweave curate", "curate") from error

__all__ = ["NDArray", "np"]
