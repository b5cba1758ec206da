r"""Strangers' text made fit to be shown: cut, and with nothing in it that cannot be seen.

Line ends, control characters, marks that turn the direction of writing, half surrogates and whatever else
has no glyph become escapes. What comes out is on one line, no longer than asked for, and valid UTF-8.

>>> quoted("a\tb\u202e", 20)
'"a\\tb\\u202e"'
>>> visible("a long name", 8)
'a long …'
"""

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_WITHIN_QUOTES = {"\\": "\\\\", '"': '\\"'}
CUT = "…"


def visible(text: str, limit: int, *, quotes: bool = False) -> str:
    """Give a text with escapes for what cannot be seen, cut so that it has ``limit`` characters at most.

    Args:
        text: Any string; of a long one only the beginning is looked at.
        limit: At least 1.
        quotes: Whether quotes and backslashes become escapes, too.
    """
    pieces: list[str] = []
    size = 0
    for character in text:
        if quotes and character in _WITHIN_QUOTES:
            piece = _WITHIN_QUOTES[character]
        else:
            piece = character if character.isprintable() else _escape(character)
        if size + len(piece) > limit:
            while size > limit - len(CUT):
                size -= len(pieces.pop())
            return "".join(pieces) + CUT
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)


def quoted(text: str, limit: int) -> str:
    """Give a text in double quotes, which count; where it is not cut, it is a Python literal as well."""
    return f'"{visible(text, max(limit - 2, 1), quotes=True)}"'


def literal(text: str) -> str:
    """Give a text as a Python literal, whole."""
    return quoted(text, 10 * len(text) + 2)


def _escape(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
