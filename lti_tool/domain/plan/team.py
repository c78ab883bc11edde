"""校级管理团队由校长、分管业务副校长和负责相应业务的中层管理者等组成 (R-042…R-045)."""

from collections import Counter
from collections.abc import Iterator

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.plan.breach import Breach
from lti_tool.domain.plan.survey import Survey


def check_team_size(plan: Survey) -> Iterator[Breach]:
    """人数不少于 3 人，最多不超过学校总人数的 5%: a school of 80 has 3 or 4; one of 45 has 3, with a note (A-09)."""
    for school, members in _teams(plan).items():
        size = sum(members.values())
        least = plan.rules.thresholds.team_least
        if size < least:
            yield Breach("team_too_small", "error", "school", school, "R-044", {"members": size, "least": least})
        yield from _check_most(plan, school, size)


def _check_most(plan: Survey, school: str, size: int) -> Iterator[Breach]:
    thresholds, people = plan.rules.thresholds, plan.people_of(school)
    if people is None:
        yield Breach("headcount_unknown", "warning", "school", school, "R-045")
        return
    most = people * thresholds.team_most_percent // 100
    numbers = {"people": people, "percent": thresholds.team_most_percent, "most": most}
    if most < thresholds.team_least and plan.rules.settings.team_small_school == "min3":
        numbers["least"] = thresholds.team_least
        yield Breach("team_of_small_school", "info", "school", school, "R-045", numbers)
        most = thresholds.team_least
    if size > most:
        numbers |= {"members": size, "most": most}
        yield Breach("team_too_large", "error", "school", school, "R-045", numbers)


def check_principal(plan: Survey) -> Iterator[Breach]:
    """其中校长为第一责任人 (R-043): exactly one."""
    if not plan.rules.names("positions", "principal"):
        return
    for school, members in _teams(plan).items():
        principals = members["principal"]
        if principals == 0:
            yield Breach("principal_missing", "error", "school", school, "R-043")
        elif principals > 1:
            yield Breach("principals_several", "error", "school", school, "R-043", {"principals": principals})


def check_team_positions(plan: Survey) -> Iterator[Breach]:
    """分管业务副校长和…中层管理者 (R-042): a team without one or the other."""
    expected = [position for position in ("deputy", "middle") if plan.rules.names("positions", position)]
    for school, members in _teams(plan).items():
        for position in expected:
            if not members[position]:
                yield Breach(f"{position}_missing", "warning", "school", school, "R-042")


def _teams(plan: Survey) -> dict[str, Counter[str]]:
    """{school: members by position}."""
    return {
        school: Counter(person.position for person in people if person.position in TEAM_POSITIONS)
        for school, people in plan.by_school.items()
    }
