"""One grounded row: its prompts, its completion, and every reason why it is not to be trained on."""

import pytest

from reweave.errors import InputError, RowError
from reweave.ground.specs import spec_text
from reweave.ground.variants.config import VariantsConfig
from reweave.ground.variants.rows import REASONS, prepared
from reweave.ground.variants.template import load_template

from .variant_rows import made

XS = {"xs": [31, 12, 25]}
YS = {"ys": [12, 25, 31]}
TEMPLATE = load_template()


def ready(row, **settings):
    return prepared(row["id"], row, VariantsConfig(**settings), TEMPLATE, None)


def test_prompts_differ_in_the_specification_alone():
    """Context, intent, specification are the prompt, the code is the completion, and both are Python."""
    row = made("g", "ys = sorted(xs)\n", XS, YS, intent="Sort xs.\n\nSmallest first.", library="plain")
    got = ready(row)
    assert got["completion"] == "ys = sorted(xs)\n"
    assert got["more"] == {"library": "plain"}
    none = got["prompts"].pop("none")
    assert none == ("# %%\nxs = [31, 12, 25]\n\n# %% [markdown]\n# Sort xs.\n#\n# Smallest first.\n# %%\n")
    for form, prompt in got["prompts"].items():
        block = "#\n# Specification of inputs and outputs:\n" + "".join(
            f"# {line}".rstrip() + "\n" for line in row["specs"][form].split("\n")
        )
        assert prompt == none.removesuffix("# %%\n") + block + "# %%\n"
        space = {}
        exec(prompt + got["completion"], space)
        assert space["ys"] == YS["ys"]
    carded = ready(row | {"card": "Table t:\n- a"})
    assert carded["prompts"]["none"] == none.replace(
        "\n# %% [markdown]\n# Sort", "\n# %% [markdown]\n# Table t:\n# - a\n\n# %% [markdown]\n# Sort"
    )
    assert "card" not in carded["more"]


def test_levels_of_leakage():
    """Oracle is the row's own text; the others are made again of its values, noise by the row's id."""
    row = made("g", "ys = sorted(xs)\n", XS, YS)
    for leakage in ("value-free", "noisy"):
        got = ready(row, leakage=leakage, seed=7)["prompts"]
        for form in ("type", "summary", "example"):
            text = spec_text(form, XS, YS, leakage=leakage, seed=7, record="g")
            assert got[form].endswith(
                "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n")) + "# %%\n"
            )
    assert "12" not in ready(row, leakage="value-free")["prompts"]["example"].partition("Output ys")[2]


def test_columns_that_training_would_misread_are_set_aside():
    """Names of ours, and of edit sequences, go out as source_NAME."""
    more = {"path": "a.csv", "messages": ["mine"], "prompt": "mine", "topic": "t"}
    got = ready(made("g", "ys = sorted(xs)\n", XS, YS, **more))["more"]
    assert got == {"source_path": "a.csv", "source_messages": ["mine"], "source_prompt": "mine", "topic": "t"}


def without(row, column):
    return {name: value for name, value in row.items() if name != column}


GOOD = made("g", "ys = sorted(xs)\n", XS, YS)
CUT = made("g", "ys = sorted(xs)\n", {"xs": [*range(900, 0, -1)]}, {"ys": [*range(1, 901)]}, row_bytes=1024)


@pytest.mark.parametrize(
    ("row", "settings", "reason"),
    [
        (without(GOOD, "context"), {}, "missing-column"),
        (without(GOOD, "specs"), {}, "missing-column"),
        (without(GOOD, "round_trip"), {}, "missing-column"),
        ({**GOOD, "code": 3}, {}, "not-text"),
        ({**GOOD, "evaluation_only": True}, {}, "evaluation-only"),
        ({**GOOD, "code": " \n"}, {}, "no-code"),
        ({**GOOD, "intent": "\n"}, {}, "no-intent"),
        ({**GOOD, "code": "a = '<|diff|>'"}, {}, "holds-marker"),
        (made("g", "y = 1", XS, YS, refused=("example",)), {}, "not-accepted"),
        (made("g", "y = 1", XS, YS, outcomes=("missed", "example")), {"least_rejected": 0.6}, "weak-spec"),
        (GOOD, {"least_rejected": 0.1}, "weak-spec"),
        (CUT, {"leakage": "noisy"}, "cut-values"),
        ({**GOOD, "specs": {**GOOD["specs"], "type": ""}}, {}, "no-spec"),
        ({**GOOD, "specs": {**GOOD["specs"], "summary": "It is sorted( xs )."}}, {}, "leaks"),
    ],
)
def test_refused(row, settings, reason):
    """Each reason, in the order in which it is asked."""
    with pytest.raises(RowError) as caught:
        ready(row, **settings)
    assert caught.value.reason == reason
    assert reason in REASONS


def test_kept_all_the_same():
    """What a setting allows, or a form does not need, is kept."""
    assert ready({**GOOD, "evaluation_only": True}, evaluation_only=True)["more"] == {"evaluation_only": True}
    refused = made("g", "y = 1", XS, YS, refused=("example",))
    assert list(ready(refused, forms=("none", "summary"))["prompts"]) == ["none", "summary"]
    strong = made("g", "y = 1", XS, YS, outcomes=("summary", "missed"))
    assert ready(strong, least_rejected=0.5)
    with pytest.raises(RowError, match="weak-spec"):
        ready(strong, least_rejected=0.5, forms=("type",))
    leaking = {**GOOD, "specs": {**GOOD["specs"], "summary": "It is sorted(xs)."}}
    assert "It is sorted(xs)." in ready(leaking, leaks="keep")["prompts"]["summary"]
    assert ready(leaking, forms=("none", "type"))
    assert ready(CUT)["prompts"]["type"]
    assert ready(CUT, leakage="noisy", forms=("none", "type"))  # its text is the same without what was cut


def test_templates(tmp_path):
    """Another template is a file with the same holes; braces in a row stay; what is missing is named."""
    file = tmp_path / "mine.toml"
    file.write_text(
        "prompt = '''\n{context}\n{card}\n<ask>{intent}</ask>\n{specification}\n'''\n"
        "context = '''\n<data>\n  {context}\n</data>\n'''\n"
        "card = '''\n<card>{card}</card>\n'''\n"
        "specification = '''\n<spec>{specification}</spec>\n'''\n"
    )
    template = load_template(file)
    assert template.fill("a = {intent}\nb", "Add {specification}.", "x\ny") == (
        "<data>\n  a = {intent}\n  b\n</data>\n<ask>Add {specification}.</ask>\n<spec>x\n<spec>y</spec>\n"
    )
    assert template.fill("", "Add.", "") == "<ask>Add.</ask>\n"
    file.write_text("prompt = '{context} {intent}'\n")
    with pytest.raises(InputError, match="'prompt' needs"):
        load_template(file)
    with pytest.raises(InputError, match="cannot read the template"):
        load_template(tmp_path / "none.toml")


def test_settings_are_checked():
    with pytest.raises(ValueError, match="name one or more"):
        VariantsConfig(forms=("none", "none"))
    with pytest.raises(ValueError, match="give model"):
        VariantsConfig(max_tokens=100)
    assert VariantsConfig(forms="none, summary").forms == ("none", "summary")
