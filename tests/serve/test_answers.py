"""What the `openai` client gets from a real `reweave serve` in front of a scripted upstream."""

import json
import urllib.request

import pytest

from reweave.edits.codec import decode, split_completion

from .upstream import edits_for, program_for


def chat(client, text="Write it.", model="scripted", **settings):
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}], **settings
    )


def streamed(events):
    """Put the events of a stream together: the texts and the last reasons, by choice, and all events."""
    texts, reasons, every = {}, {}, list(events)
    for event in every:
        for choice in event.choices:
            piece = choice.delta.content if hasattr(choice, "delta") else choice.text
            texts[choice.index] = texts.get(choice.index, "") + (piece or "")
            reasons[choice.index] = choice.finish_reason or reasons.get(choice.index)
    return texts, reasons, every


def test_chat_gives_the_program(client):
    """A chat answers with the decoded program, byte for byte, and says how it decoded."""
    answer = chat(client, "Write it, please.", seed=3)
    [choice] = answer.choices
    assert choice.message.content == program_for("Write it, please.", 3)
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    assert choice.reweave == {"status": "exact", "edits": 3, "notes": []}
    assert answer.usage.prompt_tokens == 3
    assert answer.usage.total_tokens == 3 + answer.usage.completion_tokens > 3


def test_choices_have_seeds_of_their_own(client, upstream):
    """Choice i is asked for with seed + i; a prompt's tokens count once, however many choices it has."""
    answer = chat(
        client, "Five of it.", seed=10, n=5, temperature=0.7, top_p=0.9, extra_body={"min_p": 0.1, "top_k": 7}
    )
    assert [c.index for c in answer.choices] == [0, 1, 2, 3, 4]
    assert [c.message.content for c in answer.choices] == [
        program_for("Five of it.", 10 + i) for i in range(5)
    ]
    assert answer.usage.prompt_tokens == 3
    bodies = [line["body"] for line in upstream.lines("asked") if line["body"].get("prompt") == "Five of it."]
    assert sorted(body["seed"] for body in bodies) == [10, 11, 12, 13, 14]
    assert {(b["temperature"], b["top_p"], b["min_p"], b["top_k"]) for b in bodies} == {(0.7, 0.9, 0.1, 7)}
    assert all(body["skip_special_tokens"] is False for body in bodies)


def test_completions(client):
    """Completions answer bare programs, for several prompts in their order."""
    answer = client.completions.create(model="scripted", prompt=["one", "two"], n=2, seed=0)
    expected = [program_for(prompt, seed) for prompt in ("one", "two") for seed in (0, 1)]
    assert [c.text for c in answer.choices] == expected
    assert [c.index for c in answer.choices] == [0, 1, 2, 3]
    assert answer.usage.prompt_tokens == 2


@pytest.mark.parametrize("n", [1, 3])
def test_streamed_program(client, n):
    """Streamed, the whole program comes when it is final: a delta cannot be taken back."""
    events = chat(client, "Stream it.", seed=1, n=n, stream=True, stream_options={"include_usage": True})
    texts, reasons, every = streamed(events)
    assert texts == {i: program_for("Stream it.", 1 + i) for i in range(n)}
    assert set(reasons.values()) == {"stop"}
    assert every[-1].choices == []
    assert every[-1].usage.prompt_tokens == 2
    assert len([e for e in every if e.choices and e.choices[0].delta.content]) == n
    texts, _, every = streamed(client.completions.create(model="scripted", prompt="s", seed=1, stream=True))
    assert texts == {0: program_for("s", 1)}
    assert every[-1].choices[0].finish_reason == "stop"


def test_raw_edits(client):
    """The model's name with :edits gives what the model wrote, whole or streamed, up to its last edit."""
    expected = edits_for(program_for("raw", 4), "unified")
    assert chat(client, "raw", "scripted:edits", seed=4).choices[0].message.content == expected
    texts, _, every = streamed(chat(client, "raw", "scripted:edits", seed=4, stream=True))
    assert texts == {0: expected}
    assert len(every) > 5


def test_one_event_an_edit(client):
    """With :edit-stream each event holds an edit and the program after it; together they are the raw text."""
    events = chat(client, "edits", "scripted:edit-stream", seed=4, stream=True)
    texts, _, every = streamed(events)
    program = program_for("edits", 4)
    assert texts == {0: edits_for(program, "unified")}
    told = [e.choices[0].reweave for e in every if "edit" in (e.choices[0].model_extra.get("reweave") or {})]
    edits = split_completion(texts[0])
    assert [t["edit"] for t in told] == edits
    assert [t["state"] for t in told] == [decode(edits[: i + 1]) for i in range(3)]
    whole = chat(client, "edits", "scripted:edit-stream", seed=4).choices[0]
    assert [t["state"] for t in whole.reweave["states"]] == [t["state"] for t in told]
    assert whole.message.content == texts[0]
    last = chat(client, "mode=stops", "scripted:edit-stream", seed=4).choices[
        0
    ]  # no marker after the last edit
    assert [t["number"] for t in last.reweave["states"]] == [0, 1, 2]
    assert last.reweave["states"][-1]["state"] == program_for("mode=stops", 4)


@pytest.mark.parametrize("stream", [False, True])
def test_stop_cuts_what_is_returned(client, stream):
    """A stop text is looked for in the decoded program, not in the edits."""
    program = program_for("stop", 2)
    answer = chat(client, "stop", seed=2, stop=["@@", "\n\ndef"], stream=stream)
    if stream:
        texts, reasons, _ = streamed(answer)
        assert texts == {0: program[: program.index("\n\ndef")]}
        assert reasons == {0: "stop"}
    else:
        assert answer.choices[0].message.content == program[: program.index("\n\ndef")]
        assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("mode", ["edits", "edit-stream"])
