"""What the stages of the chain have in common that ask a model: whom, with which prompt, sampled how."""

from collections.abc import Mapping
from typing import Any

from reweave.align.chain.asking import asked_by
from reweave.align.chain.prompts import Form, load_template
from reweave.ground.chain.config import CandidatesConfig, GroundConfig, IntentsConfig, SummariesConfig
from reweave.models import Parameters


class Asks:
    """The part of a stage that says what is asked.

    Args:
        config: Of the chain.
        own: Of the stage.
        form: Of its prompts.

    Raises:
        InputError: A template that cannot be read, or no model to ask.
    """

    def __init__(
        self, config: GroundConfig, own: IntentsConfig | CandidatesConfig | SummariesConfig, form: Form
    ) -> None:
        self._own = own
        self._endpoint = config.endpoint(own.role)
        self._template = load_template(form, own.template, own.shots)
        self._parameters = Parameters(
            temperature=own.temperature, top_p=own.top_p, max_tokens=own.max_tokens, seed=config.seed,
            stop=(form.stop,),
        )  # fmt: skip

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows."""
        return asked_by(self._own, self._endpoint, self._parameters, self._template)
