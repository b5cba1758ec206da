"""One file's definitions through the rules: what is left for the type checker, what goes out, and as what.

Pure: raw row in, lines of JSON out. Who asks the type checker and the judge, and writes, is ``run``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson

from reweave.align.seeds.config import SeedsConfig
from reweave.align.seeds.finding import Found, SourceFile, find
from reweave.align.seeds.names import Bindings, bindings
from reweave.align.seeds.program import Recovered, alone, recover
from reweave.align.seeds.rules import JUDGED, OF_CODE, ORDER, RULES, TYPE_CHECK, TYPE_ERROR, Candidate
from reweave.align.seeds.seed_row import path_of, seed, source_of
from reweave.edits.checkers.base import Verdict
from reweave.errors import CheckerError, RowError
from reweave.records import Program, Reject
from reweave.storage.rows import Fields, make_reject, row_to_program

_UNPARSED = (SyntaxError, ValueError, RecursionError, MemoryError)
_LINE = orjson.OPT_APPEND_NEWLINE


@dataclass(slots=True)
class Sifted:
    """A definition on its way.

    Attributes:
        id: Of the seed.
        candidate: What the rules look at.
        reject: Why it is none; None as long as it may be one.
        typed: Whether the type checker's verdict is known without asking it.
    """

    id: str
    candidate: Candidate
    reject: Reject | None = None
    typed: bool = False

    def ask(self, names: Iterable[str], config: SeedsConfig) -> None:
        """Ask rules in their order, until one says no."""
        for name in names:
            if self.reject is None and (detail := RULES[name](self.candidate, config)) is not None:
                self.refuse(name, detail)

    def judged(self, verdict: Verdict) -> None:
        """Take the type checker's verdict; where there is none, the definition has failed."""
        if isinstance(verdict, CheckerError):
            self.refuse(f"{TYPE_CHECK}{verdict.reason}", verdict.detail, outcome="failed")
        elif verdict:
            first = verdict[0]
            more = f" (and {len(verdict) - 1} more)" if len(verdict) > 1 else ""
            self.refuse(TYPE_ERROR, f"line {first.line}: {first.code}: {first.message}{more}")

    def refuse(self, reason: str, detail: str, outcome: str = "rejected", answer: str | None = None) -> None:
        """Say that it gives no seed, and why; with a judge's answer where that shows it."""
        found = self.candidate.found
        row: dict[str, Any] = {
            "kind": found.kind,
            "first_line": found.first_line,
            "last_line": found.last_line,
        }
        if answer is not None:
            row["answer"] = answer
        self.reject = Reject(self.id, outcome, reason, detail, row | {"code": found.code})


@dataclass(slots=True)
class SiftedFile:
    """A file, and what was found in it.

    Attributes:
        index: Its number in the input.
        reject: Why it gives nothing, if it does not.
        definitions: In its order.
        source: What a seed says of where it is from, but for the lines.
    """

    index: int
    reject: Reject | None = None
    definitions: list[Sifted] = field(default_factory=list)
    source: dict[str, Any] = field(default_factory=dict)

    def left(self) -> list[Sifted]:
        """Those that may still be seeds."""
        return [each for each in self.definitions if each.reject is None]

    def untyped(self) -> list[Sifted]:
        """Those of them that the type checker must see."""
        return [each for each in self.left() if not each.typed]

    def kept(self) -> bytes:
        """The seeds, as lines of JSON."""
        return b"".join(
            orjson.dumps(seed(each.id, each.candidate, self.source), option=_LINE) for each in self.left()
        )

    def rejects(self) -> bytes:
        """What gave none, as lines of JSON."""
        rejects = [self.reject, *(each.reject for each in self.definitions)]
        rows = [{"index": self.index, **asdict(reject)} for reject in rejects if reject is not None]
        return b"".join(orjson.dumps(row, option=_LINE) for row in rows)

    def counts(self) -> Counter[tuple[str, str, str]]:
        """What became of the file and of each definition: level, outcome, reason."""
        file = ("searched", "") if self.reject is None else (self.reject.outcome, self.reject.reason)
        counts = Counter({("files", *file): 1})
        for each in self.definitions:
            ended = ("kept", "") if each.reject is None else (each.reject.outcome, each.reject.reason)
            counts["definitions", *ended] += 1
        return counts


def sift(index: int, raw: bytes | RowError, config: SeedsConfig, known: Mapping[str, str]) -> SiftedFile:
    """Find a file's definitions and ask the rules that come before the type checker.

    Args:
        index: The file's number in the input.
        raw: Its row, or why there is none.
        config: What to look for.
        known: What is known of the input as a whole: package, version, licence.
    """
    fields = Fields(code=config.code_field, id=config.id_field, extract=config.extract == "auto")
    try:
        if isinstance(raw, RowError):
            raise raw
        program = row_to_program(raw, index, fields)
        file, bound = _parse(program)
    except RowError as error:
        reject = make_reject(error, None if isinstance(raw, RowError) else raw, index, fields)
        return SiftedFile(index, Reject(reject.id, reject.outcome, reject.reason, reject.detail))
    path = path_of(program, config)
    made = SiftedFile(index, source=source_of(path, program, known))
    for found in find(file, config.kinds):
        made.definitions.append(_sift_one(f"{path}:{found.qualified}", found, file, bound, config))
    if not made.definitions:
        kinds = " or ".join(config.kinds)
        made.reject = Reject(program.id, "rejected", "no-definition", f"{path}: no {kinds} at the top level")
    return made


def asked(config: SeedsConfig, *, judge: bool) -> tuple[str, ...]:
    """Return the names of the rules that a run asks, in their order."""
    left_out = {
        *((TYPE_ERROR,) if config.types == "none" else ()),
        *(() if judge else JUDGED),
    }
    return tuple(name for name in ORDER[config.preset] if name not in left_out)


def split_order(config: SeedsConfig) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names of the rules before the type checker, and of those behind it."""
    order = ORDER[config.preset]
    place = order.index(TYPE_ERROR)
    return [each for each in order[:place] if each in RULES], [
        each for each in order[place:] if each in RULES
    ]


def _sift_one(name: str, found: Found, file: SourceFile, bound: Bindings, config: SeedsConfig) -> Sifted:
    first = found.node.body[0]
    body = file.text(first.lineno, first.lineno).encode()[first.col_offset :][:8].decode(errors="replace")
    one = Sifted(name, Candidate(found, Recovered(), body))
    before, _ = split_order(config)
    one.ask([rule for rule in before if rule in OF_CODE], config)
    if one.reject is not None:  # most have no docstring: their programs are not worth making
        return one
    try:
        if config.imports == "file":
            recovered = recover(found, file, bound, config.helper_lines)
        else:
            recovered = alone(found, file)
    except _UNPARSED as error:
        # A method whose own lines do not stand alone, mixed tabs and spaces say
        one.refuse("syntax-error", f"it does not compile by itself: {error}")
        return one
    one.candidate = replace(one.candidate, recovered=recovered)
    one.ask([rule for rule in before if rule not in OF_CODE], config)
    return one


def _parse(program: Program) -> tuple[SourceFile, Bindings]:
    try:
        file = SourceFile.parse(program.text)
        return file, bindings(file.tree)
    except _UNPARSED as error:
        raise RowError("syntax-error", f"{program.id}: {error or type(error).__name__}") from error
