"""What the templates of the starting pages and of the administrator's pages receive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ProgrammeChoice:
    """A programme that the course may show."""

    id: str
    title: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """The question which programme the course is to show."""

    course: str
    choices: Sequence[ProgrammeChoice]
    following: str | None
    current: str | None = None  # what the course shows already
    trial: "TrialState | None" = None


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A learner who cannot go on before somebody else acts. `programme` None: the course shows none yet."""

    course: str
    programme: str | None
    name: str
    email: str
    account: str


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of the platform and what it shows."""

    id: int
    title: str
    context_id: str
    deployment: str
    programme: str | None
    seen_at: datetime
    people: int
    unmatched: int
    has_grades: bool


@dataclass(frozen=True, slots=True)
class FailingLine:
    """A person whose credits cannot be computed."""

    id: str
    name: str
    programme: str
    error: str
    failed_at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Alarms:
    """Grades that do not arrive (回传失败): refused again and again, or changed in the LMS; credits not computed."""

    refused: int
    columns: int
    differing: int
    failing: int  # people whose credits cannot be computed
    failing_lines: Sequence[FailingLine]  # the first of them

    @property
    def about_grades(self) -> bool:
        return bool(self.refused or self.columns or self.differing)


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One step of a trial: what was tried, whether it went well, and else why not."""

    name: str
    is_good: bool
    sentence: str
    meaning: str
    advice: str
    answer: str


@dataclass(frozen=True, slots=True)
class TrialState:
    """The last trial of a course's gradebook; `done_at` None: a worker is still to make it."""

    asked_at: datetime
    done_at: datetime | None
    steps: Sequence[TrialStep]


@dataclass(frozen=True, slots=True)
class PlatformPage:
    """A registration with its deployments and courses."""

    name: str
    facts: Sequence[tuple[str, str]]
    deployments: Sequence[str]
    learns_deployments: bool
    courses: Sequence[CourseLine]
    following: int | None
    registered_at: datetime
    alarms: Alarms


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of the platform's courses and when they were last seen."""

    name: str
    email: str
    sub: str
    course: str
    is_learner: bool
    is_matched: bool
    has_left: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """A launch that was refused."""

    at: datetime
    code: str
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class LaunchesPage:
    """Who came last, and who was refused."""

    people: Sequence[PersonLine]
    following_people: str | None
    refusals: Sequence[RefusalLine]
    following_refusals: int | None


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """A key pair of one of the platform's programmes, without its secret."""

    key: str
    name: str
    scopes: Sequence[str]
    evidence: Sequence[str]
    programme: str
    created_at: datetime
    used_at: datetime | None
    is_ours: bool  # the one that Xuefen's own pages write with


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A key pair that was just made: the only moment at which its secret is known."""

    name: str
    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class CredentialsPage:
    """The key pairs, and what a new one may be."""

    endpoint: str
    credentials: Sequence[CredentialLine]
    following: int | None
    programmes: Sequence[tuple[str, str]]
    scopes: Sequence[tuple[str, str]]  # code, meaning
    evidence: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CellAction:
    """What can be done about a cell, as a form's button."""

    code: str
    text: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class CellLine:
    """One cell of a gradebook that differs from Xuefen, and why."""

    id: int
    name: str
    course: str
    column: str
    state: str
    desired: Decimal | None
    confirmed: Decimal | None
    lms_value: Decimal | None
    pending_since: datetime | None
    retry_at: datetime | None
    reason: str | None
    sentence: str
    meaning: str
    advice: str
    answer: str
    actions: Sequence[CellAction]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column that nothing can be sent to at the moment."""

    id: int
    label: str
    course: str
    sentence: str
    meaning: str
    advice: str
    answer: str
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class PauseState:
    """The platform as a whole is left in peace for a while."""

    until: datetime
    sentence: str
    meaning: str
    advice: str
    answer: str


@dataclass(frozen=True, slots=True)
class GradesPage:
    """How far the gradebooks are equal to the credits."""

    counts: Sequence[tuple[str, str, int]]  # state, its name, how many
    lag_seconds: int | None
    oldest: datetime | None
    pause: PauseState | None
    columns: Sequence[ColumnLine]
    columns_following: int | None
    filters: Sequence[tuple[str, str, int, bool]]  # code, name, how many, is current
    shown: str
    cells: Sequence[CellLine]
    following: int | None
    refused: int
    alarms: Alarms


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """One call to the LMS and its answer, trimmed, without secrets."""

    at: datetime
    what: str
    who: str
    method: str
    url: str
    request: str
    status: int | None
    answer: str
    milliseconds: int
    outcome: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class ExchangesPage:
    """Calls to the LMS, newest first; of one cell if `cell` is given."""

    cell: int | None
    lines: Sequence[ExchangeLine]
    following: int | None
