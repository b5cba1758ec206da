"""The rule for variety."""

from reweave.ground.trace.apis import Variety, sequence


def test_sequence():
    """Calls in the order of the text, a chain's last first, without the program's own functions."""
    program = "def g(df):\n    return df.groupby('a').sum()\nresult = g(df.copy())\nn = len(result)"
    assert sequence(program) == (".sum", ".groupby", ".copy", "len")
    assert sequence("x = df['a'] * 2") == ()


def test_variety():
    """Of one sequence so many are admitted, of others more; 0 admits all."""
    variety = Variety(2)
    programs = ["a = df.sum()", "b = df.sum()", "c = other.sum()", "d = df.mean()", "e = 1", "f = 2", "g = 3"]
    assert [variety.admits(each) for each in programs] == [True, True, False, True, True, True, False]
    assert all(Variety(0).admits("a = df.sum()") for _ in range(9))
