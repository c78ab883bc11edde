"""Credits 学分 of one learner (domain.md §3c): a pure function of evidence, programme and rules.

    online 网络研修 + offline 线下集中培训 + practice 校本应用实践 = accrued, out of 50

Each component has a module; every statement gets exactly one outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.credits.assessment import Assessed, list_open_assessments, read_assessments
from lti_tool.domain.credits.offline import OfflineAward, award_offline
from lti_tool.domain.credits.online import award_online
from lti_tool.domain.credits.outcomes import refused
from lti_tool.domain.credits.practice import PracticeAward, award_practice
from lti_tool.domain.credits.status import REQUIREMENTS, find_status, has_plan_fault, record
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes import Minutes, count_minutes
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Component, ComponentCredit, Credit, Evidence, Kind, Outcome

_ROOM = {
    Kind.ONLINE: Component.ONLINE,
    Kind.ATTENDED: Component.OFFLINE,
    Kind.LOG: Component.OFFLINE,
    Kind.STAGE: Component.PRACTICE,
    Kind.VERDICT: Component.PRACTICE,
    Kind.ASSESSMENT: Component.ASSESSMENT,
}
_Components = tuple[ComponentCredit, ComponentCredit, ComponentCredit]


def assess(evidence: Sequence[Evidence], context: LearnerContext, as_of: datetime) -> Credit:
    """The credits of one learner from all of their evidence, with the explanation of every statement.

    Neither the order nor repetitions of `evidence` matter. `as_of` is when this is asked, and is handed back.
    """
    rooms = _sort_into_rooms(evidence)
    minutes = count_minutes(rooms[Component.ONLINE], context)
    offline = award_offline(rooms[Component.OFFLINE], context)
    practice = award_practice(rooms[Component.PRACTICE], context)
    assessed = read_assessments(rooms[Component.ASSESSMENT], context)
    components = (award_online(minutes.seconds, context), offline.component, practice.component)
    accrued = add_components(components, context)
    unmet = list_unmet(components, assessed, context)
    explanation = _explain(minutes, offline, practice, assessed, rooms[None])
    recorded = record(components, accrued, unmet, context)
    return Credit(
        participant=context.participant.id,
        accrued=accrued,
        maximum=context.structure.total,
        status=find_status(unmet, recorded, context, started=any(outcome.counted for outcome in explanation)),
        online=components[0],
        offline=components[1],
        practice=components[2],
        unmet=unmet,
        recorded=recorded,
        focus_points=practice.focus_points,
        online_by_day=minutes.by_day,
        online_by_course=minutes.by_course,
        online_by_focus_point=minutes.by_focus_point,
        assessments=assessed.verdicts,
        explanation=explanation,
        rule_set=context.rules.id,
        rule_set_hash=context.rules.hash,
        as_of=as_of,
    )


def add_components(components: _Components, context: LearnerContext) -> Decimal:
    """online + offline + practice; with `practice_excess = "show_in_total"` the surplus too, up to the total (A-03)."""
    accrued = sum((component.credits for component in components), ZERO)
    if context.rules.settings.practice_excess == "show_in_total":
        accrued += sum((component.surplus for component in components), ZERO)
    return min(accrued, context.structure.total)


def list_unmet(components: _Components, assessed: Assessed, context: LearnerContext) -> tuple[str, ...]:
    """What is missing for the credits to be recorded, of `REQUIREMENTS`: ("online",) for 899 min 59 s (C2)."""
    met = [component.met for component in components]
    still_open = list_open_assessments(assessed.verdicts, context, components_met=all(met))
    verdicts = (*met, not has_plan_fault(context), not still_open)
    return tuple(name for name, fulfilled in zip(REQUIREMENTS, verdicts, strict=True) if not fulfilled)


def _sort_into_rooms(evidence: Iterable[Evidence]) -> dict[Component | None, list[Evidence]]:
    """Each statement once, by component; None holds those of which no component is known."""
    rooms: dict[Component | None, list[Evidence]] = {component: [] for component in (*Component, None)}
    for statement in _once_each(evidence):
        rooms[_ROOM.get(statement.kind)].append(statement)
    return rooms


def _once_each(evidence: Iterable[Evidence]) -> Iterable[Evidence]:
    """One piece of evidence per statement: a voided one before others, else that of the smallest account."""
    found: dict[str, Evidence] = {}
    for statement in evidence:
        held = found.setdefault(statement.statement, statement)
        if held is not statement and _outranks(statement, held):
            found[statement.statement] = statement
    return found.values()


def _outranks(new: Evidence, held: Evidence) -> bool:
    return (not new.voided, new.account) < (not held.voided, held.account)


def _explain(
    minutes: Minutes,
    offline: OfflineAward,
    practice: PracticeAward,
    assessed: Assessed,
    unmapped: Iterable[Evidence],
) -> tuple[Outcome, ...]:
    """All outcomes in time order."""
    outcomes = [*minutes.outcomes, *offline.outcomes, *practice.outcomes, *assessed.outcomes]
    outcomes += [_unmapped(statement) for statement in unmapped]
    return tuple(sorted(outcomes, key=lambda outcome: (outcome.timestamp, outcome.statement)))


def _unmapped(statement: Evidence) -> Outcome:
    reason = Reason.VOIDED if statement.voided else Reason.UNMAPPED
    return replace(refused(statement, Component.ONLINE, reason), component=None)
