"""What the page of people and statements without a match receives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    """A statement that counts for nobody yet, with the reason; `participant_id` is whose it is, where known."""

    statement: str
    who: str
    activity: str
    at: datetime | None
    reason: str
    participant_id: str | None = None
    profile: Sequence[str] = ()  # how it does not follow the profile that it claims


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A learner of the LMS course: `suggested` is who they may be, `linked_with` who somebody said they are."""

    id: int
    name: str
    email: str
    sub: str
    seen_at: datetime | None
    suggested: str | None = None
    linked_with: str | None = None


@dataclass(frozen=True, slots=True)
class RosterCard:
    """How the LMS's own list of the course's people was read last, and whom that left."""

    read_at: datetime | None
    is_fresh: bool  # somebody has just asked for it
    is_busy: bool
    figures: Sequence[str]  # what the last reading found, sentence by sentence
    problem: tuple[str, str, str] | None  # what is in the way, what to do, the detail for administrators
    again_at: datetime | None
    left: Sequence[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class UnmatchedPage:
    """People and statements without a match; each list has the cursor of its next page."""

    members: Sequence[MemberLine]
    members_after: int | None
    linked: Sequence[MemberLine]
    linked_after: int | None
    participants: Sequence[tuple[str, str]]  # (id, name) that a member may be linked with
    query: str
    statements: Sequence[UnmatchedLine]
    statements_before: int | None
    unfit: Sequence[UnmatchedLine]  # of known people, about nothing that the programme has
    unfit_after: str | None
    roster: RosterCard
