"""RandSeq, the ablation without a checker: lines vanish in random chunks (LintSeq, section 4)."""

from reweave.edits.stream import Stream


def random_chunks(lines: int, stream: Stream) -> tuple[int, ...]:
    """Delete random subsets of the lines left, each of a random size, until none is left.

    As in the published code, a chunk's size is uniform over 1 to one less than the lines left.

    Args:
        lines: Number of lines of the program.
        stream: The path's random stream.

    Returns:
        For each line, the number of the edit that inserts it.
    """
    left = list(range(lines))
    at = [0] * lines
    draw = 0
    deletion = 0
    while left:
        size = 1
        if len(left) > 1:
            size += stream.below(draw, len(left) - 1)
            draw += 1
        for _ in range(size):
            chosen = stream.below(draw, len(left))
            draw += 1
            left[chosen], left[-1] = left[-1], left[chosen]
            at[left.pop()] = deletion
        deletion += 1
    return tuple(deletion - 1 - number for number in at)
