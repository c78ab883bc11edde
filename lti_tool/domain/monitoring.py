"""What monitors 质量监控中心 look at: how many people of an area have come how far (R-069, R-070, R-074, R-081).

And what they visit: samples drawn by lot (R-072, R-073).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256

from lti_tool.domain.values import School

#: From wide to narrow. A scope, and the area somebody looks at, name the values of some of these.
LEVELS = ("city", "county", "school")
#: Roles of the programme's staff who read indicators of their scope.
MONITOR_ROLES = ("monitor", "county_group")

Area = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of people: how many there are, and how many of them meet each condition."""

    people: int = 0
    begun: int = 0
    online: int = 0
    offline: int = 0
    practice: int = 0
    plan: int = 0  # whose group has a valid plan
    qualified: int = 0
    logs_missing: int = 0
    time_doubtful: int = 0  # minutes left out for want of any sign of life, or for a clock that is wrong

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def percent(self, name: str) -> Decimal:
        """A number's share of the people, in percent with one decimal, never rounded up; 0 where nobody is."""
        if not self.people:
            return Decimal(0)
        return Decimal(1000 * getattr(self, name) // self.people) / 10


def sum_up(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())


def covers(area: Area, school: School) -> bool:
    """Whether a school lies in an area; the empty area is the whole province."""
    return all(area.get(level) in {None, place_of(school, level)} for level in LEVELS)


def place_of(school: School, level: str) -> str:
    """The school's own id, its county or its city; "" where the programme file does not say."""
    return school.id if level == "school" else str(getattr(school, level))


def narrow(scope: Area, asked: Area) -> Area:
    """The area that somebody of this scope looks at: what they asked for never widens what they may see."""
    return {level: place for level in LEVELS if (place := scope.get(level) or asked.get(level))}


def next_level(area: Area, schools: Sequence[School]) -> str:
    """The level at which an area's schools are told apart: cities, then counties, then schools.

    A level at which all of them are the same tells nothing and is passed over.
    """
    for level in LEVELS[:-1]:
        if level not in area and len({place_of(school, level) for school in schools}) > 1:
            return level
    return LEVELS[-1]


def draw_lots(keys: Iterable[str], number: int, lot: str) -> list[str]:
    """So many of these, drawn by lot: whoever draws with the same `lot` draws the same ones, on any machine.

    Nobody can tell them beforehand without it, and one more or less to draw from changes one of them at most.
    """
    return sorted(keys, key=lambda key: sha256(f"{lot}|{key}".encode()).digest())[:number]
