"""Mutants and stubs: which there are, that each is one change, the same ones for one seed."""

import ast
import textwrap

import planted
import pytest

from reweave.align.validate.mutants import defined, mutants, stubs


def made(body, **settings):
    program = f"def f(a, b, xs):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    return [(each.kind, each.program) for each in mutants(program, most=0, **settings)]


@pytest.mark.parametrize(
    ("body", "kind", "changed"),
    [
        ("return a + b", "arithmetic", "return a - b"),
        ("a -= b\nreturn a", "arithmetic", "a += b"),
        ("return -a", "arithmetic", "return a"),
        ("return a == b", "comparison", "return a != b"),
        ("return a < b", "boundary", "return a <= b"),
        ("return a not in xs", "comparison", "return a in xs"),
        ("return a and b", "boolean", "return a or b"),
        ("return not a", "condition", "return a"),
        ("return 7", "constant", "return 8"),
        ("return 'x'", "constant", "return ''"),
        ("return True", "constant", "return False"),
        ("return xs[1:]", "bounds", "return xs[1:-1]"),
        ("return xs[:]", "bounds", "return xs[:-1]"),
        ("return range(a)", "bounds", "return range(a - 1)"),
        ("return range(a, b)", "bounds", "return range(a + 1, b)"),
        ("return a", "return", "return None"),
        ("xs.sort()\nreturn xs", "remove", "pass\n    return xs"),
        ("xs[0] = a\nreturn xs", "remove", "pass\n    return xs"),
        ("if a:\n    return b\nreturn a", "condition", "if not a:"),
        ("if a:\n    return b\nelse:\n    return a", "else", "if a:\n        return b"),
        ("return g(a, b)", "arguments", "return g(b, a)"),
        ("return min(xs)", "call", "return max(xs)"),
        ("return xs.find(a)", "call", "return xs.rfind(a)"),
        ("for x in xs:\n    a += x\nreturn a", "loop", "for x in []:"),
        ("for x in xs:\n    if x:\n        break\nreturn x", "loop", "            continue"),
        ("return [x for x in xs if x]", "condition", "return [x for x in xs if not x]"),
        ("return a if b else xs", "condition", "return xs if b else a"),
        ("try:\n    return a / b\nexcept ZeroDivisionError:\n    return 0", "handler", "raise"),
    ],
)
def test_each_mutator(body, kind, changed):
    """A mutant of this kind reads like this."""
    found = [program for each, program in made(body) if each == kind]
    assert any(changed in program for program in found), found


@pytest.mark.parametrize(
    "body",
    [
        '"""Only a docstring: 1 < 2."""',
        "print(a + b, 3)",
        "logging.info('%d', a + 1)",
        "raise ValueError('words')",
    ],
)
def test_what_no_test_is_meant_to_see(body):
    """Docstrings, what is printed or logged and the words of an error are left alone."""
    kinds = {kind for kind, _ in made(body)}
    assert kinds <= {"remove"}


def test_what_stands_around_functions():
    """Annotations, decorators and what runs as a script only are not changed."""
    program = (
        '@cache(3)\ndef f(a: "x" = None) -> "y":\n    pass\n\nif __name__ == "__main__":\n    f(1 + 2)\n'
    )
    assert mutants(program, most=0) == []


@pytest.mark.parametrize("program", [planted.SLUG, planted.MERGE, planted.STACK, planted.ROMAN])
def test_one_change_each(program):
    """Every mutant parses, reads unlike the program and all others, and names a line of the program."""
    found = mutants(program, most=0)
    texts = [each.program for each in found]
    assert len(set(texts)) == len(texts) > 5
    assert ast.unparse(ast.parse(program)) not in texts
    for each in found:
        ast.parse(each.program)
        assert 1 <= each.line <= program.count("\n") + 1
        assert each.what


def test_chosen_by_seed():
    """One seed, the same mutants; another, others; a cap keeps all kinds in turn."""
    few = mutants(planted.ROMAN, seed=1, most=12)
    assert few == mutants(planted.ROMAN, seed=1, most=12)
    assert few != mutants(planted.ROMAN, seed=2, most=12)
    every = {each.kind for each in mutants(planted.ROMAN, most=0)}
    assert len(few) == 12
    assert {each.kind for each in few} == every
    assert set(few) < set(mutants(planted.ROMAN, most=0))


def test_stubs():
    """Functions and methods without their bodies; what builds an object stays."""
    made = stubs(planted.STACK)
    assert list(made) == ["none", "raises", "argument"]
    for text in made.values():
        assert "self.items = []" in text
        assert "append" not in text
    assert "return x" in made["argument"]
    assert stubs("total = 1 + 2") == {"empty": ""}


def test_a_stub_that_is_the_program():
    """What does no work already has fewer stubs."""
    assert list(stubs('def f(x):\n    """Words."""\n    return x')) == ["none", "raises"]
    assert list(stubs("def f():\n    return None")) == ["raises"]


@pytest.mark.parametrize("program", ["def f(:", "\x00", "(" * 5000 + ")" * 5000])
def test_what_does_not_parse(program):
    """Of what is no program nothing is made."""
    assert (mutants(program), stubs(program), defined(program)) == ([], {}, set())
