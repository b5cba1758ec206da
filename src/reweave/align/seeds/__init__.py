"""Seeds: functions, methods and classes of any code, from which instructions are made (SelfCodeAlign).

>>> from reweave.align.seeds import seeds_config
>>> seeds_config("paper", types="none").denied_modules[:3]
('argparse', 'os', 'subprocess')

``make_seeds`` reads files, asks each definition the rules in their order, and writes the seeds and, for
everything else, the first rule that said no. In this room:

- ``config``: the settings, and the two presets, which are values for them;
- ``finding``: definitions of a file; ``names`` and ``program``: what they use of it, as a program of its own;
- ``rules``: the rules and their order; ``published``: those that look for substrings; ``modules``: by syntax
  tree;
- ``types``: pyright, a verdict for each program; ``checking``: batches of files through it;
- ``judge``: what judges docstrings; ``model_judge``: a model that does;
- ``sifting``: one file through the rules; ``seed_row``: what is written of a seed;
- ``run``: the whole run, ``again`` one that is made again; ``funnel``: the counts;
- ``stage``: all of it as a stage of the chain.

Left to others: duplicates (``reweave curate``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reweave.align.seeds.config import SeedsConfig, resolve_config, seeds_config
    from reweave.align.seeds.funnel import Funnel
    from reweave.align.seeds.judge import Judge, Refusal
    from reweave.align.seeds.model_judge import ModelJudge
    from reweave.align.seeds.run import Made, make_seeds
    from reweave.align.seeds.stage import make_stage

_HOME = {
    "Funnel": "funnel",
    "Judge": "judge",
    "Made": "run",
    "ModelJudge": "model_judge",
    "Refusal": "judge",
    "SeedsConfig": "config",
    "make_seeds": "run",
    "make_stage": "stage",
    "resolve_config": "config",
    "seeds_config": "config",
}

__all__ = [
    "Funnel",
    "Judge",
    "Made",
    "ModelJudge",
    "Refusal",
    "SeedsConfig",
    "make_seeds",
    "make_stage",
    "resolve_config",
    "seeds_config",
]


def __getattr__(name: str) -> Any:
    """Load a part when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'reweave.align.seeds' has no attribute {name!r}")
    return getattr(import_module(f"reweave.align.seeds.{_HOME[name]}"), name)
