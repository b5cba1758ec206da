"""Recombination: concepts of several seeds put together, for tasks that no seed suggests."""

from collections.abc import Iterator, Sequence

from reweave.edits.stream import Stream


def mixes(
    seed: int, rows: Sequence[tuple[str, Sequence[str]]], count: int, sources: int, concepts: int
) -> Iterator[tuple[list[str], list[str]]]:
    """Draw combinations; the draws depend on the seed and the rows alone.

    Args:
        seed: Of the draws.
        rows: Ids and concepts to draw from.
        count: How many combinations.
        sources: Of how many rows each is made.
        concepts: How many concepts each has at most.

    Yields:
        The ids of the rows it is made of, and the concepts; fewer of both where there are not enough.

    >>> list(mixes(0, [("a", ["x"]), ("b", ["y"])], 1, 2, 3))[0][0] in (["a", "b"], ["b", "a"])
    True
    """
    for number in range(count):
        stream, draws = Stream(seed, "mix", number), 0
        places: list[int] = []
        while len(places) < min(sources, len(rows)):
            place = stream.below(draws, len(rows))
            draws += 1
            if place not in places:
                places.append(place)
        # In turns, so that each row gives its share; where in its list each begins is drawn.
        lists = []
        for place in places:
            own = list(rows[place][1])
            first = stream.below(draws, len(own))
            draws += 1
            lists.append(own[first:] + own[:first])
        longest = max(map(len, lists), default=0)
        turns = [own[turn] for turn in range(longest) for own in lists if turn < len(own)]
        yield [rows[place][0] for place in places], list(dict.fromkeys(turns))[:concepts]
