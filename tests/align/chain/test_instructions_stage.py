"""The stage that asks for instructions: what is drawn, what is stored, what is rejected."""

from collections import Counter

from reweave.align.chain.instructions import DIFFICULTIES, InstructionsStage, draw

SHARES = {"function": 50, "class": 25, "program": 25}


def rows(count):
    return [{"id": f"s{i}", "code": "x", "concepts": [f"marker {i}", "loop"]} for i in range(count)]


def table(*texts):
    return [{"prompt": f"- marker {i}\n", "texts": said} for i, said in enumerate(texts)]


def said(text):
    return [f"{text}\n[[/exercise]]\n[[brief category=program difficulty=hard]]"]


def test_shares():
    """Categories have the published shares, difficulties equal ones, and neither tells the other."""
    drawn = Counter(draw(1, f"row {n}", 0, SHARES) for n in range(20_000))
    for category, share in SHARES.items():
        for difficulty in DIFFICULTIES:
            wanted = 20_000 * share / 300
            assert abs(drawn[category, difficulty] - wanted) < 5 * wanted**0.5
    assert draw(1, "row", 0, SHARES) == draw(1, "row", 0, SHARES)
    assert len({draw(seed, "row", 0, SHARES) for seed in range(50)}) > 3


def test_attributes_stay(serve, configure, stage_run):
    """Category and difficulty that were asked for are in the row: the published pipeline lost them."""
    server = serve(
        answers=table(*[said(f"Write a function that adds {i} to a number.") for i in range(6)]),
        only_table=True,
    )
    kept, _, _ = stage_run(InstructionsStage(configure(server)), rows(6))
    asked = {r["prompt"].rpartition("- marker ")[2][0]: r["prompt"] for r in server.requests()}
    assert len(kept) == 6
    for i, row in enumerate(kept):
        assert (row["id"], row["seed_id"], row["code"]) == (f"s{i}/t0", f"s{i}", "x")
        header = f"[[brief category={row['category']} difficulty={row['difficulty']}]]\n- marker {i}\n"
        assert header in asked[str(i)]
        assert (row["category"], row["difficulty"]) == draw(0, f"s{i}", 0, SHARES)


def test_rules(serve, configure, stage_run):
    """Each rule rejects under its name; the first of two equal instructions stays."""
    server = serve(
        {"mode": "length", "match": "- marker 5\n"},
        answers=table(
            said("Write a function that adds 1 to a number."),
            said("Write a function  that ADDS 1 to a number."),
            said("Use the code above to sort a list."),
            said("Write a function that reads rows.csv and sorts them."),
            said("Sort."),
            ["Write a function that adds one half of a number"],
            said("Write a function that adds 2 to a number."),
        ),
        only_table=True,
    )
    kept, rejects, done = stage_run(InstructionsStage(configure(server)), [*rows(7), {"id": "bare"}])
    assert [row["id"] for row in kept] == ["s0/t0", "s6/t0"]
    assert {name: reject["reason"] for name, reject in rejects.items()} == {
        "s1/t0": "duplicate",
        "s2/t0": "refers-to-code",
        "s3/t0": "refers-to-file",
        "s4/t0": "too-short",
        "s5/t0": "cut-off",
        "bare": "missing-column",
    }
    assert rejects["s1/t0"]["detail"] == "the same words as s0/t0"
    assert list(done.counts.rejected)[-2:] == ["duplicate", "near-duplicate"]


def test_near_duplicates(serve, configure, stage_run):
    """What is nearly an earlier instruction gets no responses; which one, and how near, is a setting."""
    long = "Write a function that reads a list of numbers and gives the sum of those that are {} and even."
    texts = [said(long.format("positive")), said(long.format("negative")), said("Sort.")]
    server = serve(answers=table(*texts), only_table=True)
    near = {"instructions": {"near": 0.5}}
    kept, rejects, _ = stage_run(InstructionsStage(configure(server, **near)), rows(3))
    assert [row["id"] for row in kept] == ["s0/t0"]
    told = rejects["s1/t0"]
    assert (told["reason"], told["detail"]) == ("near-duplicate", "nearly the same as s0/t0")
    for loose in ({}, {"preset": "paper"}):  # 0.7, and equal words only
        kept, rejects, _ = stage_run(InstructionsStage(configure(server, **loose)), rows(3), name=str(loose))
        assert [row["id"] for row in kept] == ["s0/t0", "s1/t0"]


def test_several_each(serve, configure, stage_run):
    """Several instructions of one row are several samples, also where the draws are the same."""
    texts = [[f"Write a function that adds {n} to a number." for n in range(5)]]
    server = serve(answers=table(*texts), only_table=True)
    settings = {"n": 5, "class": 0, "program": 0}
    kept, rejects, done = stage_run(InstructionsStage(configure(server, instructions=settings)), rows(1))
    assert done.counts.read == 5
    drawn = Counter((row["category"], row["difficulty"]) for row in kept) + Counter(
        (reject["row"]["category"], reject["row"]["difficulty"]) for reject in rejects.values()
    )
    assert sum(drawn.values()) == 5
    most = max(drawn.values())
    assert len(kept) == most  # the script answers by the sample's number alone
    seen = {(r["prompt"], r["seed"]) for r in server.requests()}
    assert len(seen) == 5
