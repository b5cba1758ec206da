r"""Where a completion begins in the tokens of a server that was sent one text.

A server tokenizes prompt and completion as one text, so a token may hold the end of one and the beginning of
the other (``.\n`` is one token in many vocabularies). It counts with the completion, so that every byte of
the completion is predicted, and is said to *straddle* the border.

Tokens are matched with the text from its end: what a server puts before a prompt does not matter then. The
``text_offset`` that servers send is no help: it is the sum of the lengths of the same token texts, and wrong
wherever they are. A character of several tokens has no text of its own in any of them; such tokens are
matched by the ASCII characters around them.
"""

from collections.abc import Sequence

_LOST = "\N{REPLACEMENT CHARACTER}"  # servers write it for a part of a character, or nothing at all


def completion_start(tokens: Sequence[str], completion: str) -> tuple[int, bool] | None:
    r"""Find the first token that counts.

    Args:
        tokens: Texts of prompt and completion, to the end of the completion.
        completion: Not empty.

    Returns:
        Its place, and whether it begins in the prompt; None where the tokens do not spell the completion.

    >>> completion_start(["Add", ".", "\n", "x"], "\nx")
    (2, False)
    >>> completion_start(["Add", ".\n", "x"], "\nx")
    (1, True)
    >>> completion_start(["Ask", "\n", "\ufffd", "\ufffd", "!"], "\né!")
    (1, False)
    """
    found = _walk(tokens, completion)
    if found is None and completion[0].isascii():
        found = _walk([_ascii(token) for token in tokens], _ascii(completion))
    if found is None:
        return None
    place, spare = found
    if not completion[0].isascii() and place and (not tokens[place - 1] or tokens[place - 1][-1] == _LOST):
        return None  # a part of which character: the prompt's last, or the completion's first?
    return place, spare > 0 or tokens[place][0] != completion[0]


def _walk(tokens: Sequence[str], completion: str) -> tuple[int, int] | None:
    """Give the place of the token in which the completion begins, and how much of it is the prompt's."""
    rest = len(completion)
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if len(token) >= rest:
            return (place, len(token) - rest) if token.endswith(completion[:rest]) else None
        if not completion.endswith(token, 0, rest):
            return None
        rest -= len(token)
    return None


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()
