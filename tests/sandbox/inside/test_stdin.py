"""Programs run as scripts."""

import pytest
import unconfined


def test_it_reads_and_prints():
    """Standard input is there, by ``input``, ``sys.stdin`` and descriptor; a script's guard holds."""
    program = (
        "import sys, os\nif __name__ == '__main__':\n    print(input())\n    print(sys.stdin.read(), end='')"
    )
    assert unconfined.script(program, "one\ntwo\n") == (0, ("passed", ""), "one\ntwo\n", "")


def test_what_the_interpreter_does_at_its_end():
    """Threads are joined, exit functions run, and output is flushed."""
    program = """
import atexit, threading, time, sys
atexit.register(lambda: sys.stdout.write("last"))
threading.Thread(target=lambda: (time.sleep(0.2), sys.stdout.write("thread "))).start()
"""
    assert unconfined.script(program)[:3] == (0, ("passed", ""), "thread last")


@pytest.mark.parametrize(
    ("program", "status", "reason"),
    [
        ("import sys; sys.exit()", 0, "passed"),
        ("import sys; sys.exit(0)", 0, "passed"),
        ("import sys; sys.exit(3)", 3, "failed"),
        ("import sys; sys.exit('no')", 1, "failed"),
        ("1 / 0", 1, "failed"),
        ("def f(:", 1, "syntax"),
        ("import nosuchmodule", 1, "missing-module"),
        ("import sys; sys.stdout.close()", 0, "passed"),
    ],
)
def test_exit_status(program, status, reason):
    """The status is what the interpreter would give."""
    said, end, _, _ = unconfined.script(program)
    assert (said, end[0]) == (status, reason)


def test_a_traceback_is_printed():
    """An exception is reported on standard error, with the program's lines and no others."""
    error = unconfined.script("def f():\n    return 1 / 0\nf()")[3]
    assert error.endswith("ZeroDivisionError: division by zero\n")
    assert "return 1 / 0" in error
    assert "reweave" not in error


def test_ending_the_process_leaves_no_status():
    """``os._exit`` skips the record: whoever watches the process says how it ended."""
    assert unconfined.script("import os; os._exit(0)")[:2] == (None, None)
