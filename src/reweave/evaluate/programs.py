"""From a model's answer to the program that is judged; what was cut, and why, is said.

Edits are decoded first, if the answer is a sequence of them; else code is taken out of Markdown. How code
and prompt become a program is the task's business (:mod:`reweave.tasks.assemble`).
"""

import ast
import keyword
import re
from dataclasses import dataclass
from typing import Any

from reweave.edits import codec
from reweave.errors import DecodeError
from reweave.evaluate.config import EvalConfig
from reweave.parsing import parse_quietly
from reweave.storage.extract import extract_code
from reweave.tasks import Task

_OPENING = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*\n", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)

_STARTS = "|".join([*filter(str.islower, keyword.kwlist), "match", "case", "print"])
_CODE = re.compile(rf"[][(){{}}=@#`]|^[ \t]*(?:{_STARTS})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """What was made of an answer.

    Args:
        program: What is judged; None where there is no code in the answer.
        rule: How the code was found: empty where the answer was taken as it is.
        cut: Characters of the answer before and after the code, None where the code is not one piece of it.
        detail: Why there is no program.
        edits: The program after each edit, where the answer was edits.
    """

    program: str | None
    rule: str = ""
    cut: tuple[int, int] | None = (0, 0)
    detail: str = ""
    edits: tuple[str, ...] | None = None

    def columns(self) -> dict[str, Any]:
        """Give the columns of ``samples.jsonl``."""
        cut = None if self.cut is None else list(self.cut)
        extraction: dict[str, Any] = {"rule": self.rule, "cut": cut}
        if self.detail:
            extraction["detail"] = self.detail
        edits = {} if self.edits is None else {"edits": list(self.edits)}
        return {"program": self.program, "extraction": extraction, **edits}


def read_answer(task: Task, answer: str, config: EvalConfig) -> Read:
    """Make the program of an answer.

    Args:
        task: What was asked.
        answer: The model's text, without the prompt.
        config: How to read it.
    """
    if config.decode is not None:
        return _decoded(task, answer, config)
    if task.language == "python":
        code, _, rule = extract_code(answer, config.extract)
    else:
        code, rule = _fenced(answer) if config.extract == "auto" else (answer, "")
    at = _place(code, answer)
    cut = (at, len(answer) - at - len(code)) if at >= 0 else None
    if not code.strip():
        return Read(None, rule or "none", cut, "the answer holds no code")
    program = task.program(code)
    if config.extract == "auto" and not rule and task.language == "python" and _is_prose(code, program):
        return Read(None, "none", cut, "the answer holds no code: it is prose")
    return Read(program, rule, cut)


def _decoded(task: Task, answer: str, config: EvalConfig) -> Read:
    states: tuple[str, ...] | None = None
    rule = f"edits:{config.decode}"
    try:
        edits = codec.split_completion(answer, marker=config.marker, eos=config.eos)
        states = tuple(codec.decode_states(edits, config.form))
        code = states[-1] if states else ""
    except DecodeError as error:
        if config.decode == "strict":
            return Read(None, rule, None, str(error))
        code = ""
    if config.decode == "lenient":
        resolved = codec.resolve_text(answer, form=config.form, marker=config.marker, eos=config.eos)
        code, rule = resolved.program, f"{rule}:{resolved.status}"
    elif config.decode == "published":
        code = codec.resolve_published(answer)
    if states and states[-1] != code:
        states = None
    if not code.strip():
        return Read(None, rule, None, "the edits make no program", states)
    return Read(task.program(code), rule, None, "", states)


def _is_prose(code: str, program: str) -> bool:
    """Tell an answer in words from code that is broken; in doubt it is code.

    Words make no program, have no bracket or assignment, and no line of them is a statement or begins as one.
    """
    if _CODE.search(code) or _parsed(program) is not None:
        return False
    return all(map(_is_word, filter(None, map(_parsed, map(str.strip, code.splitlines())))))


def _is_word(tree: ast.Module) -> bool:
    """Say whether what parses is nothing but a name: ``Sorry`` is one."""
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) for node in tree.body)


def _parsed(text: str) -> ast.Module | None:
    try:
        return parse_quietly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _place(code: str, answer: str) -> int:
    """Give where the code stands in the answer, behind a fence if it does; -1 where it is not one piece."""
    fences = (match.end() for match in _OPENING.finditer(answer)) if code != answer else ()
    return next((at for at in fences if answer.startswith(code, at)), answer.find(code))


def _fenced(answer: str) -> tuple[str, str]:
    """Give the longest fenced block, whatever language it names."""
    blocks = [match[2] for match in _FENCED.finditer(answer)]
    if not blocks:
        return answer, ""
    return max(blocks, key=len), f"fence, longest of {len(blocks)}" if len(blocks) > 1 else "fence"
