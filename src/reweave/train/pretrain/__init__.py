"""TinyCodeLM: tokenizer and decoder-only model from scratch, on code and text (arXiv 2410.02749, section 4).

- ``config``: :class:`PretrainConfig`; ``presets``: the sizes, from ``nano`` to ``tinycodelm-400m``.
- ``tokenizer``: :func:`train_tokenizer`, byte-level BPE for code, lossless; :func:`plain_encoder`.
- ``documents`` reads the sources, ``installed`` is one: what this Python has; ``shards`` packs their tokens
  into files that survive SIGKILL, ``windows`` reads these back in a shuffled order.
- ``model`` makes the model of a preset, ``trainer`` trains it with transformers' ``Trainer``, ``curve`` keeps
  the loss curve and the speed (``speed``: FLOPs a token, MFU), ``held_out`` gives bits per byte.
- ``run``: :func:`pretrain`, which puts all of it together in a run directory (``folder``).

Nothing here knows of edits: the model is a base model, and ``reweave.json`` says that it writes programs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reweave.train.pretrain.config import PretrainConfig
    from reweave.train.pretrain.run import Pretrained, pretrain
    from reweave.train.pretrain.tokenizer import plain_encoder, train_tokenizer

_HOME = {
    "PretrainConfig": "config",
    "Pretrained": "run",
    "plain_encoder": "tokenizer",
    "pretrain": "run",
    "train_tokenizer": "tokenizer",
}

__all__ = ["PretrainConfig", "Pretrained", "plain_encoder", "pretrain", "train_tokenizer"]


def __getattr__(name: str) -> Any:
    """Load a public name from the module it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module 'reweave.train.pretrain' has no attribute {name!r}")
    return getattr(import_module(f"reweave.train.pretrain.{_HOME[name]}"), name)
