"""The loop: a round's data, its training, its evaluation, the gate; then the next, or the end.

    DIR/config.json, DIR/rounds.json           the settings; what all rounds came to
    DIR/round-0/evaluation                     of the model that it begins with
    DIR/round-N/data                           a whole `reweave align run`
    DIR/round-N/training.jsonl, DIR/round-N/model, DIR/round-N/evaluation
    DIR/round-N/round.json                     the gate's decision and all counts; written last

A model's server runs only while it is asked. Killed at any moment and started again, it goes on: each part
has a run directory of its own that knows what is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.funnel import read_funnel
from reweave.align.rounds.config import Settings
from reweave.align.rounds.gate import Verdicts, decide
from reweave.align.rounds.mixing import mix
from reweave.align.rounds.served import served
from reweave.align.rounds.training import train
from reweave.align.run import run_chain
from reweave.errors import ModelError
from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY, read_json

FORMAT = 1

Tell = Callable[[str], None]
"""Told in one line what begins."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, and what it scored.

    Args:
        model: Its folder, or its name on the hub.
        round: Which round made it; 0: none did.
        score: pass@k as ``summary.json`` has it.
    """

    model: str
    round: int
    score: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rounds:
    """What the rounds came to.

    Args:
        folder: Where they are.
        rounds: The contents of each ``round.json``.
        best: The last model that was accepted, or the first one.
        first: The score of the model that it began with.
        ended: Why there was no further round.
    """

    folder: Path
    rounds: list[Mapping[str, Any]]
    best: Candidate
    first: Mapping[str, Any]
    ended: str


def run_rounds(settings: Settings, out: Path, tell: Tell, *, workers: int | None = None) -> Rounds:
    """Run the rounds, or what of them is missing.

    Args:
        settings: All of them.
        out: Their folder.
        tell: Told what begins.
        workers: Programs judged at once in an evaluation; None: one a core.

    Raises:
        RunError: The folder is of other settings, or a training failed.
        ModelError: A server failed, or requests did; the same call asks for these again.
        ReweaveError: As the parts have it.
    """
    with HeldFolder(out) as held:
        held.claim(_claimed(settings))
        loop = _Loop(settings, out, tell, workers)
        best = Candidate(settings.rounds.model, 0, loop.evaluate(settings.rounds.model, 0))
        first, rounds, refused, ended = best.score, [], 0, "all rounds were run"
        for number in range(1, settings.rounds.rounds + 1):
            made = loop.round(number, best)
            rounds.append(made)
            if made["training"] is None:
                ended = made["why"]
                break
            if made["gate"]["accepted"]:
                best, refused = Candidate(str(out / f"round-{number}" / "model"), number, made["score"]), 0
                continue
            refused += 1
            if refused >= settings.rounds.patience:
                ended = f"the gate refused {refused} in a row, and patience is {settings.rounds.patience}"
                break
        found = Rounds(out, rounds, best, first, ended)
        _write(found)
    return found


class _Loop:
    """The parts of a round, in one folder."""

    def __init__(self, settings: Settings, out: Path, tell: Tell, workers: int | None) -> None:
        self._settings, self._out, self._tell, self._workers = settings, out, tell, workers

    def round(self, number: int, best: Candidate) -> Mapping[str, Any]:
        """Run a round with the best model so far; give the contents of its ``round.json``."""
        place = self._out / f"round-{number}"
        told = place / "round.json"
        if told.exists():
            found: Mapping[str, Any] = read_json(told)
            return found
        config = self._settings.rounds
        base = Candidate(config.model, 0, {})
        maker = best if config.generator == "best" else base
        data = self._generate(number, maker)
        made: dict[str, Any] = {"format": FORMAT, "round": number, "generator": maker.round, **data}
        if data["rows"] < config.least_rows:
            why = f"{data['rows']:,} rows were made, and fewer than {config.least_rows:,} are not trained on"
            made |= {"training": None, "score": None, "gate": None, "why": why}
        else:
            made["training"] = self._train(number, best)
            made["score"] = self.evaluate(str(place / "model"), number)
            gate = decide(self._verdicts(number), self._verdicts(best.round), config)
            made["gate"], made["why"] = asdict(gate), gate.why + self._what_next(gate.accepted, best)
        atomic_write(told, orjson.dumps(made, option=PRETTY))
        return made

    def evaluate(self, model: str, number: int) -> Mapping[str, Any]:
        """Evaluate a round's model; give its pass@k."""
        from reweave.evaluate.run import Source, evaluate  # noqa: PLC0415 - takes a while
        from reweave.models import Endpoint  # noqa: PLC0415 - likewise

        settings, folder = self._settings, self._out / f"round-{number}" / "evaluation"
        name = settings.serve.name_of("answers", model, f"round-{number}")
        config = settings.eval(name)
        if not _is_evaluated(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._tell(f"round {number}: evaluating on {settings.benchmark}")
            with served(settings.serve, model, f"round-{number}", folder.parent / "server.log") as url:
                generator = settings.align(1, url, name).endpoint("generator")
                endpoint = Endpoint(
                    url, name, kind=config.kind, concurrency=generator.concurrency, timeout=generator.timeout
                )
                made = evaluate(
                    settings.benchmark, folder, config, Source(endpoint=endpoint), workers=self._workers
                )
            if lost := made.unsampled + made.unjudged:
                raise ModelError(
                    f"round {number}: {lost:,} samples got no answer or no verdict; the same command goes on"
                )
        found: Mapping[str, Any] = read_json(folder / "summary.json")["pass@k"][str(settings.rounds.k)]
        return found

    def _generate(self, number: int, maker: Candidate) -> dict[str, Any]:
        """Have a model make data; give the counts of each stage, and what it cost."""
        data = self._out / f"round-{number}" / "data"
        data.parent.mkdir(parents=True, exist_ok=True)
        summary: Any = read_json(data / "summary.json") if (data / "summary.json").exists() else None
        if summary is None or any(stage["failed"] for stage in summary["stages"].values()):
            name = f"round-{maker.round}"
            asked = self._settings.serve.name_of("generates", maker.model, name)
            self._tell(f"round {number}: {name}'s model makes data")
            log = data.parent / "server.log"
            with served(self._settings.serve, maker.model, name, log, raw=True) as url:
                made = run_chain(self._settings.align(number, url, asked), data)
            summary = made.summary
            if made.failed:
                raise ModelError(
                    f"round {number}: {made.failed:,} requests failed; the same command asks again"
                )
        funnel = [asdict(each.counts) for each in read_funnel(data)]
        rows = summary["stages"]["pairs"]["kept"]
        return {"rows": rows, "stages": funnel, "spent": summary["total"]}

    def _train(self, number: int, best: Candidate) -> Mapping[str, Any]:
        config, place = self._settings.rounds, self._out / f"round-{number}"
        earlier = [self._pairs(before) for before in range(1, number)]
        rows = place / "training.jsonl"
        made = mix(
            self._pairs(number), earlier, [Path(each) for each in config.also], rows,
            shares=(config.earlier, config.also_share), seed=self._settings.chain.get("seed", 0) + number,
        )  # fmt: skip
        start = best.model if config.start == "best" else config.model
        self._tell(f"round {number}: training on {made.new + made.earlier + made.also:,} rows")
        told = train(rows, start, place / "model", self._settings.train, place / "train.log")
        return {
            "rows": asdict(made),
            "start": best.round if config.start == "best" else 0,
            "trained_tokens": told["trained_tokens"],
            "loss": [told["first_loss"], told["last_loss"]],
        }

    def _pairs(self, number: int) -> Path:
        return self._out / f"round-{number}" / "data" / "pairs" / "rows.jsonl"

    def _verdicts(self, number: int) -> Verdicts:
        import pyarrow.parquet as pq  # noqa: PLC0415 - takes a while

        found: list[Mapping[str, Any]] = pq.read_table(
            self._out / f"round-{number}" / "evaluation" / "verdicts.parquet"
        ).to_pylist()
        return found

    def _what_next(self, accepted: bool, best: Candidate) -> str:
        if accepted:
            makes = ", and makes the next round's data" if self._settings.rounds.generator == "best" else ""
            return f" It is the best model now{makes}."
        whose = "the model that it began with" if best.round == 0 else f"round {best.round}'s model"
        return f" The best model stays {whose}."


def _is_evaluated(folder: Path) -> bool:
    """Say whether an evaluation is whole: every sample drawn and judged."""
    if not (folder / "summary.json").exists():
        return False
    verdicts = read_json(folder / "summary.json")["verdicts"]
    return not any(verdicts.get(word) for word in ("not-sampled", "harness-error"))


def _claimed(settings: Settings) -> Mapping[str, Any]:
    """Give what all starts must have in common; endpoints may move, and more rounds may be asked for."""
    chain = {key: value for key, value in settings.chain.items() if key != "endpoints"}
    return {
        "format": FORMAT,
        "reweave": __version__,
        "rounds": settings.rounds.model_dump(exclude={"rounds", "patience"}),
        "train": dict(settings.train),
        "benchmark": settings.benchmark,
        "evaluate": dict(settings.evaluate),
        "chain": chain,
    }


def _write(found: Rounds) -> None:
    document = {
        "format": FORMAT,
        "reweave": __version__,
        "first": found.first,
        "rounds": found.rounds,
        "best": {"round": found.best.round, "score": found.best.score},
        "ended": found.ended,
    }
    atomic_write(found.folder / "rounds.json", orjson.dumps(document, option=PRETTY))
