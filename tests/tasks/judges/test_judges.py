"""Judges on small programs, through the real sandbox."""

import pytest

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.judges.command import CommandJudge
from reweave.tasks.judges.ds1000 import ContextJudge
from reweave.tasks.judges.outputs import OutputsJudge
from reweave.tasks.judges.stdin import Case, StdinJudge, agree
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.judges.values import ValuesJudge
from reweave.tasks.toolchains import CPP, JAVASCRIPT, cpp, java, without_runner

LIMITS = Limits(wall=10.0)


def verdict(judge, program, box):
    """Give the verdict on one program."""
    return judge.finish(list(box.map(judge.jobs(program))))


def knowing(judge, reference, box):
    """Give the judge that has asked the reference."""
    return judge.learnt(list(box.map(judge.questions(reference))))


def values(**more):
    """Give a judge of ``half``."""
    settings = {"entry_point": "half", "inputs": ((2,), (3,)), "limits": LIMITS, "patient": LIMITS}
    return ValuesJudge(**settings | more)


HALF = "def half(n):\n    return n / 2\n"


def test_values_are_compared_with_the_references(box):
    """What the reference gives is right, within the tolerance of floats; the first wrong input is named."""
    judge = knowing(values(limits=Limits(wall=2.0)), HALF, box)
    assert judge.expected == (1.0, 1.5)
    assert verdict(judge, HALF, box).form == "data"
    assert verdict(judge, "def half(n):\n    return n * 0.50000001\n", box).passed
    wrong = verdict(judge, "def half(n):\n    return n // 2 * 1.0\n", box)
    assert (wrong.passed, wrong.reason) == (False, "failed")
    assert "input 1 of 2, half(3) gave 1.0, not 1.5" in wrong.detail
    raised = verdict(judge, "def half(n):\n    return n / (n - 2)\n", box)
    assert "half(2) raised ZeroDivisionError" in raised.detail
    assert verdict(judge, "def half(n):\n    while True: pass\n", box).reason == "timeout"
    assert "does not cross" in verdict(judge, "def half(n):\n    return half\n", box).detail
    assert verdict(judge, "half = 1", box).reason == "failed"


def test_values_must_be_known_first():
    """A judge that has not asked the reference gives no job."""
    with pytest.raises(ValueError, match="prepare"):
        values().jobs(HALF)


@pytest.mark.parametrize(
    "reference", ["def half(n):\n    return half\n", "def half(n):\n    raise OSError\n", "x = ("]
)
def test_a_reference_without_values_is_refused(box, reference):
    """What raises, does not cross or does not compile cannot say what is right."""
    with pytest.raises(RowError, match="reference-fails"):
        knowing(values(), reference, box)


def test_the_limit_grows_with_the_reference(box):
    """A reference that takes long gives programs four times as long."""
    slow = "import time\ntime.sleep(0.5)\n" + HALF
    judge = knowing(values(limits=Limits(wall=0.1)), slow, box)
    assert 2.0 <= judge.limits.wall < 10.0


def test_a_lying_answer_does_not_pass(box):
    """An object that equals everything does not cross as what it claims to be."""
    judge = knowing(values(), HALF, box)
    liar = "class Liar(float):\n    def __eq__(self, other): return True\n    __hash__ = float.__hash__\n"
    assert not verdict(judge, liar + "def half(n):\n    return Liar(9)\n", box).passed


ECHO = StdinJudge(cases=(Case("1 2\n", ("3\n",)), Case("2 2\n", ("4\n", "four"))), limits=LIMITS)


def test_stdin_cases(box):
    """Each case must hold; any of its outputs is right; the first that does not is named."""
    assert verdict(ECHO, "print(sum(map(int, input().split())))", box).passed
    assert verdict(ECHO, "n = sum(map(int, input().split()))\nprint('four' if n == 4 else n)", box).passed
    wrong = verdict(ECHO, "input()\nprint(3)", box)
    assert (wrong.reason, wrong.form) == ("failed", "stdin")
    assert wrong.detail.startswith("case 1 of 2")
    assert verdict(ECHO, "import os; os._exit(0)", box).reason == "crashed"
    assert verdict(ECHO, "print((", box).reason == "syntax"
    assert verdict(ECHO, "print(3); raise SystemExit(1)", box).reason == "failed"


