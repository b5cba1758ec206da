"""Seeds as the first stage of the chain, whose input is then code: a folder, an archive, ``package:NAME``.

The settings are those of the verb, in the chain's table ``[seeds]``; with ``judge = true`` the model of the
role ``judge`` is asked. The chain's limit is one of files here. What the chain's funnel shows is what became
of definitions; files that held none are counted in ``rows.jsonl.run/funnel.json``: see ``funnel``.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reweave.align.config import AlignConfig
from reweave.align.seeds.config import SeedsConfig, seeds_config
from reweave.align.seeds.model_judge import ModelJudge
from reweave.align.seeds.run import make_seeds
from reweave.cores import cores
from reweave.storage.manifest import read_json


class SeedsStage:
    """Finds seeds in code.

    Args:
        config: Of the chain.

    Raises:
        InputError: A setting that is not known, or not of its kind; or there is no model to ask as judge.
    """

    name = "seeds"

    def __init__(self, config: AlignConfig) -> None:
        given = {"preset": config.preset, "limit": config.limit, **config.table(self.name)}
        self.config: SeedsConfig = seeds_config(**given)
        asked = self.config.judge
        self.judge = None if asked is None else ModelJudge(asked, config.endpoint(asked.role))

    def run_files(
        self, source: str, out: Path, report: Callable[[int, int, int | None], None] | None
    ) -> Mapping[str, Mapping[str, Any]]:
        """Write the seeds of a source, or go on with it; give what the judge has used.

        The judge's request log lies beside the output: it is good for another limit, and for other files.

        Raises:
            ReweaveError: As ``make_seeds``.
        """
        _forget(out, self.config.limit)
        made = make_seeds(
            source,
            out,
            self.config,
            workers=self.config.workers or cores(),
            report=report,
            judge=self.judge,
            answers=out.parent,
        )
        return made.spent


def make_stage(config: AlignConfig) -> SeedsStage:
    """Make the stage."""
    return SeedsStage(config)


def _forget(out: Path, limit: int) -> None:
    """Remove what was made of fewer files or of more: a limit may be lifted in the same folder."""
    run = out.with_name(f"{out.name}.run")
    known = run / "config.json"
    if known.exists() and read_json(known)["config"]["limit"] != limit:
        # Killed in here, the next start finds the configuration, and does it again
        out.unlink(missing_ok=True)
        for path in run.iterdir():
            if path != known:
                path.unlink()
        shutil.rmtree(run)
