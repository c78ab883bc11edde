"""由培训机构组织到校的线下集中培训为 8 学分 (R-058…R-063): how a class may be made up."""

from collections.abc import Iterator

from lti_tool.domain.decimals import ZERO
from lti_tool.domain.plan.breach import Breach, Severity
from lti_tool.domain.plan.survey import Survey
from lti_tool.domain.values import OfflineClass


def check_class_credits(plan: Survey) -> Iterator[Breach]:
    """线下集中培训为 8 学分 (R-059): the sessions of a class, make-up sessions apart, sum to exactly 8."""
    required = plan.rules.structure.offline
    for offline in _classes(plan):
        total = sum((session.credits for session in offline.sessions if not session.makeup_for), ZERO)
        if total != required:
            numbers = {"credits": total, "required": required}
            yield Breach("class_credits", "error", "class", offline.id, "R-059", numbers)


def check_joint_classes(plan: Survey) -> Iterator[Breach]:
    """不足 50 的可…联合组织; 50 人以上（含 50）的则须…单独组织 (R-061, R-063): 49 + 30 may, 50 + 30 may not."""
    limit = plan.rules.thresholds.joint_class_below
    for offline in _joint(plan):
        for school in offline.schools:
            people = plan.people_of(school)
            if people is None:
                yield Breach("headcount_unknown", "warning", "school", school, "R-061")
            elif people >= limit:
                numbers = {"school": school, "name": plan.name_of(school), "people": people, "limit": limit}
                yield Breach("class_of_large_school", "error", "class", offline.id, "R-063", numbers)


def check_common_theme(plan: Survey) -> Iterator[Breach]:
    """根据主题相近原则联合组织 (R-061): the schools of a joint class have a focus point in common."""
    if not plan.rules.has_matrix:
        return
    for offline in _joint(plan):
        chosen = [plan.points.get(school, frozenset()) for school in offline.schools]
        if not frozenset.intersection(*chosen):
            yield Breach("class_without_common_point", "warning", "class", offline.id, "R-061")


def check_class_size(plan: Survey) -> Iterator[Breach]:
    """原则上每班不超过 90 人 (R-062, A-08): a warning that never blocks, with the reason given for it."""
    settings = plan.rules.settings
    severity: Severity = "error" if settings.class_max_level == "error" else "warning"
    for offline in _classes(plan) if settings.class_max_scope == "all" else _joint(plan):
        size = class_size(offline, plan)
        if size > settings.class_max:
            numbers = {"size": size, "most": settings.class_max, "reason": offline.size_reason or ""}
            yield Breach("class_too_large", severity, "class", offline.id, "R-062", numbers)


def class_size(offline: OfflineClass, plan: Survey) -> int:
    """People in a class: the number given, the people named, or everyone of its schools.

    Where nobody of the schools is on the roster yet, their headcounts stand in.
    """
    if offline.size is not None:
        return offline.size
    if offline.participants is not None:
        return len(offline.participants)
    enrolled = sum(len(plan.by_school.get(school, ())) for school in offline.schools)
    return enrolled or sum(plan.people_of(school) or 0 for school in offline.schools)


def check_host(plan: Survey) -> Iterator[Breach]:
    """到校 (R-058, A-28): held at one of its schools; a joint class says at which."""
    for offline in _classes(plan):
        if offline.host_school is None and len(set(offline.schools)) > 1:
            yield Breach("class_host_missing", "warning", "class", offline.id, "R-058")
        elif offline.host_school is not None and offline.host_school not in offline.schools:
            numbers = {"host": offline.host_school, "name": plan.name_of(offline.host_school)}
            yield Breach("class_host_elsewhere", "warning", "class", offline.id, "R-058", numbers)


def check_class_schools(plan: Survey) -> Iterator[Breach]:
    """A class for a school that is not in the programme."""
    for offline in _classes(plan):
        for school in offline.schools:
            if school not in plan.programme.schools:
                yield Breach("class_school_unknown", "error", "class", offline.id, "R-058", {"school": school})


def _classes(plan: Survey) -> Iterator[OfflineClass]:
    """The classes of the offline part; training of management teams is another matter (A-13)."""
    return (offline for offline in plan.programme.offline_classes.values() if not offline.team_training)


def _joint(plan: Survey) -> Iterator[OfflineClass]:
    return (offline for offline in _classes(plan) if len(set(offline.schools)) > 1)
