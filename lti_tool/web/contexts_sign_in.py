"""What the templates of the sign-in pages receive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lti_tool.domain.values import OfflineSession
from lti_tool.web.sign_in import Hours


@dataclass(frozen=True, slots=True)
class Stay:
    """What is on record of one person at one session. `method`: qr, code, hand, or what another source says."""

    is_present: bool
    came_at: datetime | None
    left_at: datetime | None
    method: str
    source: str
    by: str  # who marked it by hand
    reason: str
    is_ours: bool  # written here, so that it can be taken back here
    statements: Sequence[str]

    @property
    def lasted(self) -> timedelta | None:
        return self.left_at - self.came_at if self.came_at and self.left_at else None


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of the learner's own class, with what is on record of them."""

    session: OfflineSession
    hours: Hours
    state: str  # early | open | closed
    stay: Stay | None
    may_leave: bool
    may_write_log: bool
    has_log: bool
    needs_log: bool
    is_over: bool
    credits: Decimal

    @property
    def asks(self) -> str | None:
        """What a code would do now: "in" or "out"; None where it would do nothing."""
        if self.state == "closed":
            return None
        if self.stay is None:
            return "in"
        return "out" if self.stay.is_present and self.stay.left_at is None and self.may_leave else None


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The learner's page: the sessions of one class, and the field for the code of the one that is next."""

    class_id: str
    class_title: str
    place: str
    sessions: Sequence[OwnSession]
    current: OwnSession | None  # the one to which the field belongs
    code: str  # that a QR code has brought along
    now: datetime


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One person of a class at the trainer's desk."""

    participant_id: str
    name: str
    school: str
    group: str
    stay: Stay | None


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The trainer's page of one session."""

    class_id: str
    class_title: str
    place: str
    sessions: Sequence[OfflineSession]
    session: OfflineSession
    hours: Hours
    state: str
    code: str | None  # None while none is taken
    picture: str  # the QR code as SVG
    desk: str  # what it names the session by
    seconds_left: int
    rows: Sequence[DeskRow]
    filters: Sequence[tuple[str, int, bool]]  # code, how many, is current
    chosen: str
    query: str
    following: str | None
    is_first: bool
    present: int
    expected: int
    may_mark_present: bool
    may_mark_absent: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class and its sessions, each with its state now."""

    class_id: str
    title: str
    place: str
    sessions: Sequence[tuple[OfflineSession, str]]


@dataclass(frozen=True, slots=True)
class ClassesPage:
    """Every class of the programme, for the trainer to choose from."""

    lines: Sequence[ClassLine]


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What a phone shows that has scanned a QR code and knows of no open launch."""

    code: str
    seconds_left: int
