"""What the templates of the practice task pages receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.values import OfflineSession, PracticeActivity
from lti_tool.web.contexts import PracticeState


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in for a stage: the latest, and when the ones before it came."""

    at: datetime
    text: str
    links: Sequence[str]
    earlier: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class TaskStage:
    """One stage of the task; `may_hand_in` now, for the first time or once more: never what others do for one."""

    code: str
    is_done: bool
    handed_in: HandedIn | None
    may_hand_in: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A learner's page of one practice activity."""

    practice: PracticeState
    points: Sequence[tuple[str, str]]  # code and name
    stages: Sequence[TaskStage]
    decided_at: datetime | None
    obstacle: str | None  # the reason why nothing handed in here could count
    is_in_time: bool  # of the programme: later nothing counts
    is_team: bool  # may decide what others hand in


@dataclass(frozen=True, slots=True)
class DoerRow:
    """One participant in the trainer's table of a practice activity."""

    id: str
    name: str
    school: str
    group: str
    practice: PracticeState
    dates: Mapping[str, datetime]  # stage → when it was handed in last


@dataclass(frozen=True, slots=True)
class TaskOverview:
    """The trainer's table: who has handed in what."""

    activity: PracticeActivity
    points: Sequence[tuple[str, str]]
    stages: Sequence[str]
    rows: Sequence[DoerRow]
    filters: Sequence[tuple[str, bool]]
    chosen: str
    query: str
    school: str
    schools: Sequence[tuple[str, str]]
    following: str | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class PracticeChoice:
    """A practice activity in the picker; `value` names it in the form."""

    value: str
    title: str
    credits: Decimal
    points: Sequence[tuple[str, str]]
    stages: Sequence[str]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SessionChoice:
    value: str
    session: OfflineSession
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class in the picker: all of its sessions as one activity, or each as its own."""

    value: str
    title: str
    place: str
    sessions: Sequence[SessionChoice]
    is_chosen: bool

    @property
    def is_open(self) -> bool:
        """Whether its sessions are shown at once."""
        return any(one.is_chosen for one in self.sessions)
