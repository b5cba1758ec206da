"""The experiment from nothing to its report: tasks, a model pretrained on code, tunings, samples, verdicts.

Each part is another room's; this one only puts them in a row. All programs run in the sandbox.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reweave.cores import cores
from reweave.errors import RunError
from reweave.experiment.arms import Arm, arms
from reweave.experiment.config import ExperimentConfig
from reweave.experiment.stages import Stages
from reweave.experiment.tasks import write_tasks
from reweave.settings import checked
from reweave.storage.read import read_rows

# What a program may take: they are loops over a dozen numbers, or never end, and many of those that do not
# append to the list they walk, which ends by the benchmark's own limits after seconds and a GiB.
_LIMITS = {"wall": 1.0, "memory": 96}  # seconds, MiB

Report = Callable[[str], None]
"""Told in one line what begins, and how far it is."""


def run_experiment(config: ExperimentConfig, out: Path, report: Report) -> dict[str, Any]:
    """Do what is not done yet, and give the report's data.

    Args:
        config: The settings.
        out: The experiment's folder.
        report: Told what happens.

    Raises:
        RunError: The folder was begun with other settings, or the tasks' own programs do not pass here.
        InputError: Settings that cannot be met.
        MissingExtraError: The extra ``train`` is not installed.
        SandboxError: Nothing here holds untrusted code.
    """
    from reweave.experiment.report import make_report  # noqa: PLC0415 - numpy

    with Stages(out, config.model_dump(mode="json")) as stages:
        facts = _do(stages, _Job(config, out, report), config)
        return make_report(config, out, facts)


def _do(stages: Stages, job: "_Job", config: ExperimentConfig) -> dict[str, Any]:
    """Do all stages; give what each came to."""
    facts: dict[str, Any] = {"tasks": stages.do("tasks", job.timed("tasks", job.tasks))}
    facts["pretrain"] = stages.do("pretrain", job.timed("pretraining", job.pretrain))
    facts["variants"] = stages.do("variants", job.timed("training sets", job.variants))
    chosen = arms(config)
    for model in dict.fromkeys(arm.model for arm in chosen):
        work = job.timed(f"tuning {model}", partial(job.tune, model))
        facts[f"tune-{model}"] = stages.do(f"tune-{model}", work)
    job.sample(stages, chosen)
    for arm in chosen:
        facts[f"sample-{arm.name}"] = stages.read(f"sample-{arm.name}")
        for decoding in arm.decodings:
            name = f"{arm.name}-{decoding}"
            work = job.timed(f"scoring {name}", partial(job.score, arm, decoding))
            facts[f"score-{name}"] = stages.do(f"score-{name}", work)
    return facts


class _Job:
    """The work of the stages."""

    def __init__(self, config: ExperimentConfig, out: Path, report: Report) -> None:
        self._config = config
        self._out = out
        self._report = report
        self._base = out / "pretrained" / "model"

    @property
    def _device(self) -> str:
        import torch  # noqa: PLC0415 - heavy

        return "cuda" if self._config.device == "auto" and torch.cuda.is_available() else "cpu"

    def timed(self, name: str, work: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        """Make a stage say when it begins and how long it took."""

        def run() -> dict[str, Any]:
            self._report(f"{name} …")
            began = time.monotonic()
            made = work()
            seconds = round(time.monotonic() - began, 1)
            self._report(f"{name}: {seconds:,.0f} s")
            return {**made, "seconds": seconds}

        return run

    def tasks(self) -> dict[str, Any]:
        """Make the tasks, and see that every reference passes its own tests, in the sandbox."""
        from reweave.evaluate.config import EvalConfig  # noqa: PLC0415 - heavy
        from reweave.evaluate.run import load_tasks, open_box  # noqa: PLC0415 - heavy
        from reweave.tasks import check, prepare  # noqa: PLC0415 - heavy

        made = write_tasks(self._out, self._config)
        eval_config = checked(EvalConfig, _LIMITS)
        _, tasks = load_tasks(str(self._out / "heldout.jsonl"), eval_config, [])
        with open_box(tasks, eval_config, None) as box:
            bad = [row for row in check(prepare(tasks, box), box) if not row.good]
        if bad:
            first = bad[0]
            raise RunError(
                f"{len(bad)} programs are not judged as they should be here, the first {first.task_id},"
                f" {first.variant}: {first.scored.reason}: {first.scored.detail}"
            )
        return made

    def pretrain(self) -> dict[str, Any]:
        """Make the base model: a tokenizer, and weights that have seen code but none of the tasks."""
        from reweave.train.pretrain import PretrainConfig, pretrain  # noqa: PLC0415 - heavy
        from reweave.train.pretrain.config import PlaceConfig  # noqa: PLC0415 - heavy

        config = self._config
        settings = {
            "sources": [config.pretrain_source],
            "preset": config.pretrain_preset,
            "tokens": config.pretrain_tokens,
            "context": config.context,
            "vocabulary": config.vocabulary,
            "seed": config.seed,
        }
        place = checked(PlaceConfig, {"device": config.device})
        made = pretrain(checked(PretrainConfig, settings), self._out / "pretrained", place, self._tokens())
        return {"summary": made.summary}

    def variants(self) -> dict[str, Any]:
        """Make the training sets, equal in steps and trained tokens."""
        from reweave.train.prepare import load_tokenizer  # noqa: PLC0415 - heavy
        from reweave.train.variants import make_variants  # noqa: PLC0415 - heavy

        config = self._config
        made = make_variants(
            read_rows(self._out / "pairs.jsonl"),
            load_tokenizer(str(self._base)),
            steps=config.tune_steps,
            tokens_per_step=config.tune_tokens,
            forms=config.forms,
            paths=config.paths,
            seed=config.seed,
            max_length=config.context,
        )
        made.save(self._out / "variants")
        return {"manifest": made.manifest, "rejects": len(made.rejects)}

    def tune(self, model: str) -> dict[str, Any]:
        """Tune the base model on one training set."""
        from reweave.train.config import SftConfig  # noqa: PLC0415 - heavy
        from reweave.train.pretrain.speed import has_bf16  # noqa: PLC0415 - heavy
        from reweave.train.sft import train_sft  # noqa: PLC0415 - heavy

        settings = {
            "model": str(self._base),
            "learning_rate": self._config.learning_rate,
            "seed": self._config.seed,
            "device": self._config.device,
            "precision": "bfloat16" if has_bf16(on_cpu=self._device == "cpu") else "float32",
        }
        trained = train_sft(
            checked(SftConfig, settings),
            self._out / "models" / model,
            variant=self._out / "variants" / model,
            report=self._steps(f"tuning {model}"),
        )
        return {"summary": trained.summary, "first_loss": trained.losses[0], "last_loss": trained.losses[-1]}

    def sample(self, stages: Stages, chosen: Sequence[Arm]) -> None:
        """Draw the arms' completions, those that are not there yet."""
        from reweave.experiment.sampling import sample_arms  # noqa: PLC0415 - heavy

        missing = [arm for arm in chosen if not stages.has(f"sample-{arm.name}")]
        missing.sort(key=lambda arm: (-arm.checked, arm.form is None))  # the longest first
        if missing:
            self._report(f"sampling {', '.join(arm.name for arm in missing)} …")
        for arm, made in sample_arms(self._config, self._out, missing, self._device, cores()):
            self._report(f"sampling {arm.name}: {made['seconds']:,.0f} s")
            stages.do(f"sample-{arm.name}", partial(dict, made))

    def score(self, arm: Arm, decoding: str) -> dict[str, Any]:
        """Judge the arm's samples, read in one way."""
        from reweave.evaluate.config import EvalConfig  # noqa: PLC0415 - heavy
        from reweave.evaluate.run import Source, evaluate  # noqa: PLC0415 - heavy

        reading: dict[str, Any] = {"decode": decoding, "form": arm.form} if arm.form is not None else {}
        settings = {
            "extract": "never",
            "k": [k for k in (1, 5, 10, 50) if k <= self._config.samples],
            "model_config_file": str(self._out / "models" / arm.model / "config.json"),
            **_LIMITS,
            **reading,
        }
        made = evaluate(
            str(self._out / "heldout.jsonl"),
            self._out / "runs" / f"{arm.name}-{decoding}",
            checked(EvalConfig, settings),
            Source(file=str(self._out / "samples" / f"{arm.name}.jsonl")),
        )
        return {"summary": made.summary}

    def _steps(self, name: str) -> Callable[[int, int, float], None]:
        """Say how a training goes, every half a minute."""
        last = time.monotonic()

        def report(done: int, total: int, loss: float) -> None:
            nonlocal last
            if time.monotonic() - last > 30:
                last = time.monotonic()
                self._report(f"{name}: step {done:,} of {total:,}, loss {loss:.3f}")

        return report

    def _tokens(self) -> Callable[[str, int, int | None], None]:
        last = time.monotonic()

        def report(stage: str, done: int, total: int | None) -> None:
            nonlocal last
            if time.monotonic() - last > 30:
                last = time.monotonic()
                self._report(f"pretraining: {done:,} {stage}" + (f" of {total:,}" if total else ""))

        return report
