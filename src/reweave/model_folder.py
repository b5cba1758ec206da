r"""What a model was trained to write, kept with the model: ``reweave.json`` in its folder.

Training writes it; generation, serving and evaluation read it, so that none of them needs a flag. The layout
of the text is the published one (arXiv 2410.02749, section 3.2): the prompt, then the completion, then the
end-of-sequence token. This module knows nothing of weights or tokenizers.

A completion of edits is what ``reweave.edits.codec.completion`` makes; of a program it is a newline and the
program. Prompt and completion are tokenized apart and joined, in training as in generation: no token ever
spans the border.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from reweave.edits.codec import EOS, MARKER, split_lenient
from reweave.errors import InputError

NAME = "reweave.json"
"""The file's name in a model's folder."""

_HOLE = "{instruction}"


class ModelFormat(BaseModel):
    r"""How a model is asked and what it answers.

    Attributes:
        writes: ``edits``, or ``program`` for plain instruction tuning and base models.
        form: How an edit is written; without meaning for programs.
        marker: What stands before each edit.
        eos: The text of the end-of-sequence token.
        prompt: The prompt's template; ``{instruction}`` stands for the instruction, once.

    >>> ModelFormat(writes="program").ask("Add two numbers.")
    'Add two numbers.'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    writes: Literal["edits", "program"] = "edits"
    form: Literal["unified", "short", "search-replace", "states"] = "unified"
    marker: str = MARKER
    eos: str = EOS
    prompt: str = _HOLE

    @model_validator(mode="after")
    def _check(self) -> Self:
        split_lenient("", marker=self.marker, eos=self.eos)  # says what a marker cannot be
        if self.prompt.count(_HOLE) != 1:
            raise ValueError(f"a prompt's template has {_HOLE} once, not {self.prompt.count(_HOLE)} times")
        return self

    def ask(self, instruction: str) -> str:
        """Give the prompt of an instruction."""
        return self.prompt.replace(_HOLE, instruction)

    def save(self, folder: Path) -> None:
        """Write it into a model's folder."""
        (folder / NAME).write_text(self.model_dump_json(indent=2) + "\n", "utf-8")


def read_format(folder: Path) -> ModelFormat | None:
    """Read it from a model's folder; None where it was never written.

    Raises:
        InputError: The file is there but damaged, or of a later version.
    """
    path = folder / NAME
    try:
        return ModelFormat.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise InputError(f"{path}: {error}") from error
