"""Text forms of an edit sequence, and their decoders.

    runs           a path's lines, grouped into edits and hunks
    unified, short, search_replace, states
                   the four forms: encode, strict apply
    unified_lenient, search_replace_lenient
                   their readers for what models get wrong (`short` and `states` have theirs inside)
    draft, escape, anchors
                   what the readers and writers share
    forms          any form by its name
    training, messages
                   edits joined into training text or a conversation, and split again
    resolve        from a model's completion to a program
    published      the published decoder's behaviour, for comparison

See arXiv 2410.02749, section 3. It knows nothing of checkers, files or how a path was sampled.
"""

from reweave.edits.codec.draft import Decoded, Skipped
from reweave.edits.codec.forms import FORMS, apply, decode, decode_lenient, decode_states, encode
from reweave.edits.codec.messages import DONE, NEXT, edits_of, messages
from reweave.edits.codec.published import resolve_published
from reweave.edits.codec.resolve import Resolved, resolve_text
from reweave.edits.codec.training import (
    EOS,
    MARKER,
    completion,
    split_completion,
    split_lenient,
    training_text,
)

__all__ = [
    "DONE",
    "EOS",
    "FORMS",
    "MARKER",
    "NEXT",
    "Decoded",
    "Resolved",
    "Skipped",
    "apply",
    "completion",
    "decode",
    "decode_lenient",
    "decode_states",
    "edits_of",
    "encode",
    "messages",
    "resolve_published",
    "resolve_text",
    "split_completion",
    "split_lenient",
    "training_text",
]
