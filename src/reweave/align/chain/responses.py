"""From instructions to responses with tests: several to each, in rounds (SelfCodeAlign, section 2.3).

Each response is a row of its own: the text that is trained on, the program in it, and the tests apart.
Where a tester has an endpoint of its own, it writes the tests, with the solution before its eyes.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from reweave.align.chain.asking import Asker, asked_by, grouped
from reweave.align.chain.code import REASONS as CODE_REASONS
from reweave.align.chain.code import check_tests, code_of
from reweave.align.chain.parse import OURS, REASONS, Block, MalformedError, parse
from reweave.align.chain.prompts import RESPONSES, load_template
from reweave.align.chain.sampling import Agreeing, Decisions
from reweave.align.config import AlignConfig
from reweave.align.stage import Outcome, Row, Work, failed, rejected, text_of
from reweave.errors import InputError, RowError
from reweave.models import Answer, Failure, Parameters, Question
from reweave.records import Reject

_GROUP = 256  # instructions


class ResponsesStage:
    """The stage.

    Args:
        config: Of the chain.
        open_agreeing: Opens what says how many responses pass and agree, for as long as the stage runs; None:
            all n are asked for.
        agreeing_is: What describes it: settings and version.
    """

    name = "responses"
    unit = "responses"
    rules = ("missing-column", *REASONS, *CODE_REASONS)

    def __init__(
        self,
        config: AlignConfig,
        open_agreeing: Callable[[], AbstractContextManager[Agreeing]] | None = None,
        agreeing_is: str | None = None,
    ) -> None:
        own = self._config = config.responses
        self._open_agreeing, self._agreeing_is = open_agreeing, agreeing_is
        self._apart = own.tests == "tester"
        if self._apart and "tester" not in config.endpoints:
            raise InputError('responses.tests is "tester", and no table [endpoints.tester] says who that is')
        self._endpoint, self._tester = config.endpoint(own.role), config.endpoint("tester")
        self._template = load_template(RESPONSES, own.template, own.shots)
        stop = OURS.closing("solution") if self._apart else RESPONSES.stop
        self._parameters = Parameters(
            temperature=own.temperature,
            top_p=own.top_p,
            max_tokens=own.max_tokens,
            seed=config.seed,
            stop=(stop,),
        )

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows."""
        asked = asked_by(self._config, self._endpoint, self._parameters, self._template)
        tester = self._tester.model if self._apart else None
        return {**asked, "tester": tester, "agreeing": self._agreeing_is}

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each response that was asked for."""
        with ExitStack() as stack:
            agreeing = stack.enter_context(self._open_agreeing()) if self._open_agreeing else None
            decisions = Decisions(work.folder / "decisions.jsonl", agreeing)
            drafts = _Drafts(self, work, stack)
            for group in grouped(rows, _GROUP):
                for outcomes in self._group(group, drafts, decisions, work):
                    work.more(len(outcomes) - 1)
                    yield from outcomes

    def _group(
        self, rows: list[Row], drafts: "_Drafts", decisions: Decisions, work: Work
    ) -> list[list[Outcome]]:
        """Ask round by round for what is not decided."""
        most = self._config.n
        step = self._config.round if self._open_agreeing else most
        outcomes: dict[int, list[Outcome]] = {}
        open_rows = []
        for place, row in enumerate(rows):
            try:
                text_of(row, "instruction")
            except RowError as error:
                outcomes[place] = [rejected(row, error.reason, error.detail)]
            else:
                open_rows.append(place)
        asked = 0
        while open_rows and asked < most:
            asked = min(asked + step, most)
            wanted = None if self._open_agreeing or work.total is None else work.total * most
            outcomes |= zip(
                open_rows, drafts.draft([rows[place] for place in open_rows], asked, wanted), strict=True
            )
            if asked < most:
                kept = [
                    [one for one in outcomes[place] if not isinstance(one, Reject)] for place in open_rows
                ]
                counts = decisions.counts(kept)
                open_rows = [
                    place
                    for place, count in zip(open_rows, counts, strict=True)
                    if count < self._config.agree
                ]
        return [outcomes[place] for place in range(len(rows))]


class _Drafts:
    """Asks for responses and, where someone else writes them, for their tests."""

    def __init__(self, stage: ResponsesStage, work: Work, stack: ExitStack) -> None:
        self._template, self._apart = stage._template, stage._apart  # noqa: SLF001 - a part of it
        parameters = stage._parameters  # noqa: SLF001
        self._blocks = ("solution",) if self._apart else RESPONSES.blocks
        self._asker = stack.enter_context(Asker(stage._endpoint, parameters, stage._config.role, work))  # noqa: SLF001
        if self._apart:
            after = replace(parameters, stop=(RESPONSES.stop,))
            self._tester = stack.enter_context(Asker(stage._tester, after, "tester", work))  # noqa: SLF001

    def draft(self, rows: list[Row], n: int, wanted: int | None) -> list[list[Outcome]]:
        """Give the first n responses to each instruction."""
        prompts = [self._template.prompt({"instruction": row["instruction"]}) for row in rows]
        questions = [Question(str(place), prompt=prompt, n=n) for place, prompt in enumerate(prompts)]
        answers = self._asker.ask(questions, wanted=wanted)
        drafts = [
            [self._solution(row, sample, answer) for sample, answer in enumerate(answers[str(place)])]
            for place, row in enumerate(rows)
        ]
        if self._apart:
            self._add_tests(prompts, drafts)
        return [[_finished(one) for one in group] for group in drafts]

    def _solution(self, row: Row, sample: int, answer: Answer | Failure) -> Outcome:
        made = {**row, "instruction_id": row["id"], "id": f"{row['id']}/{sample}", "sample": sample}
        if isinstance(answer, Failure):
            return failed(made, answer.kind, answer.message)
        try:
            blocks = parse(answer.text, self._blocks, finish_reason=answer.finish_reason)
            solution = blocks["solution"]
            made |= {"response": solution.text, "program": code_of(solution, "solution")}
        except MalformedError as error:
            return rejected(made, error.reason, error.detail, answer=answer.text)
        return made | {"tests": None if self._apart else blocks["tests"].text}

    def _add_tests(self, prompts: list[str], drafts: list[list[Outcome]]) -> None:
        """Have the tester write tests for every solution that can be read."""
        questions: list[Question] = []
        places: dict[str, tuple[int, int]] = {}
        solutions: dict[str, Row] = {}
        for place, group in enumerate(drafts):
            for number, one in enumerate(group):
                if not isinstance(one, Reject):
                    name = f"{place}/{number}"
                    places[name], solutions[name] = (place, number), one
                    before = f"{one['response']}\n{OURS.closing('solution')}\n{OURS.opening('tests')}\n"
                    questions.append(Question(name, prompt=prompts[place] + before))
        for name, (answer,) in self._tester.ask(questions).items():
            place, number = places[name]
            made = {key: value for key, value in solutions[name].items() if key != "tests"}
            if isinstance(answer, Failure):
                drafts[place][number] = failed(made, answer.kind, answer.message)
                continue
            try:
                tests = parse(answer.text, ("tests",), finish_reason=answer.finish_reason)["tests"]
            except MalformedError as error:
                drafts[place][number] = rejected(made, error.reason, error.detail, answer=answer.text)
            else:
                drafts[place][number] = made | {"tests": tests.text}


def _finished(draft: Outcome) -> Outcome:
    """Take the code out of the tests' block, and see that they test something."""
    if isinstance(draft, Reject):
        return draft
    try:
        tests = code_of(Block(draft["tests"]), "tests")
        check_tests(tests)
    except MalformedError as error:
        return rejected(draft, error.reason, error.detail)
    return {**draft, "tests": tests}


def make_stage(config: AlignConfig) -> ResponsesStage:
    """Make the stage; where not all responses are asked for at once, programs are run in between."""
    if config.responses.round >= config.responses.n:
        return ResponsesStage(config)
    from reweave.align import validate  # noqa: PLC0415 - starts what is not always needed

    return ResponsesStage(config, *validate.make_agreeing(config))
