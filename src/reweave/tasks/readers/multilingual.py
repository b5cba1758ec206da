"""HumanEval-X and MultiPL-E: HumanEval and MBPP in other languages; ``split`` is the language, or file.

The same problem in several languages is one group. Which languages can be run here the judge says
(``task.judge.problem``). HumanEval-X has references (Zheng et al., arXiv 2303.17568), MultiPL-E has none
and is for evaluation only (Cassano et al., arXiv 2208.08227).
"""

import re
from collections.abc import Mapping

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.command import CommandJudge, Toolchain
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.readers import humaneval
from reweave.tasks.readers.fields import Row, text, texts
from reweave.tasks.task import Judge, Task
from reweave.tasks.toolchains import CPP, JAVASCRIPT, cpp, java, without_runner

LIMITS = Limits(wall=10.0)
_HEADERS = "algorithm climits cmath cstdio cstdlib cstring iostream map set string vector"
_INCLUDES = "".join(f"#include <{name}>\n" for name in _HEADERS.split())

_X: Mapping[str, tuple[str, Toolchain | None]] = {
    "Python": ("python", None),
    "JavaScript": ("javascript", JAVASCRIPT),
    "CPP": ("cpp", CPP),
    "Java": ("java", java("Main")),
    "Go": ("go", without_runner("Go")),
    "Rust": ("rust", without_runner("Rust")),
}
_E: Mapping[str, tuple[str, Toolchain | None]] = {
    "py": ("python", None),
    "js": ("javascript", JAVASCRIPT),
    "cpp": ("cpp", CPP),
    "java": ("java", java("Problem")),
    "go_test.go": ("go", without_runner("Go")),
    "go": ("go", without_runner("Go")),
    "rs": ("rust", without_runner("Rust")),
    "rb": ("ruby", without_runner("Ruby")),
    "ts": ("typescript", without_runner("TypeScript")),
}
_DEPTHS = {"cpp": 1, "java": 2}  # braces that MultiPL-E's tests close

# Endings that must not pass: what ends the process before the tests, and an answer that is none
_WRONG = {
    "javascript": {"exit": "  process.exit(0);\n}\n", "nothing": "  return null;\n}\n"},
    "cpp": {"exit": "    std::exit(0);\n}\n", "nothing": "    throw 1;\n}\n"},
    "java": {
        "exit": "System.exit(0); throw new RuntimeException();\n}\n}\n",
        "nothing": "throw new RuntimeException();\n}\n}\n",
    },
}

_STOP = {
    "javascript": ("\nfunction ", "\n/*", "\n//", "\nconsole.log", "\nconst "),
    "cpp": ("\n}",),
    "java": ("\n    }\n",),
    "python": humaneval.STOP,
}
_CHECKED = re.compile(r"^\s*check\((\w+)\)", re.MULTILINE)


def humaneval_x(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of HumanEval-X."""
    del split
    name, _, number = text(row, "task_id").partition("/")
    if name not in _X:
        raise RowError("unknown-language", f"{name} is none of {', '.join(_X)}")
    language, toolchain = _X[name]
    prompt, test = text(row, "prompt"), text(row, "test")
    entry_point = _entry_point(test) if toolchain is None else None
    judge: Judge
    if toolchain is None:
        judge = TextJudge(tests=test, entry_point=entry_point, limits=LIMITS)
    elif language == "cpp":
        judge = CommandJudge(toolchain=cpp(prompt), tests=test, before=_INCLUDES)
    else:
        judge = CommandJudge(toolchain=toolchain, tests=test)
    wrong = _WRONG.get(language, {})
    return [
        Task(
            id=f"{name}/{number}",
            benchmark=benchmark,
            prompt=prompt,
            judge=judge,
            entry_point=entry_point,
            reference=prompt + text(row, "canonical_solution"),
            group=f"HumanEval/{number}",
            # Here a completion closes its function itself, so what comes after that is where it ends
            stop=tuple(stop for stop in _STOP.get(language, ()) if stop.strip() != "}"),
            chat=_chat(language, prompt),
            language=language,
            wrong=tuple((kind, prompt + ending) for kind, ending in wrong.items()),
        )
    ]


def multipl_e(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of MultiPL-E."""
    del split
    short, name = text(row, "language"), text(row, "name")
    if short not in _E:
        raise RowError("unknown-language", f"{short} is none of {', '.join(_E)}")
    language, toolchain = _E[short]
    prompt, test = text(row, "prompt"), text(row, "tests")
    entry_point = _entry_point(test) if toolchain is None else None
    judge: Judge
    if toolchain is None:
        judge = TextJudge(tests=test, entry_point=entry_point, limits=LIMITS)
    else:
        judge = CommandJudge(toolchain=toolchain, tests=test, depth=_DEPTHS.get(language))
    return [
        Task(
            id=f"{short}/{name}",
            benchmark=benchmark,
            prompt=prompt,
            judge=judge,
            entry_point=entry_point,
            group=name,
            stop=texts(row, "stop_tokens"),
            chat=_chat(language, prompt),
            language=language,
            wrong=tuple((kind, prompt + end) for kind, end in _WRONG.get(language, {}).items()),
        )
    ]


def _chat(language: str, prompt: str) -> str:
    if language == "python":
        return instruction("complete", prompt=prompt)
    return instruction("other", language=language, prompt=prompt)


def _entry_point(test: str) -> str:
    found = _CHECKED.findall(test)
    if not found:
        raise RowError("no-tests", "the test text checks no function")
    return str(found[-1])
