"""What a stage and a whole chain have used: requests, tokens, and money where prices are known.

Every attempt counts, those that failed too; what came from the log was paid for once.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reweave.models import Endpoint

if TYPE_CHECKING:
    from reweave.models import RequestLog

_SUMS = ("requests", "prompt_tokens", "completion_tokens")


def spent(log: "RequestLog", endpoint: Endpoint) -> dict[str, Any]:
    """Give what all starts have used through a log."""
    usage = log.usage()
    return {
        "model": endpoint.model,
        "requests": usage.requests,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": usage.cost(endpoint),
        "attempts": dict(log.outcomes()),
    }


def total(stages: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Add up what stages have used.

    Args:
        stages: By stage, then by role, as `spent` gives it.

    >>> one = {"requests": 2, "prompt_tokens": 10, "completion_tokens": 4, "cost": None}
    >>> total({"concepts": {"generator": one}, "pairs": {}})
    {'requests': 2, 'prompt_tokens': 10, 'completion_tokens': 4, 'cost': None}
    """
    each = [role for roles in stages.values() for role in roles.values()]
    costs = [role["cost"] for role in each]
    sums: dict[str, Any] = {name: sum(role[name] for role in each) for name in _SUMS}
    return sums | {"cost": None if None in costs else sum(costs)}
