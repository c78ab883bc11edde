"""§3b step 5: nobody learns two things at once. Overlap counts once, and belongs to what began first."""

from collections.abc import Iterable, Iterator

#: (start, end, id of the statement, position of its interval); the id decides between equal starts and ends.
Claim = tuple[int, int, str, int]

#: (start, end, position of the interval that it belongs to)
Share = tuple[int, int, int]


def share_out(claims: Iterable[Claim]) -> Iterator[Share]:
    """The union of all stretches, in time order, each part given to the interval that began first.

    19:00–19:40 and 19:20–20:10 are 19:00–19:40 of the first and 19:40–20:10 of the second: 70 minutes, not 90 (M2).
    """
    reached: int | None = None
    for start, end, _, position in sorted(claims):
        begin = start if reached is None or start > reached else reached
        if begin < end:
            yield begin, end, position
            reached = end
