"""When an output counts as right: ARCADE's fuzzy output match (Yin et al., arXiv 2212.09248).

The rules, what is published of them and what is ours: :mod:`reweave.tasks.fuzzy`, which lies among the tasks
since the judge of ARCADE's problems needs it too.
"""

from reweave.tasks.fuzzy import PUBLISHED, STRICT, Match, Rules, fuzzy_match

__all__ = ["PUBLISHED", "STRICT", "Match", "Rules", "fuzzy_match"]