def test_stop_in_raw_edits(client, mode):
    """In raw edits it is looked for in the raw text, the same whether that is streamed or not."""
    raw = edits_for(program_for("stop raw", 2), "unified")
    expected = raw[: raw.index("+    return")]
    settings = {"model": f"scripted:{mode}", "seed": 2, "stop": "+    return"}
    assert chat(client, "stop raw", **settings).choices[0].message.content == expected
    assert streamed(chat(client, "stop raw", stream=True, **settings))[0] == {0: expected}


def test_fence_where_the_request_speaks_of_one(client):
    """A chat that asks for Markdown gets a fence around the program; others, and completions, get it bare."""
    text = "Write it in a Markdown code block."
    assert chat(client, text, seed=1).choices[0].message.content == f"```python\n{program_for(text, 1)}```"
    assert client.completions.create(model="scripted", prompt=text, seed=1).choices[0].text == program_for(
        text, 1
    )


def test_a_completion_goes_on_from_its_prompt(start, tmp_path):
    """Where the program begins with the prompt, the rest is returned: both together are the program."""
    prompt = 'def f(x):\n    """Twice."""\n'
    table = tmp_path / "answers.jsonl"
    table.write_text(json.dumps({"prompt": prompt, "programs": [f"{prompt}    return 2 * x\n"]}) + "\n")
    front, _ = start(upstream=["--answers", table])
    with front.client() as client:
        [choice] = client.completions.create(model="scripted", prompt=prompt, stop=["\ndef"]).choices
        assert (choice.text, choice.reweave["continues"]) == ("    return 2 * x\n", True)
        [choice] = client.completions.create(model="scripted", prompt=f"# {prompt}").choices
        assert (choice.text, choice.reweave["continues"]) == (f"{prompt}    return 2 * x\n", False)


@pytest.mark.parametrize("form", ["short", "search-replace", "states"])
def test_any_form(start, form):
    """Every form decodes; prompt template, name and the upstream's endpoint are as flags say."""
    front, upstream = start(
        "--form", form, "--prompt-template", "Q: {instruction}\\nA:", "--name", "mine",
        "--upstream-kind", "chat",
        "--upstream-plain", upstream=["--form", form],
    )  # fmt: skip
    with front.client() as client:
        answer = chat(client, "Hi.", "mine", seed=9)
        assert answer.choices[0].message.content == program_for("Q: Hi.\nA:", 9)
        assert [m.id for m in client.models.list()] == [
            "mine",
            "mine:program",
            "mine:edits",
            "mine:edit-stream",
        ]
    body = upstream.last_body()
    assert body["messages"] == [{"role": "user", "content": "Q: Hi.\nA:"}]
    assert "skip_special_tokens" not in body


def test_what_does_not_decode(client, start):
    """Leniently it is mended, and said; strictly it is an empty answer, which no harness takes for none."""
    lenient = chat(client, "mode=malformed", seed=1).choices[0]
    assert lenient.reweave["status"] in {"repaired", "malformed"}
    assert lenient.reweave["notes"]
    assert chat(client, "mode=prose").choices[0].reweave["status"] == "malformed"
    front, _ = start("--decode", "strict")
    with front.client() as strict:
        for mode in ("malformed", "prose", "empty"):
            choice = chat(strict, f"mode={mode}", seed=1).choices[0]
            assert (choice.message.content, choice.finish_reason) == ("", "stop")
            assert choice.reweave["status"] == "malformed"
            assert choice.reweave["notes"]
        assert chat(strict, "fine", seed=1).choices[0].message.content == program_for("fine", 1)


def test_a_model_that_writes_programs(start):
    """A model of programs is served too, for comparison: its text as it is, and no modes of edits."""
    front, _ = start("--writes", "program")
    with front.client() as client:
        assert chat(client, "mode=prose").choices[0].message.content == "Sure! Here is a program."
        assert [m.id for m in client.models.list()] == ["scripted", "scripted:program"]


@pytest.mark.parametrize("mode", ["plain", "no-usage", "length", "stops"])
def test_upstreams_that_differ(client, mode):
    """A body in the place of events, no tokens told, a cut at max_tokens or the stop text: each answers."""
    answer = chat(client, f"mode={mode}", seed=1)
    [choice] = answer.choices
    assert choice.finish_reason == ("length" if mode == "length" else "stop")
    assert (choice.message.content == program_for(f"mode={mode}", 1)) == (mode != "length")
    assert ("estimated" in str(answer.model_extra)) == (mode == "no-usage")
    assert answer.usage.completion_tokens > 0


def test_a_filter_of_the_upstream(client):
    """What an upstream's content filter has cut does not pass for a whole answer."""
    assert chat(client, "mode=filter", seed=1).choices[0].finish_reason == "content_filter"


def test_what_is_counted(front, client):
    """The metrics count requests, tokens, edits and how they decoded; health says there is an upstream."""
    before = metrics(front)
    chat(client, "count", n=2)
    after = metrics(front)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert grown['reweave_requests_total{path="/v1/chat/completions",status="200"}'] == 1
    assert grown["reweave_edits_total"] == 6
    assert grown['reweave_decoded_total{outcome="exact"}'] == 2
    assert grown['reweave_tokens_total{kind="prompt"}'] == 1
    assert grown["reweave_request_seconds_count"] == grown['reweave_request_seconds_bucket{le="+Inf"}'] == 1
    assert after["reweave_requests"] == after["reweave_completions_waiting"] == 0
    with urllib.request.urlopen(f"{front.root}/health") as answer:
        assert json.load(answer)["status"] == "ok"


def metrics(front):
    with urllib.request.urlopen(f"{front.root}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}
