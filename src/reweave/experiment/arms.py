"""What is compared: which model, decoded how."""

from dataclasses import dataclass

from reweave.experiment.config import ExperimentConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way to get programs.

    Attributes:
        name: Its folder's.
        model: The training set that its model is tuned on.
        form: How its model writes edits; None where it writes programs.
        checked: Draws of an edit that breaks the program.
    """

    name: str
    model: str
    form: str | None
    checked: int = 0

    @property
    def decodings(self) -> tuple[str, ...]:
        """How its completions are read: each way is scored."""
        return ("plain",) if self.form is None else ("strict", "lenient")


def arms(config: ExperimentConfig) -> list[Arm]:
    """Give the arms: programs; then, for each form, LintSeq, RandSeq, and LintSeq with checked decoding."""
    found = [Arm(name="instruct", model="instruct", form=None)]
    for form in config.forms:
        names = [f"{sampler}-{form}" for sampler in ("lintseq", "randseq")]
        found += [Arm(name=name, model=name, form=form) for name in names]
        if config.checked:
            name = names[0]
            found.append(Arm(name=f"{name}-checked", model=name, form=form, checked=config.checked))
    return found
