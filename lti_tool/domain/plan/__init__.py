"""Does a plan keep the regulation? One rule per function, a visible list of them, every breach at once (§1).

A breach is listed and shown; only faults of a learner's own group's points block that learner (`unmet: plan`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from lti_tool.domain.plan.breach import Breach
from lti_tool.domain.plan.classes import (
    check_class_credits,
    check_class_schools,
    check_class_size,
    check_common_theme,
    check_host,
    check_joint_classes,
)
from lti_tool.domain.plan.cohort import check_cohort, check_required_seconds
from lti_tool.domain.plan.groups import (
    check_audience,
    check_membership,
    check_point_count,
    check_points_in_annex,
    check_schools_have_groups,
)
from lti_tool.domain.plan.practice import check_catalogue_suffices, check_catalogue_themes
from lti_tool.domain.plan.records import check_one_cohort, check_plans, check_summaries, check_team_training
from lti_tool.domain.plan.survey import Survey, survey
from lti_tool.domain.plan.team import check_principal, check_team_positions, check_team_size
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Participant, Programme, Waiver

__all__ = ["PLAN_RULES", "Breach", "check_plan"]

PLAN_RULES: tuple[Callable[[Survey], Iterator[Breach]], ...] = (
    check_cohort,
    check_required_seconds,
    check_team_size,
    check_principal,
    check_team_positions,
    check_schools_have_groups,
    check_point_count,
    check_points_in_annex,
    check_audience,
    check_membership,
    check_class_schools,
    check_class_credits,
    check_joint_classes,
    check_common_theme,
    check_class_size,
    check_host,
    check_catalogue_suffices,
    check_catalogue_themes,
    check_one_cohort,
    check_plans,
    check_summaries,
    check_team_training,
)

_ORDER = ("error", "warning", "info")


def check_plan(
    programme: Programme,
    participants: Iterable[Participant],
    rules: RuleSet,
    *,
    today: date | None = None,
    elsewhere: Mapping[str, int] | None = None,
) -> list[Breach]:
    """Every breach of the plan, errors first; waived ones carry who waived them and why.

    `today` brings in what is due by now; `elsewhere` says in how many other programmes a school is.
    """
    plan = survey(programme, participants, rules, today, elsewhere)
    found = {_identity(breach): breach for rule in PLAN_RULES for breach in rule(plan)}
    breaches = [_with_waiver(breach, programme.waivers) for breach in found.values()]
    return sorted(breaches, key=lambda breach: _ORDER.index(breach.severity))


def _identity(breach: Breach) -> tuple[str, ...]:
    """Two rules may find the same: a headcount that is not known is said once."""
    return breach.code, breach.subject_kind, breach.subject, breach.sentence_en


def _with_waiver(breach: Breach, waivers: Iterable[Waiver]) -> Breach:
    """A breach set aside by a named person with a reason stays listed, with both (A-07, A-08)."""
    for waiver in waivers:
        if waiver.breach == breach.code and waiver.subject == breach.subject:
            return replace(breach, waived_by=waiver.by, waiver_reason=waiver.reason)
    return breach
