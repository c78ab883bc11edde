"""What the rules of a plan look at: the programme with its people counted once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lti_tool.domain.points import school_points
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Participant, Programme


@dataclass(frozen=True, slots=True)
class Survey:
    """A programme, its participants, and what follows from them by school."""

    programme: Programme
    rules: RuleSet
    participants: tuple[Participant, ...]
    by_school: Mapping[str, tuple[Participant, ...]]
    points: Mapping[str, frozenset[str]]  # 学校关注要点
    today: date | None  # what is due by a day is looked at only where the day is known
    elsewhere: Mapping[str, int]  # {school: how many other programmes it is in}

    def name_of(self, school: str) -> str:
        """A school's name; its id where it is not in the programme."""
        found = self.programme.schools.get(school)
        return found.name if found else school

    def people_of(self, school: str) -> int | None:
        """学校人数: staff, or participants where the setting says so; None where it is not known (A-10)."""
        if self.rules.settings.headcount_basis == "participants":
            return len(self.by_school.get(school, ()))
        found = self.programme.schools.get(school)
        return None if found is None else found.staff


def survey(
    programme: Programme,
    participants: Iterable[Participant],
    rules: RuleSet,
    today: date | None = None,
    elsewhere: Mapping[str, int] | None = None,
) -> Survey:
    """The programme with its participants sorted by school; one without a known group is in no school."""
    everybody = tuple(participants)
    by_school: dict[str, list[Participant]] = {school: [] for school in programme.schools}
    for participant in everybody:
        group = programme.groups.get(participant.group)
        if group is not None:
            by_school.setdefault(group.school, []).append(participant)
    return Survey(
        programme=programme,
        rules=rules,
        participants=everybody,
        by_school={school: tuple(people) for school, people in by_school.items()},
        points=school_points(programme, rules),
        today=today,
        elsewhere=elsewhere or {},
    )
