"""The engine in this process, over a scripted model: what is batched, what is given up, what is told."""

import asyncio
import threading
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from reweave.errors import InputError
from reweave.generate.sampling import Generated
from reweave.model_folder import ModelFormat
from reweave.serve.engine import Draw, Ended, Piece
from reweave.serve.local import LocalEngine
from reweave.serve.reading import Reader
from reweave.serve.refusals import ServeError

from .upstream import edits_for, program_for


class Scripted:
    """In the place of LocalModel: answers by prompt and seed, edit after edit; no model writes here."""

    format = ModelFormat()

    def __init__(self):
        self.calls = []
        self.go = threading.Event()
        self.go.set()
        self.given_up = 0

    def generate(self, prompts, sampling, *, seeds, on_edit):
        """As LocalModel has it."""
        self.calls.append((list(prompts), sampling, seeds))
        if "too long" in prompts[0]:
            raise InputError("prompt 0 is too long")
        if "broken" in prompts[0]:
            raise RuntimeError("no memory")
        made = []
        try:
            for row, (prompt, seed) in enumerate(zip(prompts, seeds, strict=True)):
                text = edits_for(program_for(prompt, seed), "unified")
                for edit in text.split("\n<|diff|>")[1:-2]:
                    assert self.go.wait(20)
                    on_edit(row, edit)
                text = f"Well:{text}" if "prose" in prompt else text
                made.append(
                    Generated(
                        text=text,
                        finish_reason="stop",
                        prompt_tokens=3,
                        completion_tokens=40,
                        sampled_tokens=50,
                        resampled=1,
                    )
                )
        except BaseException:
            self.given_up += 1
            raise
        return made


@dataclass
class Came:
    """What came of a draw."""

    text: str
    pieces: int
    ended: Ended


async def draw(engine, **settings):
    reader, pieces = Reader(ModelFormat()), 0
    async with aclosing(engine.generate(Draw(**settings))) as events:
        async for event in events:
            if isinstance(event, Piece):
                pieces += 1
                reader.take(event.text)
            else:
                return Came(reader.text, pieces, event)
    raise AssertionError("it never ended")


def run(model, work, **settings):
    async def main():
        engine = LocalEngine(model, **settings)
        try:
            async with asyncio.timeout(30):
                return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(main())


def test_answers():
    """Whatever is batched with it, a completion is that of its own seed; edits come one by one."""

    async def work(engine):
        draws = [draw(engine, prompt=f"p{i}", seed=i) for i in range(6)]
        return await asyncio.gather(*draws)

    scripted = Scripted()
    came = run(scripted, work, checked=2)
    assert [c.text for c in came] == [edits_for(program_for(f"p{i}", i), "unified") for i in range(6)]
    assert all(c.pieces == 4 for c in came)
    assert came[0].ended == Ended("stop", 3, 40, {"sampled_tokens": 50, "resampled": 1, "refused": 0})
    assert all(sampling.checked == 2 for _, sampling, _ in scripted.calls)


def test_batches():
    """What waits is batched up to the limit, by its settings."""

    async def work(engine):
        scripted.go.clear()
        first = asyncio.ensure_future(draw(engine, prompt="first", seed=0))
        while not scripted.calls:  # noqa: ASYNC110 - a worker thread's list
            await asyncio.sleep(0.01)
        rest = [draw(engine, prompt=f"p{i}", seed=i, temperature=0.5 if i % 2 else 1.0) for i in range(8)]
        all_of_it = asyncio.gather(first, *rest)
        await asyncio.sleep(0.05)
        scripted.go.set()
        return await all_of_it

    scripted = Scripted()
    run(scripted, work, batch=3)
    assert [prompts for prompts, _, _ in scripted.calls] == [
        ["first"], ["p0", "p2", "p4"], ["p1", "p3", "p5"], ["p6"], ["p7"],
    ]  # fmt: skip
    assert [seeds for _, _, seeds in scripted.calls[1:3]] == [[0, 2, 4], [1, 3, 5]]


def test_failures():
    """A prompt that does not fit is a 400, a model that fails a 500; the next one is served."""

    async def work(engine):
        statuses = []
        for prompt in ("too long", "broken"):
            with pytest.raises(ServeError) as caught:
                await draw(engine, prompt=prompt)
            statuses.append(caught.value.status)
        assert await engine.problem() is None
        return statuses, (await draw(engine, prompt="fine", seed=1)).text

    assert run(Scripted(), work) == ([400, 500], edits_for(program_for("fine", 1), "unified"))


def test_whoever_leaves():
    """A batch whose readers have all gone ends at its next edit; one that waits is never begun."""

    async def work(engine):
        scripted.go.clear()
        tasks = [asyncio.ensure_future(draw(engine, prompt=f"p{i}", seed=i)) for i in range(3)]
        while not scripted.calls:  # noqa: ASYNC110 - a worker thread's list
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        scripted.go.set()
        return (await draw(engine, prompt="next", seed=1)).text

    scripted = Scripted()
    assert run(scripted, work, batch=1) == edits_for(program_for("next", 1), "unified")
    assert [prompts for prompts, _, _ in scripted.calls] == [["p0"], ["next"]]
    assert scripted.given_up == 1


def test_text_before_the_first_edit():
    """It is told apart: the edits were sent by then."""

    async def work(engine):
        return await draw(engine, prompt="prose", seed=1)

    came = run(Scripted(), work)
    assert came.text == edits_for(program_for("prose", 1), "unified")
    assert came.ended.told["before_first_edit"] == "Well:"
