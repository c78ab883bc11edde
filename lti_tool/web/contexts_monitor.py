"""What the monitors' page receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of an area: so many of its people, and their share."""

    code: str
    number: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A city, a county or a school; `area` leads into it, None where there is nothing further to see."""

    key: str  # what the next page goes on after
    name: str
    schools: int
    people: int
    indicators: Sequence[Indicator]
    area: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Week:
    """How an area stood at the beginning of a week."""

    day: date  # its Monday
    people: int
    indicators: Sequence[Indicator]


@dataclass(frozen=True, slots=True)
class IndicatorsPage:
    """The figures of an area as a whole, and of the next smaller ones within it."""

    programme: str
    trail: Sequence[tuple[str, Mapping[str, str]]]  # (name, area) from the widest that may be seen to this one
    whole: AreaRow
    level: str  # what the rows are: city | county | school
    rows: Sequence[AreaRow]
    weeks: Sequence[Week]  # newest first
    chosen: Mapping[str, str]
    following: str | None
    waiting: int  # people whose credits are still to be computed again


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something to visit: a school, a group's practice, or a face-to-face session."""

    name: str
    school: str
    county: str
    starts_at: datetime | None = None  # of sessions


@dataclass(frozen=True, slots=True)
class SamplePage:
    """What was drawn by lot from an area."""

    programme: str
    area: str
    chosen: Mapping[str, str]
    kind: str  # schools | groups | sessions
    number: int
    most: int
    lot: str
    out_of: int
    drawn: Sequence[Drawn]
