"""A benchmark asked otherwise than it is written: its tasks changed, and some of them left out.

What the change is for is the caller's business; the run only has to know that there is one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reweave.records import Reject
from reweave.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """How a benchmark's tasks are asked in place of how it has them.

    Args:
        change: From the tasks that the configuration is about to those that are asked and judged, in their
            order. What is left out goes to the rejects, with the reason.
        told: What ``config.json`` says of it; a run goes on under the same alone.
    """

    change: Callable[[list[Task], list[Reject]], list[Task]]
    told: Mapping[str, Any]
