"""What a model writes, kept with the model."""

import pytest
from pydantic import ValidationError

from reweave.errors import InputError
from reweave.model_folder import NAME, ModelFormat, read_format


def test_there_and_back(tmp_path):
    assert read_format(tmp_path) is None
    written = ModelFormat(form="short", prompt="# {instruction}\n", marker="<|edit|>", eos="</s>")
    written.save(tmp_path)
    assert read_format(tmp_path) == written
    assert written.ask("Braces {stay}: {instruction}") == "# Braces {stay}: {instruction}\n"


@pytest.mark.parametrize("text", ["", "{}}", '{"form": "yaml"}', '{"of_a_later_version": 1}'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    with pytest.raises(InputError, match=NAME):
        read_format(tmp_path)


@pytest.mark.parametrize("prompt", ["no hole", "{instruction}{instruction}"])
def test_a_template_has_one_hole(prompt):
    with pytest.raises(ValidationError, match="once"):
        ModelFormat(prompt=prompt)
    with pytest.raises(ValidationError, match="marker"):
        ModelFormat(marker="@@")