@pytest.mark.parametrize(
    ("printed", "expected", "verdict"),
    [
        ("1\n2\n", "1\n2", True),
        ("1 \r\n2\n\n", "1\n2", True),
        ("1 2", "1\n2", True),
        ("  1", "1", True),
        ("0.3333333", "0.333333312", True),
        ("0.334", "0.333", False),
        ("1000000.5", "1000000", True),
        ("1000001", "1000000", False),
        ("1_0.0", "10.0", False),
        ("nan", "nan", True),
        ("", "", True),
        ("", "0", False),
        ("Yes", "YES", False),
    ],
)
def test_outputs_agree(printed, expected, verdict):
    """Lines first, then tokens; integers exactly, numbers with a point within a millionth."""
    assert agree(printed, expected) is verdict


def test_outputs_of_calls(box):
    """Tuples are as good as lists, any accepted answer is right, other types are not."""
    judge = OutputsJudge(
        entry="Solution().pair",
        inputs=((1, 2), (3, 4)),
        accepted=(([1, 2], "either"), ([3, 4],)),
        limits=LIMITS,
    )
    right = "class Solution:\n    def pair(self, a, b):\n        return (a, b)\n"
    assert verdict(judge, right, box).passed
    wrong = verdict(judge, right.replace("return (a, b)", "return (b, a)"), box)
    assert "gave (2, 1), not [1, 2]" in wrong.detail
    assert verdict(judge, right.replace("pair", "two"), box).reason == "failed"


def test_the_reference_settles_the_form(box):
    """Tests that look at the program's own files pass in one process only: all are judged there."""
    program = "def save(text):\n    open('saved', 'w').write(text)\n"
    tests = "save('a')\nassert open('saved').read() == 'a'\n"
    judge = TextJudge(tests=tests, form="settle", limits=LIMITS)
    assert knowing(judge, program, box).form == "in-process"
    assert verdict(knowing(judge, program, box), program, box).passed
    assert knowing(judge, "x = 1", box).form == "auto"
    plain = TextJudge(tests="assert half(2) == 1", form="settle", limits=LIMITS)
    assert knowing(plain, HALF, box).form == "data"


CONTEXT = '''
def generate_test_case(number):
    return number, number * 2

def exec_test(result, answer):
    assert result == answer
    return 1

exec_context = r"""
n = test_input
[insert]
"""

def test_execution(solution: str):
    code = exec_context.replace("[insert]", solution)
    for i in range(2):
        test_input, expected_result = generate_test_case(i + 1)
        test_env = {"test_input": test_input}
        exec(code, test_env)
        assert exec_test(test_env["result"], expected_result)

def test_string(solution: str):
    assert "for" not in solution
'''


def test_an_answer_never_meets_what_is_expected(box):
    """In a context of DS-1000's form the proxy form does; the answer cannot reach the expected result."""
    judge = knowing(ContextJudge(context=CONTEXT, limits=LIMITS), "result = n * 2", box)
    assert judge.form == "proxy"
    assert verdict(judge, "result = n + n", box).passed
    assert verdict(judge, "result = n", box).reason == "failed"
    assert verdict(judge, "result = sum(n for _ in 'ab')", box).reason == "failed"  # test_string
    peeking = "import gc\nresult = [o for o in gc.get_objects() if getattr(o, '__name__', '') == 'exec_test']"
    assert not verdict(judge, peeking, box).passed
    assert not verdict(judge, "def exec_test(*_): return 1\nresult = 0", box).passed
    assert verdict(judge, "import os; os._exit(0)", box).reason == "crashed"
    assert not verdict(judge, "[insert]", box).passed


