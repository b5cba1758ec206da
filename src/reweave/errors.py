"""Everything that can go wrong at reweave's boundary, in one tree.

ReweaveError
├── InputError            the input cannot be read: file, column, flag
│   └── RowError          one row cannot be read; the run goes on without it
├── ProgramError          one program cannot be taken apart (``reason`` is machine-readable)
├── CheckerError          a checker crashed, timed out, or did not look at a state
├── DecodeError           an edit text does not decode (``edit``, ``reason``)
├── EstimateError         a number cannot be estimated from what there is (``task_ids``: of whom)
├── RunError              a run directory does not fit: other configuration, other input, damaged
├── SandboxError          untrusted code cannot be run safely here; names what is missing and what installs it
└── MissingExtraError     an optional dependency is not installed; names the ``pip install``
"""


class ReweaveError(Exception):
    """Base of every error that reweave raises on purpose."""


class InputError(ReweaveError):
    """The input as a whole cannot be read: no such file, no such column, a flag that does not fit."""


class RowError(InputError):
    """One row cannot be used.

    Args:
        reason: A short machine-readable word, such as ``invalid-json``.
        detail: What was wrong, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ProgramError(RowError):
    """One program cannot be taken apart: it does not parse, is empty, is too long."""


class CheckerError(ReweaveError):
    """A checker did not give a verdict on a state: it crashed, timed out, or skipped it.

    Args:
        checker: The checker's name.
        reason: ``crashed``, ``timeout`` or ``skipped``.
        detail: What it said.
    """

    def __init__(self, checker: str, reason: str, detail: str) -> None:
        super().__init__(f"checker {checker} {reason}: {detail}")
        self.checker = checker
        self.reason = reason
        self.detail = detail


class DecodeError(ReweaveError):
    """An edit text does not decode.

    Args:
        edit: The number of the edit at fault, counted from 0.
        reason: What was wrong with it.
    """

    def __init__(self, edit: int, reason: str) -> None:
        super().__init__(f"edit {edit}: {reason}")
        self.edit = edit
        self.reason = reason


class EstimateError(ReweaveError):
    """A number cannot be estimated from what there is: too few samples, no task, counts that make no sense.

    Args:
        message: What was wrong.
        task_ids: The tasks at fault, where it is some of them; the message then names the first.
    """

    def __init__(self, message: str, task_ids: tuple[str, ...] = ()) -> None:
        if task_ids:
            more = f" and {len(task_ids) - 10} more" if len(task_ids) > 10 else ""
            message = f"{message}; not so: {', '.join(task_ids[:10])}{more}"
        super().__init__(message)
        self.task_ids = task_ids


class RunError(ReweaveError):
    """A run directory does not fit this run: other configuration or input, or it is damaged."""


class SandboxError(ReweaveError):
    """Untrusted code cannot be run here: no isolation tier holds, or the sandbox cannot be started."""


class MissingExtraError(ReweaveError):
    """An optional dependency is not installed.

    Args:
        what: What needs it, such as ``checker pylint``.
        extra: The extra that brings it.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra that is not installed: pip install 'reweave[{extra}]'")
        self.extra = extra
