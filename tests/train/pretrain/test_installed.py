"""What is installed, and under which licences."""

from email.message import Message
from importlib import metadata

import orjson
import pytest

from reweave.train.pretrain.installed import installed, licence


@pytest.fixture(scope="module")
def found():
    """What is installed here."""
    return installed()


def fields(**values):
    message = Message()
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            message[name.replace("_", "-")] = each
    return message


def test_licences():
    """An SPDX expression wins, then classifiers, then the first line of free text; else it is unknown."""
    mit = "License :: OSI Approved :: MIT License"
    assert licence(fields(License_Expression="MIT OR Apache-2.0", Classifier=mit)) == "MIT OR Apache-2.0"
    assert licence(fields(Classifier=["Topic :: X", mit], License="whatever")) == "MIT License"
    assert licence(fields(License="\n  BSD, three clauses\nRedistribution and use")) == "BSD, three clauses"
    assert licence(fields(Name="x")) == "unknown"


def test_standard_library_and_distributions(found):
    """Both are there, with version and licence; the numbers of files add up; no tests among them."""
    told = {each["name"]: each for each in found.distributions}
    assert told["CPython"]["licence"] == "PSF-2.0"
    assert told["pydantic"]["version"] == metadata.version("pydantic")
    assert "MIT" in told["pydantic"]["licence"]
    assert sum(each["files"] for each in found.distributions) == found.count_hint() > 500
    shown = [shown for _, shown, _ in found.files.files]
    assert any(name.endswith("/json/decoder.py") for name in shown)
    assert not any("/tests/" in name or "/test/" in name for name in shown)


def test_order_is_a_sample_and_does_not_change(found):
    """The first files are from all over, and the same each time."""
    first = [orjson.loads(row)["id"] for row, _ in zip(found.rows(), range(40), strict=False)]
    again = [orjson.loads(row)["id"] for row, _ in zip(installed().rows(), range(40), strict=False)]
    assert first == again
    assert installed().fingerprint() == found.fingerprint()
    assert len({name.partition("/")[0] for name in first}) > 3
