"""What the templates of the deep linking pages receive."""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.web.contexts_tasks import ClassChoice, PracticeChoice


@dataclass(frozen=True, slots=True)
class StudyDetails:
    """What learners are told of study content beforehand; it changes nothing that counts."""

    minutes: str = ""  # as given
    points: Sequence[str] = ()  # chosen focus points, a hint
    fixed_points: Sequence[tuple[str, str]] = ()  # those of the programme file, which outrank them
    problem: str | None = None  # what is wrong with the minutes


@dataclass(frozen=True, slots=True)
class PackageChoice:
    """Something uploaded that may be studied."""

    value: str
    title: str
    package: str  # the title of the package that it is in


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One web address to study, as given, with what is known of it."""

    content: str = ""
    package: str = ""  # an uploaded package in its place, by the value of its choice
    title: str = ""
    activity: str = ""
    track: str = "heartbeat"  # or xapi, cmi5
    course: str | None = None  # the title of the programme's course that it belongs to
    obstacle: str | None = None  # the reason why time there will not count
    problem: str | None = None  # why it cannot be added
    own_title: str = ""  # what stands for an empty title: the package's
    own_activity: str = ""  # and for an empty activity
    is_confirmed: bool = False  # the obstacle was shown before, and it is wanted all the same
    details: StudyDetails = StudyDetails()

    @property
    def is_empty(self) -> bool:
        return not (self.content or self.package or self.title or self.activity)

    @property
    def measured(self) -> str:
        """The activity that its statements are about."""
        return self.activity or self.content


@dataclass(frozen=True, slots=True)
class PickPage:
    """What may be added to the course, and what has been chosen so far."""

    course: str
    programme: str
    takes_links: bool
    takes_several: bool
    makes_drafts: bool
    maximum: str
    offers_column: bool  # the platform may make a column with the item
    has_column: bool  # there is one already
    wants_credits: bool
    wants_column: bool
    rows: Sequence[StudyRow]
    may_grow: bool
    suggestions: Sequence[tuple[str, str]]  # address and title of courses of the programme
    packages: Sequence[PackageChoice]
    problem: str | None = None
    practices: Sequence[PracticeChoice] = ()
    classes: Sequence[ClassChoice] = ()
    points: Sequence[tuple[str, str]] = ()  # focus points to choose from

    @property
    def wants_study(self) -> bool:
        """Whether study content is the one thing that is chosen, where the platform takes one."""
        chosen = [*(one.is_chosen for one in self.practices), *(one.is_chosen or one.is_open for one in self.classes)]
        return not self.wants_credits and not any(chosen)


@dataclass(frozen=True, slots=True)
class SendBack:
    """The signed answer, and the only address that it may go to."""

    url: str
    token: str
    number: int
