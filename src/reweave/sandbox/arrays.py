"""Arrays and frames on the trusted side: what a sample gave becomes numpy's and pandas' objects again.

The work is done by :mod:`reweave.sandbox.inside.arrays`, one codec for both sides. Trust: the bytes are a
program's. Shapes are held against the bytes that are there before anything is made, element types against a
short list; no pickle, no ``npy`` header and no Arrow stream is parsed. (Arrow was tried: 20,000 mutated
streams of six kilobytes crashed nothing, but made it allocate up to 2.6 gigabytes.) What remains trusted is
numpy's and pandas' own constructors on numbers, text and instants of any value.
"""

from typing import Any

from reweave.errors import MissingExtraError
from reweave.sandbox.inside import arrays


def unpack(value: Any) -> Any:
    """Give ``value``, which ``plain.decode`` gave, with the arrays and frames in it.

    Raises:
        BadData: A payload that is not one (``reweave.sandbox.inside.plain.BadData``).
        MissingExtraError: numpy or pandas is needed and not installed.
    """
    try:
        return arrays.unpack(value)
    except ImportError as error:
        raise MissingExtraError(f"a value that a sample gave ({error.name})", "data") from error
