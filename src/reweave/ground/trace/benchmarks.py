"""Published problems as context, intent and candidate: DS-1000, PandasEval, NumpyEval. No model is asked.

**DS-1000** (Lai et al., arXiv 2211.11501). The prompt's code block before the solution is the context, after
the imports that the problem's own test begins with; the reference solution is the candidate, the problem's
text the intent. Where the solution is the body of a function, the candidate is that function and a call of it
without arguments; where it has arguments without defaults, the context is the test's first input in place of
the code block. Evaluation only: its authors ask that it appear in no training data, and each row says so.

**PandasEval, NumpyEval** (Zan et al., arXiv 2206.06888). The statements before the one that the solution
completes are the context, those from there on the candidate, the prompt's comments the intent. Where a
function is completed, the context goes on with the arguments of the test's first call, by the parameters'
names, and the candidate with that call.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any

from reweave.errors import RowError
from reweave.ground.trace.pair import Pair
from reweave.parsing import parse_quietly
from reweave.tasks.readers.fields import listed, text

NAMES = ("ds1000", "pandaseval", "numpyeval")
DS1000 = frozenset({"prompt", "reference_code", "metadata", "code_context"})
EVAL = frozenset({"prompt", "entry_point", "canonical_solution", "test"})
"""The columns by which rows are known."""

_EXECUTED = re.compile(r'exec_context = r"""\n(.*?)"""', re.DOTALL)
_CALL = "result = {name}({arguments})\n"
_COMMENT = re.compile(r"^[ \t]*#[ \t]?(.*)$", re.MULTILINE)
_DOCUMENTED = re.compile(r'"""(.*?)"""', re.DOTALL)


def place_in_ds1000(row: Mapping[str, Any]) -> tuple[str, str]:
    """Give a row's library and its id.

    Raises:
        RowError: It names none.
    """
    about = row["metadata"]
    if not isinstance(about, Mapping) or not {"library", "problem_id"} <= about.keys():
        raise RowError("wrong-type", "column 'metadata' names no library and problem_id")
    return str(about["library"]), f"DS-1000/{about['problem_id']}"


def ds1000(row: Mapping[str, Any]) -> Pair:
    """Read a row of DS-1000.

    Raises:
        RowError: ``no-code-block``, or a column that is not as it should be.
    """
    library, name = place_in_ds1000(row)
    asked, found, rest = text(row, "prompt").rpartition("\nA:\n")
    before, opened, block = rest.partition("<code>\n")
    executed = _EXECUTED.search(text(row, "code_context"))
    if not found or not opened or executed is None:
        raise RowError("no-code-block", "no <code> after the prompt's 'A:', or no exec_context in the test")
    block, closed, _ = block.partition("</code>")
    head, _, tail = executed[1].partition("[insert]")
    imports = [line for line in head.splitlines() if re.match(r"import |from ", line) and line not in block]
    code = text(row, "reference_code")
    if not closed and "\ndef " in f"\n{block}":
        block, code = _function(block, code, head + tail, text(row, "code_context"))
    more = {"library": library, "source": "ds1000", "evaluation_only": True}
    intent = f"{asked.removeprefix('Problem:')}\n{before}".strip()
    return Pair(name, "\n".join([*imports, block.strip("\n")]) + "\n", intent, code.rstrip() + "\n", more)


def library_eval(row: Mapping[str, Any]) -> Pair:
    """Read a row of PandasEval or NumpyEval.

    Raises:
        RowError: ``no-answer``, ``syntax`` where prompt and answer together do not parse, or a column.
    """
    prompt, name = text(row, "prompt"), text(row, "task_id")
    answers = listed(row, "canonical_solution")
    if not answers:
        raise RowError("no-answer", "column 'canonical_solution' is empty")
    whole = prompt + str(answers[0])
    try:
        body = parse_quietly(whole).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RowError("syntax", f"prompt and answer together do not parse: {error}") from error
    begun = prompt.count("\n") + 1  # the line on which the answer begins
    first = next((at for at, each in enumerate(body) if (each.end_lineno or 0) >= begun), len(body))
    lines = whole.splitlines(keepends=True)
    until = body[first - 1].end_lineno or 0 if first else 0
    start = body[first].lineno - 1 if first < len(body) else len(lines)
    context, code = "".join(lines[:until]), "".join(lines[start:]).rstrip() + "\n"
    completed = body[first] if first < len(body) else None
    if isinstance(completed, ast.FunctionDef):
        added, call = _called(completed, text(row, "test"))
        context, code = context + added, code + call
    told = [*_DOCUMENTED.findall(prompt), *_COMMENT.findall(prompt)]
    intent = "\n".join(line.strip() for each in told for line in each.strip().splitlines())
    source = name.partition("/")[0].lower()
    more = {"library": source.removesuffix("eval").title(), "source": source}
    return Pair(name, context, intent, code, more)


def _function(block: str, body: str, executed: str, test: str) -> tuple[str, str]:
    """Give the context and the candidate where a function's body is asked for."""
    before, _, head = f"\n{block}".partition("\ndef ")
    signature = next((line for line in head.splitlines() if line.rstrip().endswith(":")), "")
    code = f"def {signature}\n{body.rstrip()}\n"
    try:
        function = parse_quietly(code).body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return before, code  # its run says what is wrong with it
    assert isinstance(function, ast.FunctionDef)
    spec = function.args
    if len(spec.defaults) == len(spec.args):
        return before, f"{code}\n{_CALL.format(name=function.name, arguments='')}"
    names = ", ".join(argument.arg for argument in spec.args[: len(spec.args) - len(spec.defaults)])
    call = _CALL.format(name=function.name, arguments=names)
    return f"{before.strip()}\n{_first_input(executed, test)}", f"{code}\n{call}"


def _first_input(executed: str, test: str) -> str:
    """Give the text that makes a test's first input, under the names that the test runs answers with."""
    try:
        tree = parse_quietly(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    imports = [ast.unparse(each) for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    makers = [each for each in functions if each.name == "define_test_input"]
    taken = re.search(r"^(.*) = test_input$", executed, re.MULTILINE)
    if not makers or taken is None:
        return ""
    return "\n".join([*imports, ast.unparse(makers[0]), f"{taken[1]} = define_test_input(1)"])


def _called(function: ast.FunctionDef, test: str) -> tuple[str, str]:
    """Give what makes a test's first arguments, and the call; nothing where the test calls otherwise."""
    names = [argument.arg for argument in function.args.args]
    try:
        tree = parse_quietly(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # one of PandasEval's does not
        return "", ""
    for check in ast.walk(tree):
        if not isinstance(check, ast.FunctionDef):
            continue
        for at, statement in enumerate(check.body):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "candidate":
                    given = dict(zip(names, node.args, strict=False))
                    given |= {each.arg: each.value for each in node.keywords if each.arg}
                    made = [ast.unparse(each) for each in check.body[:at] if not isinstance(each, ast.Assert)]
                    made += [f"{name} = {ast.unparse(value)}" for name, value in given.items()]
                    return "\n\n" + "\n".join(made) + "\n", "\n" + _CALL.format(
                        name=function.name, arguments=", ".join(given)
                    )
    return "", ""
