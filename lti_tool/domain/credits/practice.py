"""校本应用实践环节不少于 25 学分 (R-064…R-068): stages on record, the right theme, an authorised approval."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.domain.credits.authority import lacks_authority
from lti_tool.domain.credits.outcomes import counted, is_in_cycle, refused, share_credits
from lti_tool.domain.credits.theme import lacks_theme, points_of
from lti_tool.domain.decimals import ZERO, floor_to_tenth, split_in_tenths
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, ComponentCredit, Evidence, Kind, Outcome, PracticeActivity, Verb


@dataclass(frozen=True, slots=True)
class PracticeAward:
    """The practice component, its counted credits by focus point, and what became of each statement."""

    component: ComponentCredit
    focus_points: Mapping[str, Decimal]
    outcomes: tuple[Outcome, ...]


def is_voided(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    return Reason.VOIDED if evidence.voided else None


def lacks_trust(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """Approvals never come from the learner's own browser; what is handed in may."""
    return distrust(evidence, Component.PRACTICE)


def is_about_another(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """The practice belongs to another participant."""
    named = evidence.practice_participant
    return Reason.WRONG_PARTICIPANT if named is not None and named != context.participant.id else None


def is_not_in_catalogue(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """Only what the catalogue lists is worth credits (A-14, A-29)."""
    known = context.programme.practice_activities
    return None if evidence.practice_activity in known else Reason.UNKNOWN_PRACTICE


def is_outside_cycle(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """Stages and approvals each lie in the cycle or its days of grace (A-15)."""
    return None if is_in_cycle(evidence, context) else Reason.OUTSIDE_CYCLE


def is_self_review(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """同伴互评 comes from somebody else."""
    own = evidence.stage == "peer-review" and evidence.by_person == context.participant.id
    return Reason.SELF_REVIEW if own else None


def is_by_no_approver(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """由校级管理团队组织: an approval, or a return, counts only from those who may give it."""
    if evidence.kind is not Kind.VERDICT:
        return None
    return lacks_authority(evidence, context, context.place_named(evidence.practice_group).school.id)


PRACTICE_RULES: tuple[Callable[[Evidence, LearnerContext], Reason | None], ...] = (
    is_voided,
    lacks_trust,
    is_about_another,
    is_not_in_catalogue,
    is_outside_cycle,
    is_self_review,
    is_by_no_approver,
)


@dataclass(frozen=True, slots=True)
class Performed:
    """One practice activity as one participant did it: its valid statements in time order, and what they earn."""

    activity: PracticeActivity
    statements: Sequence[Evidence]
    decisive: Evidence  # carries the credits: the latest verdict, else the last stage that was needed
    obstacle: Reason | None  # why it earns nothing
    credits: Decimal
    points: tuple[str, ...]  # the focus points that its credits are for


def award_practice(evidence: Iterable[Evidence], context: LearnerContext) -> PracticeAward:
    """The practice credits: 30 approved of 25 are 25, and 5 surplus that buy nothing else (C5, C6)."""
    valid: dict[str, list[Evidence]] = {}
    outcomes: list[Outcome] = []
    for statement in sorted(evidence, key=lambda one: (one.timestamp, one.stored, one.statement)):
        reason = next((found for rule in PRACTICE_RULES if (found := rule(statement, context))), None)
        if reason is None:
            valid.setdefault(statement.practice_activity or "", []).append(statement)
        else:
            outcomes.append(refused(statement, Component.PRACTICE, reason))
    done = sorted((_perform(key, found, context) for key, found in valid.items()), key=_in_order_of_decision)
    share = context.structure.practice
    listed = list(share_credits((outcome for one in done for outcome in _outcomes(one, context)), share))
    approved = sum((one.credits for one in done), ZERO)
    by_point = _by_point(done, listed)
    component = ComponentCredit(
        credits=min(share, approved),
        maximum=share,
        met=_is_met(approved, len(by_point), context),
        surplus=max(ZERO, approved - share),
    )
    return PracticeAward(component, by_point, tuple(outcomes + listed))


def _is_met(approved: Decimal, points: int, context: LearnerContext) -> bool:
    """不少于 25 学分, and the structure's share where that is more (C18); points by person only if set (A-21)."""
    least = max(context.rules.bounds.practice_least, context.structure.practice)
    return approved >= least and points >= context.rules.settings.teacher_min_focus


def _perform(activity_id: str, statements: Sequence[Evidence], context: LearnerContext) -> Performed:
    activity = context.programme.practice_activities[activity_id]
    verdicts = [statement for statement in statements if statement.kind is Kind.VERDICT]
    stages = _first_of_each_stage(statements)
    needed = [stages.get(stage) for stage in _required_stages(activity, context)]
    last = max((one for one in needed if one is not None), key=_by_time, default=statements[-1])
    decisive = verdicts[-1] if verdicts else last
    place = context.place_named(decisive.practice_group)
    theme = points_of(activity, statements)
    obstacle = lacks_theme(theme, place, context.rules) or _undecided(verdicts, needed, context)
    earned = ZERO if obstacle else grant(activity, decisive)
    if not obstacle and not earned:
        obstacle = Reason.NO_CREDITS
    booked = tuple(point for point in theme if lacks_theme((point,), place, context.rules) is None)
    return Performed(activity, statements, decisive, obstacle, earned, booked)


def _undecided(
    verdicts: Sequence[Evidence], needed: Sequence[Evidence | None], context: LearnerContext
) -> Reason | None:
    """完整记录活动过程 (R-068): the latest verdict must approve, and all required stages be on record, in any order."""
    if verdicts and verdicts[-1].verb is Verb.DENIED:
        return Reason.DENIED
    if None in needed:
        return Reason.STAGES_MISSING
    if not verdicts and context.rules.settings.approval == "required":
        return Reason.AWAITING_APPROVAL
    return None


def grant(activity: PracticeActivity, decisive: Evidence) -> Decimal:
    """The catalogue's credits; an approval may grant less, and a larger grant counts as the catalogue's value (A-14).

    Catalogue 5: a grant of 3 is 3, of 8 is 5, none said is 5, of 2.55 is 2.5.
    """
    if decisive.kind is not Kind.VERDICT or decisive.credits is None:
        return activity.credits
    return floor_to_tenth(max(ZERO, min(activity.credits, decisive.credits)))


def _required_stages(activity: PracticeActivity, context: LearnerContext) -> tuple[str, ...]:
    return activity.required_stages or context.rules.settings.required_stages


def _first_of_each_stage(statements: Iterable[Evidence]) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for statement in statements:
        if statement.kind is Kind.STAGE and statement.stage is not None:
            found.setdefault(statement.stage, statement)
    return found


def _by_time(statement: Evidence) -> tuple[object, ...]:
    return statement.timestamp, statement.statement


def _in_order_of_decision(one: Performed) -> tuple[object, ...]:
    return _by_time(one.decisive)


def _outcomes(one: Performed, context: LearnerContext) -> Iterator[Outcome]:
    """The decisive statement carries the credits; stages stand beside it; earlier verdicts are superseded."""
    for statement in one.statements:
        is_decisive = statement.statement == one.decisive.statement
        if statement.kind is Kind.VERDICT and not is_decisive:
            yield refused(statement, Component.PRACTICE, Reason.SUPERSEDED)
        elif one.obstacle is not None:
            yield refused(statement, Component.PRACTICE, one.obstacle)
        else:
            reason = Reason.APPROVED if statement.kind is Kind.VERDICT else Reason.STAGE
            yield counted(statement, Component.PRACTICE, reason, context, one.credits if is_decisive else None)


def _by_point(done: Iterable[Performed], outcomes: Iterable[Outcome]) -> dict[str, Decimal]:
    """Counted credits by focus point; those of an activity with several are shared evenly in tenths."""
    given = {outcome.statement: outcome.credits for outcome in outcomes if outcome.counted and outcome.credits}
    by_point: dict[str, Decimal] = {}
    for one in done:
        amount = given.get(one.decisive.statement)
        if amount:
            for point, share in split_in_tenths(amount, one.points or ("",)).items():
                by_point[point] = by_point.get(point, ZERO) + share
    return {point: share for point, share in by_point.items() if share}
