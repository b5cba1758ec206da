"""A client to be killed: asks 164 prompts, 3 samples each, and writes each outcome as it comes.

python tests/models/asker.py BASE_URL LOG OUTCOMES CONCURRENCY
"""

import asyncio
import sys
from pathlib import Path

PROMPTS, N, SEED = 164, 3, 11


async def main(url, log_path, file, concurrency):
    from reweave.models import Answer, Endpoint, Parameters, Question, RequestLog, ask

    endpoint = Endpoint(url, "scripted", kind="completions", concurrency=int(concurrency), retries=20)
    questions = (Question(f"task/{i}", prompt=f"def task_{i}():", n=N) for i in range(PROMPTS))
    parameters = Parameters(temperature=0.8, top_p=0.95, seed=SEED)
    with RequestLog(log_path) as log:
        async for outcome in ask(endpoint, questions, parameters, log):
            said = outcome.text if isinstance(outcome, Answer) else f"FAILED {outcome.kind}"
            file.write(f"{outcome.question.id} {outcome.sample} {said!r} {getattr(outcome, 'cached', '')}\n")
            file.flush()


if __name__ == "__main__":
    with Path(sys.argv[3]).open("w", encoding="utf-8") as file:
        asyncio.run(main(sys.argv[1], sys.argv[2], file, sys.argv[4]))
