"""The batch machine, where it is not the sampler's (`test_sampler`) or the pool's business."""

from reweave.edits.checkers.compile import CompileChecker
from reweave.edits.machine import Machine
from reweave.edits.settings import settings
from reweave.records import Program


class Explosive(str):
    """Fault injection: a text on which the sampler's own code breaks."""

    __slots__ = ()

    def count(self, *_):  # noqa: D102
        raise IndexError("planted")


def test_a_defect_of_ours_costs_one_record():
    """It is failed, with what happened; those before and after it are kept."""
    programs = [Program("a", "x = 1\n"), Program("b", Explosive("y = 2\n")), Program("c", "z = 3\n")]
    machine = Machine(settings(paths=1, checker="compile"), CompileChecker())
    outcomes = {outcome.index: outcome for outcome in machine.run(enumerate(programs))}
    assert [len(outcomes[index].sequences) for index in range(3)] == [1, 0, 1]
    reject = outcomes[1].reject
    assert (reject.id, reject.outcome, reject.reason) == ("b", "failed", "internal-error")
    assert reject.detail == "IndexError: planted"
