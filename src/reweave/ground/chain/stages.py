"""Which stages the chain has, in their order, and what makes them."""

from collections.abc import Callable

from reweave.align.stage import FileStage, Stage
from reweave.errors import InputError
from reweave.ground.chain.candidates import CandidatesStage
from reweave.ground.chain.config import GroundConfig
from reweave.ground.chain.files import ContextsStage, GroundedStage
from reweave.ground.chain.given import GivenStage
from reweave.ground.chain.intents import IntentsStage
from reweave.ground.chain.summaries import SummariesStage

_MAKERS: dict[str, Callable[[GroundConfig], Stage | FileStage]] = {
    "contexts": ContextsStage,
    "intents": IntentsStage,
    "candidates": CandidatesStage,
    "grounded": GroundedStage,
    "summaries": SummariesStage,
}
STAGES = tuple(_MAKERS)


def chosen(config: GroundConfig) -> list[str]:
    """Give the names of the stages that run, in their order.

    Raises:
        InputError: There is no such stage or none at all, or a file was given for one that does not run.
    """
    wanted = set(STAGES if config.stages is None else config.stages)
    for name in wanted:
        if name not in STAGES:
            raise InputError(f"there is no stage {name!r}; there are {', '.join(STAGES)}")
    if not wanted:
        raise InputError(f"no stage is to run; there are {', '.join(STAGES)}")
    for name, file in (("intents", config.given_intents), ("candidates", config.given_candidates)):
        if file is not None and name not in wanted:
            raise InputError(f"{name} are given in {file}, and the stage {name!r} does not run")
    if config.stages is None and config.summary == "trace":
        wanted.remove("summaries")
    return [name for name in STAGES if name in wanted]


def make_stage(name: str, config: GroundConfig) -> Stage | FileStage:
    """Make a stage by its name, one of ``STAGES``.

    Raises:
        InputError: What it needs cannot be read, or there is no model to ask.
    """
    given = {"intents": config.given_intents, "candidates": config.given_candidates}.get(name)
    return _MAKERS[name](config) if given is None else GivenStage(name, given)
