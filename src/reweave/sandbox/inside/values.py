"""Arrays and frames among plain data: what the codec leaves packed is made again where it is used."""

from . import plain


def unpacked(value):
    """Give plain data with every packed value in it made again."""
    kind = type(value)
    if kind is plain.Packed:
        from . import arrays  # noqa: PLC0415 - it needs numpy, which most samples do not

        return arrays.unpack(value)
    if kind is list:
        return [unpacked(part) for part in value]
    if kind is tuple:
        return tuple([unpacked(part) for part in value])
    if kind is dict:
        return {key: unpacked(part) for key, part in value.items()}
    return value
