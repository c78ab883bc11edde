"""What each page's template receives. Numbers are ready to show; sentences are translated where they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lti_tool.domain.values import Component, Credit, OfflineSession, Status


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of a page's navigation."""

    endpoint: str
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One component of the structure as a bar: `done` of `goal` in `unit`."""

    component: Component
    label: str
    done: str
    goal: str
    unit: str
    percent: Decimal  # of the goal, 0–100
    credits: Decimal
    maximum: Decimal
    met: bool
    surplus: Decimal


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the calendar. `x` and `y` count columns (weeks) and rows (Monday is 0)."""

    day: date
    x: int
    y: int
    seconds: int
    statements: int
    level: int  # 0–4
    is_future: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Semester:
    """Half a year of the calendar, with the columns at which months begin."""

    first: date
    last: date
    weeks: int
    months: Sequence[tuple[int, date]]
    cells: Sequence[DayCell]
    seconds: int


@dataclass(frozen=True, slots=True)
class CourseMinutes:
    """Counted study of one course."""

    title: str
    iri: str
    seconds: int
    percent: Decimal  # of the course with the most minutes
    focus_points: Sequence[str]
    review: str | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement in a list: what it is about, when, what became of it."""

    statement: str
    title: str
    at: datetime | None
    seconds: int | None
    credits: Decimal | None
    counted: bool
    reason: str
    flags: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Statements that did not count for one reason; only the latest few are listed."""

    reason: str
    number: int
    lines: Sequence[StatementLine]

    @property
    def more(self) -> int:
        return self.number - len(self.lines)


@dataclass(frozen=True, slots=True)
class SessionState:
    """One offline session for one participant. `log_key` names the form for its log, where one may be written."""

    class_id: str
    class_title: str
    place: str
    session: OfflineSession
    signed_in: bool
    has_log: bool
    needs_log: bool
    is_over: bool
    before_joining: bool  # over when they joined, and not attended: nothing that they missed
    credits: Decimal
    statement: str | None

    @property
    def may_write_log(self) -> bool:
        return self.is_over and self.needs_log and not self.has_log and not self.before_joining


@dataclass(frozen=True, slots=True)
class StageState:
    code: str
    state: str  # done | open | bad
    statement: str | None


@dataclass(frozen=True, slots=True)
class PracticeState:
    """One practice activity for one participant. `verdict`: counted, awaiting, denied, refused or open."""

    id: str
    title: str
    credits: Decimal
    granted: Decimal
    focus_points: Sequence[str]
    stages: Sequence[StageState]
    verdict: str
    reason: str | None
    comment: str | None
    statement: str | None

    @property
    def next_stages(self) -> Sequence[str]:
        """Stages that the participant may still hand in themselves."""
        if self.verdict == "counted":
            return ()
        return [stage.code for stage in self.stages if stage.state != "done" and stage.code != "peer-review"]


@dataclass(frozen=True, slots=True)
class PointCoverage:
    """A focus point of the school or group and how much of it is covered."""

    code: str
    name: str
    of_group: bool
    is_valid: bool
    practice: Decimal
    online_seconds: int


@dataclass(frozen=True, slots=True)
class GradebookState:
    """Whether the credits stand in the LMS gradebook. `state` is a cell's state, or "none"."""

    state: str
    value: Decimal | None
    since: datetime | None
    pending_since: datetime | None
    reason: str | None
    course: str = ""  # of the LMS, where several may be meant


@dataclass(frozen=True, slots=True)
class CreditsPage:
    """A participant's credits: figures, what is missing, and the reason for each minute that did not count."""

    participant_id: str
    name: str
    group: str
    school: str
    programme: str
    is_own: bool
    credit: Credit
    missing: Sequence[str]
    bars: Sequence[Bar]
    semesters: Sequence[Semester]
    courses: Sequence[CourseMinutes]
    not_counted: Sequence[ReasonGroup]
    flagged: Sequence[ReasonGroup]
    sessions: Sequence[SessionState]
    practice: Sequence[PracticeState]
    points: Sequence[PointCoverage]
    least_points: int
    gradebook: Sequence[GradebookState]
    today: date
    as_of: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """Each statement of one day and what became of it."""

    participant_id: str
    name: str
    is_own: bool
    day: date
    seconds: int
    lines: Sequence[StatementLine]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One statement: what it says in words, what became of it, and its JSON."""

    participant_id: str
    is_own: bool
    line: StatementLine
    verb: str
    activity: str
    stored: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    by: str | None
    raw: Mapping[str, Any]
    profile: Sequence[str]  # how it does not follow the profile that it claims; for staff


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Embedded content with the heartbeat around it."""

    title: str
    content_url: str
    origin: str
    features: str  # what the frame may do
    in_own_window: bool  # the content asks for a window instead of the frame
    heartbeat: Mapping[str, str] | None  # attributes of its tag; None: the content tracks itself
    counted_seconds: int
    required_seconds: int
    obstacle: str | None  # the reason why time here will not count
    expected_minutes: int | None = None  # as the trainer said; what counts is measured
    points: Sequence[tuple[str, str]] = ()  # focus points: code and name


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One participant in the trainer's table; `left` is someone who is no longer on the roster."""

    id: str
    name: str
    school: str
    group: str
    position: str
    status: Status
    left: bool
    accrued: Decimal
    maximum: Decimal
    bars: Sequence[Bar]
    missing: Sequence[str]
    gradebook: GradebookState | None


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The trainer's table: filtered, sorted and paged in the database."""

    rows: Sequence[LearnerRow]
    filters: Sequence[tuple[str, int, bool]]  # code, how many, is current
    orders: Sequence[str]
    schools: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]  # id, name, its groups
    chosen: Mapping[str, str]  # what the address asks for: filter, school, group, q, order
    following: str | None  # cursor of the next page
    is_first: bool
    waiting: int  # whose credits are still to be computed again
    total: int


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A breach of the regulation in the plan, with the regulation's own words where the rule set has them."""

    code: str
    subject: str
    sentence: str
    severity: str
    waiver: tuple[str, str] | None  # who set it aside, and why
    is_set_aside: bool  # some still keep people from being recorded
    source: str | None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """A group of a school: its points are (code, name, whether they are meant for its stage)."""

    name: str
    stage: str
    people: int
    points: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class PlanSchool:
    name: str
    staff: int | None
    team: Sequence[tuple[str, str]]  # name, position
    groups: Sequence[PlanGroup]
    breaches: Sequence[BreachLine]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The plan of the schools that this person may see, and its breaches."""

    programme: str
    regulation: str
    breaches: Sequence[BreachLine]  # of the programme as a whole
    schools: Sequence[PlanSchool]
    following: str | None


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One practice activity that waits for the school management team."""

    participant_id: str
    name: str
    group: str
    practice: PracticeState
    submitted_at: datetime | None
    is_own: bool
    texts: Sequence[tuple[str, str, Sequence[str]]]  # stage, what was written, links


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """The queue of a school management team."""

    school: str
    waiting: Sequence[ApprovalLine]
    following: str | None
