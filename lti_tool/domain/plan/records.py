"""What must be on file by when: plans, training of teams, summaries (R-016, R-030, R-048); one cohort each (R-037)."""

from collections.abc import Iterator
from datetime import date

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.cycle import first_semester_ends
from lti_tool.domain.plan.breach import Breach
from lti_tool.domain.plan.survey import Survey

_SUMMARIES = ("stage_summary", "showcase")


def check_plans(plan: Survey) -> Iterator[Breach]:
    """以学校信息化发展规划确定整校推进的目标、内容与要求 (R-016): a 整校推进方案 without that plan before it."""
    if not plan.rules.names("artefacts", "school_informatization_plan"):
        return
    for school in plan.programme.schools:
        promotion = _days_of(plan, school, "school_promotion_plan")
        own = _days_of(plan, school, "school_informatization_plan")
        if promotion and (not own or min(own) > max(promotion)):
            yield Breach("plan_without_basis", "warning", "school", school, "R-016")


def check_summaries(plan: Survey) -> Iterator[Breach]:
    """适时组织开展阶段经验总结与成果展示 (R-030): none of either by the end of the first semester."""
    ends = first_semester_ends(plan.programme, plan.rules)
    known = [kind for kind in _SUMMARIES if plan.rules.names("events", kind)]
    if plan.today is None or plan.today <= ends or not known:
        return
    for school in plan.programme.schools:
        if not any(day <= ends for kind in known for day in _days_of(plan, school, kind)):
            yield Breach("no_stage_summary", "warning", "school", school, "R-030", {"until": ends})


def check_team_training(plan: Survey) -> Iterator[Breach]:
    """校级管理团队由各地…组织培训 (R-048): members who were in none once the programme has begun."""
    is_due = plan.today is not None and plan.today >= plan.programme.start
    if not is_due or not plan.rules.names("events", "team_training"):
        return
    trained = {
        person for record in plan.programme.records if record.kind == "team_training" for person in record.participants
    }
    for school, people in plan.by_school.items():
        team = [person.id for person in people if person.position in TEAM_POSITIONS]
        missing = [person for person in team if person not in trained]
        if missing:
            numbers = {"missing": len(missing), "members": len(team)}
            yield Breach("team_untrained", "warning", "school", school, "R-048", numbers)


def check_one_cohort(plan: Survey) -> Iterator[Breach]:
    """每所学校整校推进的周期为一学年 (R-037, R-039): a school that is in another cohort's programme too."""
    if plan.rules.settings.cohort is None:
        return
    for school in plan.programme.schools:
        others = plan.elsewhere.get(school, 0)
        if others:
            yield Breach("school_in_two_cohorts", "error", "school", school, "R-037", {"others": others})


def _days_of(plan: Survey, school: str, kind: str) -> list[date]:
    return [record.day for record in plan.programme.records if record.school == school and record.kind == kind]
