"""The stage that asks for concepts, against a scripted server: rows, rejects, inventory, mixes."""

import json

from reweave.align.chain import concepts as module
from reweave.align.chain.asking import grouped
from reweave.align.chain.concepts import ConceptsStage


def seeds(count):
    return [
        {"id": f"s{i}", "code": f"def f_{i}():\n    return {i}\n", "kind": "function"} for i in range(count)
    ]


def table(count, said="- Idea {i}s\n- Loops\n- loop\n- of a, b and c\n[[/concepts]] and on"):
    return [{"prompt": f"def f_{i}()", "texts": [said.replace("{i}", str(i))]} for i in range(count)]


def test_rows_and_inventory(serve, configure, stage_run, tmp_path):
    """Concepts are normalised, once each; columns stay; what a cap leaves out is counted and still listed."""
    config = configure(serve(answers=table(5), only_table=True), concepts={"cap": 3, "least": 2})
    kept, rejects, done = stage_run(ConceptsStage(config), seeds(5))
    assert [row["concepts"] for row in kept[:3]] == [
        [f"idea {i}s", "loop", "of a, b and c"] for i in range(3)
    ]
    assert [(row["id"], row["kind"]) for row in kept] == [
        ("s0", "function"),
        ("s1", "function"),
        ("s2", "function"),
    ]
    assert {name: reject["reason"] for name, reject in rejects.items()} == {
        "s3": "common-concepts",
        "s4": "common-concepts",
    }
    assert rejects["s3"]["row"]["answer"].startswith("- Idea 3s")
    assert done.spent["generator"]["requests"] == 5
    inventory = [
        json.loads(line) for line in (tmp_path / "stage" / "inventory.jsonl").read_text().splitlines()
    ]
    assert inventory[:2] == [
        {"concept": "loop", "named": 5, "used": 3},
        {"concept": "of a, b and c", "named": 5, "used": 3},
    ]
    assert len(inventory) == 7


def test_last_partial_group(serve, configure, stage_run, monkeypatch):
    """Rows that fill no whole group are asked like the others: the published pipeline died there."""
    server = serve(answers=table(9), only_table=True)
    whole, _, _ = stage_run(ConceptsStage(configure(server)), seeds(9))
    monkeypatch.setattr(module, "grouped", lambda rows: grouped(rows, 4))
    in_groups, _, _ = stage_run(ConceptsStage(configure(server)), seeds(9), "groups")
    assert in_groups == whole
    assert len(whole) == 9


def test_mixes(serve, configure, stage_run):
    """Combinations are rows of their own that say where they come from; those that are there already go."""
    config = configure(
        serve(answers=table(4, "- a {i}\n- b {i}\n"), only_table=True), concepts={"mixes": 12, "most": 4}
    )
    kept, rejects, done = stage_run(ConceptsStage(config), seeds(4))
    mixed = [row for row in kept if row["id"].startswith("mix/")]
    assert done.counts.read == 16
    assert 1 <= len(mixed) <= 6  # there are no more pairs of four seeds
    assert {reject["reason"] for reject in rejects.values()} == {"repeated-mix"}
    assert len({frozenset(row["concepts"]) for row in kept}) == len(kept)
    for row in mixed:
        assert len(row["concepts"]) == 4
        assert all(seed.removeprefix("s") in "".join(row["concepts"]) for seed in row["seed_ids"])


def test_failed_and_asked_again(serve, configure, stage_run):
    """A request that fails is counted as failed, and nothing is made up; the next start asks for it alone."""
    rules = [{"mode": "error", "match": "def f_1()", "first": 2}]
    server = serve(*rules, answers=table(3), only_table=True)
    kept, rejects, done = stage_run(ConceptsStage(configure(server)), seeds(3))
    assert [row["id"] for row in kept] == ["s0", "s2"]
    assert (rejects["s1"]["outcome"], rejects["s1"]["reason"]) == ("failed", "server-error")
    assert done.counts.failed == {"server-error": 1}
    asked = len(server.requests())
    assert asked == 4  # one of them was tried again
    kept, rejects, done = stage_run(ConceptsStage(configure(server)), seeds(3))
    assert [row["id"] for row in kept] == ["s0", "s1", "s2"]
    assert not rejects
    assert len(server.requests()) == asked + 1
    kept, _, done = stage_run(ConceptsStage(configure(server)), seeds(3))
    assert done.was_complete
    assert len(server.requests()) == asked + 1
    assert done.spent["generator"]["attempts"] == {"answer": 3, "server-error": 2}


def test_more_seeds(serve, configure, stage_run):
    """With more seeds than before, only the new ones are asked for."""
    server = serve(answers=table(5), only_table=True)
    stage_run(ConceptsStage(configure(server)), seeds(3))
    kept, _, _ = stage_run(ConceptsStage(configure(server)), seeds(5))
    assert len(kept) == 5
    assert len(server.requests()) == 5


def test_shuffled_shots(serve, configure, stage_run):
    """With shots in drawn orders no two prompts begin alike; in one order all do."""
    server = serve(answers=table(3), only_table=True)
    for shuffle in (True, False):
        stage_run(ConceptsStage(configure(server, concepts={"shuffle": shuffle})), seeds(3), f"{shuffle}")
    begun = [r["prompt"][:1500] for r in server.requests()]
    assert len(set(begun[:3])) == 3
    assert len(set(begun[3:])) == 1
