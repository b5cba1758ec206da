"""Checked decoding: does an edit leave the program free of new errors? If not, it is drawn again.

LintSeq trains on sequences in which every state is clean (arXiv 2410.02749, section 3.1), and leaves open
what the states could do for decoding. Here an edit is refused when it cannot be applied as it stands, or when
the state after it has a diagnostic that the state before it has not.
"""

from collections import Counter
from collections.abc import Sequence

from reweave.edits.checkers import Checker, Verdict
from reweave.edits.codec import apply, decode_lenient, split_lenient
from reweave.errors import CheckerError, DecodeError
from reweave.model_folder import ModelFormat


class EditChecker:
    """Checks edits in batches.

    Args:
        checker: What finds errors; ruff unless there is a reason.
        form: How the model writes.
    """

    def __init__(self, checker: Checker, form: ModelFormat) -> None:
        self._checker = checker
        self._form = form
        self._known: dict[str, Verdict] = {}

    def broken(self, texts: Sequence[str]) -> list[bool]:
        """Say of each completion, as far as it is written, whether its last edit breaks the program.

        What a checker cannot look at is not held against the edit.
        """
        steps = [self._step(text) for text in texts]
        self._look_at([state for step in steps if step is not None for state in step])
        return [step is None or self._worse(*step) for step in steps]

    def _step(self, text: str) -> tuple[str, str] | None:
        """Give the states before and after the last edit; None where it cannot be applied."""
        edits, _ = split_lenient(text, marker=self._form.marker, eos=self._form.eos)
        before = decode_lenient(edits[:-1], self._form.form).program
        try:
            return before, apply(before, edits[-1], self._form.form)
        except DecodeError:
            return None

    def _look_at(self, states: list[str]) -> None:
        new = [state for state in dict.fromkeys(states) if state not in self._known]
        if new:
            self._known |= zip(new, self._checker.check(new), strict=True)

    def _worse(self, before: str, after: str) -> bool:
        old, new = self._known[before], self._known[after]
        if isinstance(old, CheckerError) or isinstance(new, CheckerError):
            return False
        return bool(Counter((d.code, d.message) for d in new) - Counter((d.code, d.message) for d in old))
