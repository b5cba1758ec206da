"""Running the corpora against a sandbox, and saying of each program whether it held.

After every program an honest one must still come out right: what a probe does to the sandbox itself counts as
much as what it does to the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from reweave.sandbox.api import Sandbox
from reweave.sandbox.jobs import Call, Form, Limits
from reweave.sandbox.probes.corpus import Forgery, Probe, Task, forgeries, probes, task
from reweave.sandbox.probes.host import laid_out
from reweave.sandbox.results import CallsResult, Returned

LIMITS = Limits(wall=2.0, memory=256 << 20, disk=16 << 20)
"""Far below the ceilings that the probes keep to by themselves."""
FORMS: tuple[Form, ...] = ("data", "proxy")
"""The forms whose verdicts cannot be forged."""

_HONEST = "def honest(numbers):\n    return [number * number for number in numbers]\n"


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What came of one containment probe.

    Args:
        probe: Which.
        state: ``contained``; ``escaped``: it did what it must not, or hurt a later program; ``broken``: it
            gave no answer, so that nothing is known; ``not-promised``: this tier does not promise to hold it.
        detail: How.
        seconds: Wall seconds of its longest run.
    """

    probe: Probe
    state: Literal["contained", "escaped", "broken", "not-promised"]
    detail: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ForgeryOutcome:
    """What came of one forgery under one form.

    Args:
        forgery: Which.
        form: How it was judged.
        state: ``refused``; ``forged``: it was counted as passed; ``broken``: the sandbox failed, or refused
            the right solution; ``accepted``: the right solution passed.
        reason: The verdict's.
        detail: The verdict's.
    """

    forgery: Forgery
    form: Form
    state: Literal["refused", "forged", "broken", "accepted"]
    reason: str
    detail: str


def run_probes(sandbox: Sandbox) -> list[ProbeOutcome]:
    """Run every containment probe; return what came of each, in the order of their names."""
    return list(each_probe(sandbox))


def each_probe(sandbox: Sandbox) -> Iterator[ProbeOutcome]:
    """Run every containment probe, one after the other; give each outcome as it comes."""
    with laid_out() as host:
        for probe in probes():
            yield run_probe(sandbox, probe, host)


def run_probe(sandbox: Sandbox, probe: Probe, host: dict[str, Any]) -> ProbeOutcome:
    """Run one containment probe.

    Args:
        sandbox: To run it in.
        probe: To run.
        host: What :func:`reweave.sandbox.probes.host.laid_out` gave.
    """
    if sandbox.tier not in probe.tiers:
        return ProbeOutcome(probe, "not-promised", f"tier {sandbox.tier}")
    state: Literal["contained", "escaped", "broken"] = "contained"
    detail, seconds = "", 0.0
    calls = [Call("probe", (host,))] if probe.kind == "static" else []
    for _ in range(probe.runs):
        result = sandbox.run(probe.source, calls, limits=LIMITS)
        seconds = max(seconds, result.seconds)
        state, detail = _static(result) if probe.kind == "static" else _dynamic(probe, result)
        if state != "contained":
            return ProbeOutcome(probe, state, detail, seconds)
    after = sandbox.run(_HONEST, [Call("honest", ([1, 2, 3],))], limits=LIMITS)
    if after.calls != (Returned([1, 4, 9]),):
        return ProbeOutcome(
            probe, "escaped", f"an honest program then ended {after.reason}: {after.detail}", seconds
        )
    return ProbeOutcome(probe, state, detail, seconds)


def run_forgeries(sandbox: Sandbox) -> list[ForgeryOutcome]:
    """Judge every forgery under both forms that cannot be forged, and the right solution for comparison."""
    return list(each_forgery(sandbox))


def each_forgery(sandbox: Sandbox) -> Iterator[ForgeryOutcome]:
    """Judge every forgery under both forms; give each outcome as it comes.

    The right solution comes first, under the name ``reference``: a judge that refuses it says nothing by
    refusing the others, so that it is then ``broken``.
    """
    wrong = task()
    for form in FORMS:
        verdict = _judge(sandbox, wrong, wrong.reference, form)
        yield ForgeryOutcome(
            Forgery("reference", "nothing: the right solution, which must pass", wrong.reference),
            form,
            "accepted" if verdict.passed else "broken",
            verdict.reason,
            verdict.detail,
        )
        for forgery in forgeries():
            yield run_forgery(sandbox, forgery, form, wrong)


def run_forgery(sandbox: Sandbox, forgery: Forgery, form: Form, wrong: Task) -> ForgeryOutcome:
    """Judge one forgery of the task ``wrong`` under one form."""
    verdict = _judge(sandbox, wrong, forgery.source, form)
    state: Literal["refused", "forged", "broken"] = "refused"
    if verdict.passed:
        state = "forged"
    elif verdict.reason == "harness-error":
        state = "broken"
    return ForgeryOutcome(forgery, form, state, verdict.reason, verdict.detail)


def _judge(sandbox: Sandbox, wrong: Task, program: str, form: Form) -> Any:
    tests = wrong.tests if form == "data" else wrong.assertions
    return sandbox.run_tests(program, tests, entry_point=wrong.entry_point, form=form, limits=LIMITS)


def _static(result: CallsResult) -> tuple[Literal["contained", "escaped", "broken"], str]:
    outcome = result.calls[0] if result.calls else None
    said = outcome.value if isinstance(outcome, Returned) else None
    if isinstance(said, str) and said.startswith("contained: "):
        return "contained", said.removeprefix("contained: ")
    if isinstance(said, str) and said.startswith("ESCAPED: "):
        return "escaped", said.removeprefix("ESCAPED: ")
    return "broken", f"{result.reason}: {result.detail or outcome}"


def _dynamic(probe: Probe, result: CallsResult) -> tuple[Literal["contained", "escaped", "broken"], str]:
    for line in result.stdout.splitlines():
        if line.startswith("ESCAPED: "):
            return "escaped", line.removeprefix("ESCAPED: ")
    if result.reason == "harness-error":
        return "broken", result.detail
    if result.reason not in probe.ends:
        return "escaped", f"it ended {result.reason} ({result.detail}), not {' or '.join(probe.ends)}"
    return "contained", f"{result.reason} {result.detail}".strip()
