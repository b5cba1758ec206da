"""What happens beside a training: the curve goes to disk step by step, whole checkpoints are marked."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reweave.train import folder

Report = Callable[[int, int, float], None]
"""Called with steps done, steps in all, and the last step's loss a token."""


def watcher(out: Path, report: Report | None, stack: ExitStack) -> Any:
    """Make the callback of the main process.

    Args:
        out: The training's folder.
        report: Whom to tell of every step.
        stack: Closes what is opened here, whatever happens.
    """
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - heavy
    from transformers import TrainerCallback  # noqa: PLC0415 - heavy

    class Watcher(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            folder.write_curve(out, state.log_history)
            self.curve = stack.enter_context((out / "losses.jsonl").open("ab", buffering=0))
            board = SummaryWriter(str(out / "tensorboard"), purge_step=state.global_step + 1)
            self.board = stack.enter_context(board)

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            if "loss" not in (logs or {}):
                return
            logged = state.log_history[-1]
            self.curve.write(folder.curve_line(logged))
            for name in ("loss", "tokens", "learning_rate", "grad_norm"):
                if logged.get(name) is not None:
                    self.board.add_scalar(f"train/{name}", logged[name], state.global_step)
            if report is not None:
                report(state.global_step, state.max_steps, logged["loss"])

        def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            folder.mark_whole(out, state.global_step)

    return Watcher()
