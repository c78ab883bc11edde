"""What the templates of the practice task pages receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.values import PracticeActivity
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
