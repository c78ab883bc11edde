"""What the templates of the packages' pages receive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package in the list."""

    key: str
    title: str
    kind: str
    file_name: str
    bytes: int
    uploaded_at: datetime
    uploaded_by: str
    units: int
    uses: int  # activities that somebody has opened
    course: str | None  # the title of the course that its time counts for
    obstacle: str | None  # the reason why its time does not count


@dataclass(frozen=True, slots=True)
class PackagesPage:
    """The packages of the programme, and what may be uploaded."""

    lines: Sequence[PackageLine]
    following: str | None
    courses: Sequence[tuple[str, str]]  # IRI and title
    most_bytes: int
    takes_h5p: bool
    is_picking: bool  # the launch asks what the course shall get


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What can be opened in a package."""

    number: int
    title: str
    track: str
    address: str
    activity: str
    settings: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PackagePage:
    """One package with everything that a trainer can know of it or do about it."""

    line: PackageLine
    units: Sequence[UnitLine]
    files: int
    left_out: Sequence[str]
    left_out_more: int
    chosen: str  # the IRI of the course, or nothing
    courses: Sequence[tuple[str, str]]
    uses: Sequence[tuple[str, str]]  # an activity's title and its course's
    programme_file: str  # what could stand there instead
    is_picking: bool
