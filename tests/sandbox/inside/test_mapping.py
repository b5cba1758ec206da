"""The zygote's memory: code in huge pages, fewer mappings, and everything in it as before."""

import ctypes
import json
import subprocess
import sys

import pytest

from reweave.sandbox.inside import mapping

LOOK = """
import ctypes, json, re
from reweave.sandbox.inside import mapping
before = mapping.mappings()
inside = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value
blocks = mapping.whole_blocks(before, inside)
content = [ctypes.string_at(start, 2 << 20) for start in blocks]
mapping.arrange()
after = mapping.mappings()
same = [ctypes.string_at(start, 2 << 20) for start in blocks] == content
huge = [mapping._is_huge(start) for start in blocks]
rights = sorted({each.rights[:3] for each in after})
works = re.sub("a+", "b", "caat") + json.dumps(eval(compile("[i * i for i in range(4)]", "x", "eval")))
print(json.dumps([len(before), len(after), len(blocks), same, huge, rights, works]))
"""


def test_the_interpreter_goes_on_with_the_same_code_in_fewer_mappings():
    """Nothing is writable and executable, no byte of the code differs, and there are fewer mappings."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    before, after, blocks, same, huge, rights, works = json.loads(done.stdout)
    assert after < before
    assert same
    assert "rwx" not in rights
    assert works == "cbt[0, 1, 4, 9]"
    if not blocks:
        pytest.skip("this interpreter's code has no whole huge page")
    if not any(huge):
        pytest.skip("this kernel gives no huge pages")
    assert all(huge)


def test_an_address_in_no_file_has_no_blocks():
    """Memory of the heap is left alone."""
    buffer = ctypes.create_string_buffer(1 << 20)
    assert list(mapping.whole_blocks(mapping.mappings(), ctypes.addressof(buffer))) == []
    assert list(mapping.whole_blocks(mapping.mappings(), 1)) == []
