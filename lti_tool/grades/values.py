"""The plain values of the gradebook mirror.

LTI Assignment and Grade Services 2.0 names: a *line item* is a column of the LMS gradebook, a *score* is what the
tool sends for one person, a *result* is what the platform holds (and a trainer there may have changed).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

#: A row of a query, or anything with its columns.
Row = Mapping[Any, Any]


class Tag(StrEnum):
    """Which figure a column shows (contract §4); also the line item's `tag` in the LMS."""

    TOTAL = "total"
    ONLINE = "online"
    OFFLINE = "offline"
    PRACTICE = "practice"


class Progress(StrEnum):
    """AGS `activityProgress`, as far as Xuefen uses it. `gradingProgress` is always FullyGraded: anything else
    makes Moodle and Canvas erase the grade."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"


class CellState(StrEnum):
    """Where a cell stands."""

    IDLE = "idle"  # nothing to show yet, nothing was ever sent
    DUE = "due"  # differs from the LMS and will be sent
    RETRYING = "retrying"  # was sent without success; another attempt is planned
    SETTLED = "settled"  # the LMS has what Xuefen has
    BLOCKED = "blocked"  # a person must act; `reason` says who and how
    OVERRIDDEN = "overridden"  # somebody changed the value in the LMS, and that is respected
    SKIPPED = "skipped"  # set aside by an administrator
    LEFT = "left"  # no longer a learner of the course


@dataclass(frozen=True, slots=True)
class Grade:
    """One score without its time: points, the scale they are on, a sentence, and how far the learner is."""

    value: Decimal
    maximum: Decimal
    comment: str
    progress: Progress

    def same_figure(self, other: "Grade | None") -> bool:
        """Equal to whoever looks at the number: 33/50 is 33/50, whatever the sentence beside it says."""
        return other is not None and (self.value, self.maximum, self.progress) == (
            other.value,
            other.maximum,
            other.progress,
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one learner in one column, as far as deciding needs it."""

    desired: Grade | None
    desired_since: datetime | None
    pending_since: datetime | None
    confirmed: Grade | None
    confirmed_at: datetime | None
    attempted: Grade | None
    attempted_timestamp: datetime | None
    in_doubt: bool
    state: CellState
    reason: str | None
    retry_at: datetime | None
    lms_read_at: datetime | None = None
    attempts: int = 0
    refusals: int = 0
