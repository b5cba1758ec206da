"""Probes: what they reach is what was counted by hand, and what coverage.py counts."""

import ast
import collections
import importlib.util
import json
from pathlib import Path

import forked
import pytest
import unconfined
from covered import CASES, ELSEWHERE, expected

from reweave.sandbox.inside import coverage

peer = pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed")


def reached(text, then=lambda space: None):
    """Run a program of ours with probes in it; give (lines, branches), each by reached and missed."""
    points = coverage.points(ast.parse(text))
    covered, space = set(), {"__name__": "program"}
    exec(coverage.compiled(text, "<program>", covered, space), space)
    then(space)
    assert covered <= set(range(len(points)))
    found = [{True: set(), False: set()} for _ in range(2)]
    for number, (lines, branch) in enumerate(points):
        for kind, each in [*((0, line) for line in lines), *([(1, branch)] if branch else [])]:
            found[kind][number in covered].add(each)
    for kind in found:
        kind[False] -= kind[True]
    return tuple(found)


def by_coverage_py(text, folder, then=lambda space: None):
    """Give lines reached and missed, and how many branches of each line were."""
    import coverage as measure

    path = folder / "program.py"
    path.write_text(text)
    measuring = measure.Coverage(branch=True, data_file=None, config_file=False, include=[str(path)])
    space = {"__name__": "program"}
    measuring.start()
    try:
        exec(compile(text, str(path), "exec"), space)
        then(space)
    finally:
        measuring.stop()
    measuring.json_report(outfile=str(folder / "report.json"))
    [told] = json.loads((folder / "report.json").read_bytes())["files"].values()
    ways = (told["executed_branches"], told["missing_branches"])
    counted = [collections.Counter(line for line, _ in branches) for branches in ways]
    return set(told["executed_lines"]), set(told["missing_lines"]), *counted


def counted(text, then=lambda space: None):
    """Give what probes reach as ``by_coverage_py`` does."""
    lines, branches = reached(text, then)
    ways = [collections.Counter(line for line, _ in branches[way]) for way in (True, False)]
    return lines[True], lines[False], *ways


@pytest.mark.parametrize("name", CASES)
def test_as_counted_by_hand(name):
    """Lines and branches, reached and missed, are those that the comments say."""
    assert reached(CASES[name]) == expected(CASES[name])


def test_marks_are_read():
    """The comments are understood: else every case would hold."""
    lines, branches = expected("if x:  # + T-\n    y  # -\nz\n")
    assert lines == {True: {1}, False: {2}}
    assert branches == {True: {(1, True)}, False: {(1, False)}}
    assert sum(len(expected(text)[0][True]) for text in CASES.values()) > 100


def test_what_runs_is_the_same():
    """Probes change neither what a program returns, nor the lines of its tracebacks, nor its names."""
    text = (
        "def f(x):\n    try:\n        return g(x)\n    except ZeroDivisionError as error:\n"
        "        return error\ndef g(x):\n    return 1 / x\nclass A:\n    x = 1\n"
    )
    space, plain = {}, {}
    exec(coverage.compiled(text, "<program>", set(), space), space)
    exec(compile(text, "<program>", "exec"), plain)
    assert space.keys() - plain.keys() == {coverage.NAME}
    assert vars(space["A"]).keys() == vars(plain["A"]).keys()
    assert space["f"](2) == plain["f"](2)
    error, same = space["f"](0), plain["f"](0)
    lines = [[each.tb_lineno, each.tb_next.tb_lineno] for each in (error.__traceback__, same.__traceback__)]
    assert lines == [[3, 7], [3, 7]]


def test_any_program():
    """Modules of the standard library compile with probes: every tenth one."""
    for path in sorted(Path(ast.__file__).parent.glob("*.py"))[::10]:
        text = path.read_text()
        coverage.compiled(text, str(path), set(), {})
        points = coverage.points(ast.parse(text))
        assert len(points) <= len(text)
        assert all(0 < line <= text.count("\n") + 1 for lines, _ in points for line in lines)


@peer
@pytest.mark.parametrize("name", [name for name in CASES if name not in ELSEWHERE])
def test_as_coverage_py_counts(name, tmp_path):
    """coverage.py reaches and misses the same lines, and as many branches of each line."""
    assert counted(CASES[name]) == by_coverage_py(CASES[name], tmp_path)


@peer
def test_references_as_coverage_py_counts(tmp_path):
    """So it does for every second HumanEval reference, but for conditions with a body in their line."""
    tasks = list(unconfined.humaneval())[::2]

    def compare():
        differing = {}
        for name, program, tests, entry_point in tasks:

            def then(space, tests=tests, entry_point=entry_point):
                exec(tests, space)
                space["check"](space[entry_point])

            ours, theirs = counted(program, then), by_coverage_py(program, Path(tmp_path), then)
            for line in in_one_line(program):
                del ours[2][line], ours[3][line]
            if ours != theirs:
                differing[name] = (ours, theirs)
        assert differing == {}

    assert forked.run(compare, unprivileged=False) == ("", None)


def in_one_line(program):
    """Give the lines of conditions that their body does not leave."""
    kinds = (ast.If, ast.For, ast.While)
    found = [node for node in ast.walk(ast.parse(program)) if isinstance(node, kinds)]
    return {
        node.lineno
        for node in found
        if node.body[0].lineno == node.lineno and not isinstance(node.body[-1], (ast.Return, ast.Continue))
    }
