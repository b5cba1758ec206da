"""The sandbox for an event loop."""

import asyncio

from reweave.sandbox import AsyncSandbox, Call, CallsJob, Limits, Returned

ADD = "def add(a, b):\n    return a + b\n"
SLEEP = "import time\ndef f(s):\n    time.sleep(s)\n    return s\n"


def test_many_at_once(box):
    """Two hundred runs are awaited together; each gets its own answer."""

    async def main():
        async with AsyncSandbox(tier=box.tier, workers=2) as own:
            runs = await asyncio.gather(*(own.run(ADD, [Call("add", (n, 1))]) for n in range(200)))
            return [run.calls for run in runs]

    assert asyncio.run(main()) == [(Returned(n + 1),) for n in range(200)]


def test_every_kind_of_run(box):
    """The same methods as the sandbox that blocks."""

    async def main():
        async with AsyncSandbox(tier=box.tier, workers=2) as own:
            return await asyncio.gather(
                own.run_tests(ADD, "assert add(1, 2) == 3"),
                own.run_stdin("print(input())", "x"),
                own.run_cells(["a = 1"]),
            )

    verdict, stdin, cells = asyncio.run(main())
    assert (verdict.form, verdict.passed, stdin.stdout, dict(cells.cells[0].variables)) == (
        "data",
        True,
        "x\n",
        {"a": 1},
    )


def test_the_loop_goes_on_meanwhile(box):
    """Waiting for a sample blocks nobody else."""

    async def main():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        async with AsyncSandbox(tier=box.tier, workers=1) as own:
            await own.run(ADD, [])
            ticker = asyncio.create_task(tick())
            await own.run(SLEEP, [Call("f", [0.5])])
            ticker.cancel()
        return ticks

    assert asyncio.run(main()) >= 10


def test_a_cancelled_run_harms_no_other(box):
    """What nobody waits for any more is dropped; the next run is served."""

    async def main():
        async with AsyncSandbox(tier=box.tier, workers=1, limits=Limits(wall=1.0)) as own:
            waiting = asyncio.create_task(own.run(SLEEP, [Call("f", [30])]))
            await asyncio.sleep(0.3)
            waiting.cancel()
            return (await own.run(ADD, [Call("add", (1, 1))])).calls

    assert asyncio.run(main()) == (Returned(2),)


def test_streams_in_order_and_as_they_end(box):
    """``map`` gives every result, in either order."""

    async def main():
        async with AsyncSandbox(tier=box.tier, workers=2) as own:
            jobs = [CallsJob(ADD, [Call("add", (n, 0))], tag=n) for n in range(50)]
            ordered = [run.tag async for run in own.map(jobs, window=7)]
            ended = [run.tag async for run in own.map(jobs, ordered=False)]
            return ordered, ended

    ordered, ended = asyncio.run(main())
    assert ordered == list(range(50))
    assert sorted(ended) == ordered
