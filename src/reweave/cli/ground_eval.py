"""``reweave ground eval``: a benchmark with specifications in its prompts."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

from reweave.cli import ground_asking as of


def evaluate(
    benchmark: of.Benchmark,
    out: Annotated[Path, of.Flag("-o", "--out", help="The run directory.")],
    specs: of.References = None,
    form: Annotated[
        str | None, of.Specs(help="What is shown: none, type, summary or example.", show_default="summary")
    ] = None,
    leakage: Annotated[
        str | None,
        of.Specs(
            help="oracle: of the true outputs. value-free, noisy. self: the model writes it first. given.",
            show_default="oracle",
        ),
    ] = None,
    given: of.Given = None,
    noise_seed: of.NoiseSeed = None,
    samples: Annotated[
        str | None, of.Flag(help="JSONL of samples that exist: task_id, and completion or solution.")
    ] = None,
    split: of.Split = None,
    limit: of.Limit = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    n: of.N = None,
    temperature: of.Temperature = None,
    top_p: of.TopP = None,
    min_p: of.MinP = None,
    max_tokens: of.MaxTokens = None,
    stop: of.Stop = None,
    seed: of.Seed = None,
    prompt: of.Prompt = None,
    concurrency: of.Concurrency = None,
    timeout: of.Timeout = None,
    retries: of.Retries = None,
    extract: of.Extract = None,
    tier: of.Tier = None,
    unsafe_no_isolation: of.Unsafe = False,
    python: of.Python = None,
    k: of.K = None,
    workers: of.Workers = None,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Score a model on DS-1000 or ARCADE with specifications of inputs and outputs in the prompts.

    Beside pass@k: the share of samples that keep to the specification, and of those that run and are wrong.
    Tasks whose reference has no trace are left out, whatever the form, with the reason. Killed and started
    again, a run goes on where it stopped.

    Example: reweave ground trace ds1000 -o grounded.jsonl --same-calls 0

    Example: reweave ground eval ds1000 --specs grounded.jsonl --form type --model NAME --base-url URL -o run
    """
    from reweave.cli.eval_run import run_eval
    from reweave.ground.evaluation.config import SpecConfig
    from reweave.ground.evaluation.config import split as part
    from reweave.ground.evaluation.run import evaluate_grounded
    from reweave.settings import checked, gather

    flags = {**of.flags_of(locals()), "form": form, "leakage": leakage}
    values = gather("eval", config, set_ or [], flags)
    asked = checked(SpecConfig, part(values, SpecConfig))
    made, place = of.taken(values)
    sys.exit(run_eval(benchmark, out, made, place, evaluating=partial(evaluate_grounded, specs=asked)))
