"""The plain values that the regulation's rules read and return.

Evidence is what one statement says, stripped of its JSON; the roster values say who, where and what was
planned. Nothing here does I/O, reads a clock or knows a framework.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from lti_tool.domain.numerous import numerous


class Component(StrEnum):
    """The three parts of the credit structure, and the verdicts beside them (guide 三（五）、（七）)."""

    ONLINE = "online"
    OFFLINE = "offline"
    PRACTICE = "practice"
    ASSESSMENT = "assessment"


class Kind(StrEnum):
    """What a statement is evidence of (domain.md §3a, "Evidence kinds")."""

    ONLINE = "online"  # sessions, video, slices, single items, completions: `verb` tells which
    ATTENDED = "attended"  # sign-in at an offline session 签到
    LOG = "log"  # a trainee's training log 日志
    STAGE = "stage"  # one stage of a practice activity
    VERDICT = "verdict"  # approve / deny of a practice activity 审核
    ASSESSMENT = "assessment"  # process or final assessment 考评
    UNMAPPED = "unmapped"  # no component could be derived; shown, never guessed


class Verb(StrEnum):
    """The verbs the minutes algorithm tells apart; every other verb is OTHER (a sign of life in its session)."""

    LAUNCHED = "launched"
    INITIALIZED = "initialized"
    TERMINATED = "terminated"
    ABANDONED = "abandoned"
    SUSPENDED = "suspended"
    EXPERIENCED = "experienced"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    SATISFIED = "satisfied"
    WAIVED = "waived"
    PLAYED = "played"
    PAUSED = "paused"
    SEEKED = "seeked"
    ATTENDED = "attended"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    DENIED = "denied"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Presence:
    """Presence checks that a statement reports: how many were shown, how many answered, and when the last was."""

    shown: int
    answered: int
    last_answered_at: datetime | None = None


@numerous(frozen=True, slots=True)
class Evidence:
    """What one statement says, in the words of the programme.

    Times are aware UTC; `duration` is in seconds. `actor` and `account` are identifier keys, never names.
    A field that the statement did not carry is None (or empty).
    """

    statement: str
    kind: Kind
    verb: Verb
    activity: str
    timestamp: datetime
    stored: datetime
    account: str  # identifier key of the learner the evidence is about
    trusted_as: frozenset[Component]  # what the sending credential's statements may count as
    voided: bool = False
    by_person: str | None = None  # programme person id of the statement's actor (approver, reviewer, learner)
    learner_token: bool = False  # sent by the learner's own browser: never attendance, approval or assessment
    # online, and the stay at an offline session where both its ends are known: `interval`
    registration: str | None = None
    session: str | None = None
    is_video: bool = False
    interval: tuple[datetime, datetime] | None = None
    duration: float | None = None  # seconds; None when absent or unusable
    bad_duration: bool = False  # a duration stood there and cannot be used (Y/M, zero, negative, unparsable)
    presence: Presence | None = None
    video_segments: tuple[tuple[float, float], ...] = ()  # seconds of content, in order watched
    video_time: float | None = None  # position in the video, seconds
    video_speed: float | None = None
    completion: bool | None = None
    success: bool | None = None
    focus_points: tuple[str, ...] = ()  # a hint: used only where the catalogue has none
    # offline
    class_id: str | None = None
    offline_session: str | None = None
    # practice
    practice_participant: str | None = None  # {pid} in the practice IRI
    practice_school: str | None = None
    practice_group: str | None = None
    practice_activity: str | None = None
    stage: str | None = None  # plan, lesson, reflection, upload, peer-review, …
    credits: Decimal | None = None  # an approval's grant
    # assessment
    assessment: str | None = None  # process | final
    hints: Mapping[str, str] = field(default_factory=dict)  # school, school-stage, group as the statement says


# ── the roster and the plan (contract §5) ────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """School stages 学段; special schools use the preschool column (A-04)."""

    PRESCHOOL = "preschool"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    VOCATIONAL = "vocational"


class Audience(StrEnum):
    """面向对象."""

    TEACHER = "teacher"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class School:
    id: str
    name: str
    city: str = ""
    county: str = ""
    staff: int | None = None  # 教职工数; None: not known
    kind: str = "ordinary"  # ordinary | kindergarten | special | vocational


@dataclass(frozen=True, slots=True)
class Group:
    """研修群体."""

    id: str
    school: str
    name: str
    stage: Stage
    audience: Audience
    focus_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Participant:
    """参训教师. `position` principal, deputy or middle makes a member of the school management team."""

    id: str
    name: str
    group: str
    position: str = "teacher"
    extra_groups: tuple[str, ...] = ()
    joined: date | None = None  # offline sessions that were over by then were not theirs to attend


@dataclass(frozen=True, slots=True)
class Course:
    """Online study: an activity IRI, or a prefix ending in `*`."""

    iri: str
    title: str
    focus_points: tuple[str, ...] = ()
    review: str | None = None  # approved | hold | rejected | None (unreviewed)


@dataclass(frozen=True, slots=True)
class OfflineSession:
    id: str
    credits: Decimal
    starts_at: datetime
    ends_at: datetime
    makeup_for: str | None = None


@dataclass(frozen=True, slots=True)
class OfflineClass:
    """线下集中培训班: sessions carry credits that sum to the offline share."""

    id: str
    schools: tuple[str, ...]
    sessions: tuple[OfflineSession, ...]
    host_school: str | None = None
    participants: tuple[str, ...] | None = None  # None: everyone of the schools
    size: int | None = None  # where only the number is known
    size_reason: str | None = None
    title: str = ""
    team_training: bool = False  # 校级管理团队集中培训, not the offline part of the credits


@dataclass(frozen=True, slots=True)
class PracticeActivity:
    """校本应用实践: a catalogue entry with the stages it needs and the credits it is worth."""

    id: str
    title: str
    credits: Decimal
    focus_points: tuple[str, ...]
    required_stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """People of the programme who are not trainees. `scope` is {} for the whole province."""

    id: str
    name: str
    role: str  # institution | trainer | county_group | monitor
    scope: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A breach set aside by a named person with a reason (A-07, A-08)."""

    breach: str
    subject: str  # id of the group, class or school
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is on file besides statements: an artefact, an event or a check, by its code in the rule set's terms.

    学校信息化发展规划, 整校推进方案, 校级管理团队集中培训, 阶段经验总结, 推门听课… (R-011, R-026, R-027, R-030, R-072).
    """

    kind: str
    day: date
    school: str | None = None  # None: of the region
    title: str = ""
    by: str = ""  # who answers for it
    participants: tuple[str, ...] = ()  # who took part
    basis: tuple[str, ...] = ()  # 研修内容依据 of a plan: B1…B5
    link: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: dates, rule set and everything planned, but not its (many) participants."""

    id: str
    title: str
    rule_set: str
    start: date
    end: date  # inclusive; the cycle ends at its midnight in `zone`
    zone: str
    settings: Mapping[str, object] = field(default_factory=dict)  # [programme.rules]
    schools: Mapping[str, School] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    courses: tuple[Course, ...] = ()
    offline_classes: Mapping[str, OfflineClass] = field(default_factory=dict)
    practice_activities: Mapping[str, PracticeActivity] = field(default_factory=dict)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Who an approver is, for the authority check: a participant's position and school, or a staff role."""

    id: str
    position: str | None = None  # principal | deputy | middle | teacher; None for staff
    school: str | None = None
    role: str | None = None  # staff role
    left_at: datetime | None = None  # of a participant: what they approved until then stands


