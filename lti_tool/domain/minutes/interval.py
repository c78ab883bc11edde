"""The stretch of study that one statement gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence

#: Start and end in microseconds since 1970 UTC, the end excluded.
Stretch = tuple[int, int]


@dataclass(slots=True)
class Interval:
    """What one statement says was studied, from `start` to `end`, before anything is cut.

    `visit` are the statements that its time was read from; `session` all of its study session, slices included: what
    shows that somebody was there (§3b step 4).
    """

    start: int
    end: int
    evidence: Evidence
    reason: Reason
    visit: Sequence[Evidence]
    session: Sequence[Evidence]


def length(stretches: Sequence[Stretch]) -> int:
    """Microseconds of disjoint stretches together."""
    return sum(end - start for start, end in stretches)
