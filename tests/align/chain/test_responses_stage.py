"""The stage that asks for responses: rows of their own, reasons, rounds, a tester of its own."""

from contextlib import nullcontext

import pytest

from reweave.align.chain.responses import ResponsesStage
from reweave.align.config import make_config
from reweave.errors import InputError

CODE = "We add.\n\n```bash\npip install x\n```\n\n```python\ndef f(x):\n    return x + {n}\n```\nDone."
TESTS = "```python\nassert f(1) == 1 + {n}\n```"


def rows(count):
    return [
        {"id": f"s{i}/t0", "instruction": f"Write a function that adds {i} to x.", "category": "function"}
        for i in range(count)
    ]


def said(n, text=f"{CODE}\n[[/solution]]\n\n[[tests]]\n{TESTS}\n[[/tests]] and on"):
    return text.replace("{n}", str(n))


def test_rows(serve, configure, stage_run):
    """A response is a row: the text that is trained on without its tests, its program, its tests."""
    server = serve(
        answers=[{"prompt": "adds 0 to x", "texts": [said(0), said(1), said(2, CODE), said(3, "None.")]}]
    )
    kept, rejects, done = stage_run(ResponsesStage(configure(server, responses={"n": 4})), rows(1))
    first = kept[0]
    assert [row["id"] for row in kept] == ["s0/t0/0", "s0/t0/1"]
    assert (first["instruction_id"], first["sample"], first["category"]) == ("s0/t0", 0, "function")
    assert first["response"] == said(0, CODE)
    assert first["program"] == "def f(x):\n    return x + 0\n"
    assert first["tests"] == "assert f(1) == 1 + 0\n"
    assert {name: reject["reason"] for name, reject in rejects.items()} == {
        "s0/t0/2": "missing-block",
        "s0/t0/3": "missing-block",
    }
    assert done.counts.read == 4


def test_rounds(serve, configure, stage_run):
    """What is decided is not asked on; what is not goes to n; a restart asks nobody again."""
    server = serve(
        answers=[{"prompt": f"adds {i} to x", "texts": [said(n) for n in range(9)]} for i in range(3)]
    )
    calls = []

    def agreeing(groups):
        """Scripted: of s0 all pass, of s1 every third, of s2 none."""
        calls.append([(group[0]["instruction_id"], len(group)) for group in groups])
        every = {"s0/t0": 1, "s1/t0": 3, "s2/t0": 100}
        return [len(group) // every[group[0]["instruction_id"]] for group in groups]

    config = configure(server, responses={"n": 9, "round": 3, "agree": 2})
    kept, _, done = stage_run(ResponsesStage(config, lambda: nullcontext(agreeing), "scripted"), rows(3))
    counts = {
        name: sum(row["instruction_id"] == name for row in kept) for name in ("s0/t0", "s1/t0", "s2/t0")
    }
    assert counts == {"s0/t0": 3, "s1/t0": 6, "s2/t0": 9}
    assert done.counts.read == len(server.requests()) == 18
    assert calls == [
        [("s0/t0", 3), ("s1/t0", 3), ("s2/t0", 3)],
        [("s1/t0", 6), ("s2/t0", 6)],
    ]
    (done.folder / "stage.json").unlink()
    with (done.folder / "decisions.jsonl").open("ab") as file:
        file.write(b'["torn by a ki')
    again, _, _ = stage_run(ResponsesStage(config, lambda: nullcontext(agreeing), "scripted"), rows(3))
    assert again == kept
    assert len(calls) == 2
    assert len(server.requests()) == 18


def test_all_without_verdicts(serve, configure, stage_run):
    """Nobody says what passes: all n are asked for."""
    server = serve(answers=[{"prompt": "adds", "texts": [said(0)]}])
    kept, _, _ = stage_run(ResponsesStage(configure(server, responses={"n": 5, "round": 2})), rows(2))
    assert len(kept) == 10


def test_tester(serve, configure, stage_run):
    """A tester with an endpoint of its own sees the solution and writes the tests; its costs are its own."""
    server = serve(
        answers=[{"prompt": "adds 0 to x", "texts": [said(7, f"{CODE}\n[[/solution]]")]}], only_table=True
    )
    answers = [{"prompt": "return x + 7\n```\nDone.\n[[/solution]]\n[[tests]]\n", "texts": [said(7, TESTS)]}]
    tester = serve(answers=answers, only_table=True)
    config = configure(server, responses={"n": 2, "tests": "tester"}).model_dump(by_alias=True)
    config["endpoints"]["tester"] = config["endpoints"]["generator"] | {
        "base_url": tester.url,
        "model": "other",
    }
    kept, rejects, done = stage_run(ResponsesStage(make_config(config)), rows(1))
    assert not rejects
    assert [row["tests"] for row in kept] == ["assert f(1) == 1 + 7\n"] * 2
    assert {role: used["model"] for role, used in done.spent.items()} == {
        "generator": "scripted",
        "tester": "other",
    }
    assert len(server.requests()) == 2
    assert len(tester.requests()) == 1  # equal solutions are one question
    assert server.requests()[0]["body"]["stop"] == ["[[/solution]]"]
    assert tester.requests()[0]["body"]["stop"] == ["[[/tests]]"]


def test_no_tester(serve, configure):
    """Tests by a tester that is not configured are refused before anything is asked."""
    with pytest.raises(InputError, match=r"no table \[endpoints.tester\]"):
        ResponsesStage(configure(serve(), responses={"tests": "tester"}))


def test_chat(serve, configure, stage_run):
    """A chat server gets the document as one message, and may begin with the tag it was shown."""
    answer = f"[[solution]]\n{said(0)}"
    server = serve(answers=[{"prompt": "adds 0 to x", "texts": [answer]}], only_table=True)
    config = configure(server, responses={"n": 1}).model_dump(by_alias=True)
    config["endpoints"]["generator"]["kind"] = "chat"
    kept, _, _ = stage_run(ResponsesStage(make_config(config)), rows(1))
    assert len(kept) == 1
    (request,) = server.requests()
    assert [message["role"] for message in request["body"]["messages"]] == ["user"]