# ── results ─────────────────────────────────────────────────────────────────────────────────────────


class Status(StrEnum):
    """未开始 → 进行中 → 待考核 → 合格待录入 → 已录入 → 更正中 (domain.md §3c)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    AWAITING_ASSESSMENT = "awaiting_assessment"
    QUALIFIED = "qualified"
    RECORDED = "recorded"
    CORRECTING = "correcting"


@numerous(frozen=True, slots=True)
class Outcome:
    """What became of one statement: counted or not, for how much, and why (a code of `reasons.Reason`)."""

    statement: str
    counted: bool
    reason: str
    component: Component | None = None
    seconds: int | None = None  # online only; what this statement added (floored so that parts add up)
    credits: Decimal | None = None
    flags: tuple[str, ...] = ()
    activity: str = ""
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComponentCredit:
    credits: Decimal
    maximum: Decimal
    met: bool
    surplus: Decimal = Decimal(0)  # practice only
    seconds: int = 0  # online only
    required_seconds: int = 0  # online only


@dataclass(frozen=True, slots=True)
class Credit:
    """One participant's credits with their whole explanation (contract §3, "Credit")."""

    participant: str
    accrued: Decimal
    maximum: Decimal
    status: Status
    online: ComponentCredit
    offline: ComponentCredit
    practice: ComponentCredit
    unmet: tuple[str, ...]
    recorded: Decimal
    focus_points: Mapping[str, Decimal]  # practice credits by point; parts add up to the counted practice
    online_by_day: Mapping[date, int]  # seconds
    online_by_course: Mapping[str, int]  # seconds, by course iri
    online_by_focus_point: Mapping[str, int]  # seconds
    assessments: Mapping[str, bool]  # process/final → passed, as far as recorded
    explanation: tuple[Outcome, ...]
    rule_set: str
    rule_set_hash: str
    as_of: datetime | None = None  # when it was computed