def test_a_context_that_needs_one_process(box):
    """Where what is compared does not cross, the published way is taken and labelled."""
    context = CONTEXT.replace("result == answer", "isinstance(result, Own)")
    context = context.replace("def generate_test_case", "class Own: pass\n\ndef generate_test_case").replace(
        'test_env = {"test_input": test_input}', 'test_env = {"test_input": Own}'
    )
    judge = knowing(ContextJudge(context=context, limits=LIMITS), "result = n()", box)
    assert judge.form == "in-process"
    assert verdict(judge, "result = n()", box).form == "in-process"
    assert verdict(judge, "result = n", box).reason == "failed"


PROGRAMS = {
    "JavaScript": (
        JAVASCRIPT,
        "const twice = (n) => {\n  return n * 2\n}\n",
        "console.assert(twice(2) === 4)\n",
        "const twice = (n) => { process.exit(0) }\n",
        "const twice = (n => {",
    ),
    "C++": (
        CPP,
        "int twice(int n) { return n * 2; }\n",
        "#include <cassert>\nint main() { assert(twice(2) == 4); }\n",
        "#include <cstdlib>\nint twice(int n) { std::exit(0); }\n",
        "int twice(int n) {",
    ),
    "Java": (
        java("Main"),
        "class Solution { int twice(int n) { return n * 2; } }\n",
        """public class Main { public static void main(String[] a) {
             if (new Solution().twice(2) != 4) throw new AssertionError(); } }
        """,
        "class Solution { int twice(int n) { System.exit(0); return 0; } }\n",
        "class Solution {",
    ),
}


@pytest.mark.parametrize("language", PROGRAMS)
def test_other_languages(box, language):
    """Right passes, wrong fails, an early exit is none, what does not compile says so; all labelled."""
    toolchain, right, tests, early, broken = PROGRAMS[language]
    judge = CommandJudge(toolchain=toolchain, tests=tests)
    if judge.problem:
        pytest.skip(judge.problem)
    passed = verdict(judge, right, box)
    assert (passed.reason, passed.form) == ("passed", "in-process"), passed
    assert verdict(judge, right.replace("* 2", "* 3"), box).reason == "failed"
    assert verdict(judge, early, box).reason == "crashed"
    assert verdict(judge, broken, box).reason == "syntax"


def test_a_slow_reference_gives_more_time(box):
    """Where the form is settled, programs get four times the reference's seconds, if that is more."""
    judge = TextJudge(
        tests="assert slow() == 1", form="settle", limits=Limits(wall=1.0, cpu=5.0), patient=LIMITS
    )
    slow = "import time\ndef slow():\n    time.sleep(1.5)\n    return 1\n"
    assert verdict(judge, slow, box).reason == "timeout"
    informed = knowing(judge, slow, box)
    assert informed.limits.wall >= 6.0
    assert verdict(informed, slow, box).passed
    assert knowing(judge, "def slow(): return 1", box).limits.wall < 6.0


def test_programs_are_linked_with_what_they_include():
    """A prompt that includes OpenSSL's headers needs its library; others are compiled as ever."""
    assert cpp("#include <string>\n") == CPP
    compiled, ran = cpp("#include<stdio.h>\n#include <openssl/md5.h>\n").steps
    assert compiled == (*CPP.steps[0], "-lcrypto")
    assert ran == CPP.steps[1]


def test_a_language_without_a_runner_says_so():
    """No job, and a verdict that says nothing about the program."""
    judge = CommandJudge(toolchain=without_runner("Go"), tests="")
    assert judge.problem == "Go has no runner yet"
    assert judge.jobs("package main") == ()
    scored = judge.finish(())
    assert (scored.passed, scored.reason, scored.form, scored.tier) == (False, "harness-error", "none", None)


def test_tests_that_close_the_programs_braces(box):
    """A completion that stops before the brace, and one that closes it, are the same program."""
    judge = CommandJudge(toolchain=CPP, tests="}\nint main() { assert(twice(2) == 4); }\n", depth=1)
    if judge.problem:
        pytest.skip(judge.problem)
    start = "#include <cassert>\nint twice(int n) {\n  return n * 2;\n"
    for program in (start, start + "}\n"):
        assert verdict(judge, program, box).passed
