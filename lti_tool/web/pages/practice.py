"""The practice part of a credits page: each activity with its stages, its decision and its credits."""

from collections.abc import Iterable, Mapping

from lti_tool.credits.service import Explained
from lti_tool.domain.credits.theme import lacks_theme
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence, Kind, Outcome, PracticeActivity
from lti_tool.web.contexts import PracticeState, StageState

#: Outcomes by which a statement itself is not valid, whatever becomes of its activity.
_INVALID = {
    Reason.VOIDED,
    Reason.SOURCE_NOT_TRUSTED,
    Reason.LEARNER_MAY_NOT,
    Reason.WRONG_PARTICIPANT,
    Reason.UNKNOWN_PRACTICE,
    Reason.OUTSIDE_CYCLE,
    Reason.SELF_REVIEW,
    Reason.SELF_APPROVAL,
    Reason.NOT_AN_APPROVER,
    Reason.SUPERSEDED,
}
_VERDICTS = {Reason.AWAITING_APPROVAL: "awaiting", Reason.DENIED: "denied", Reason.STAGES_MISSING: "open"}
_Pair = tuple[Evidence, Outcome]


def practice_of(explained: Explained, comments: Mapping[str, str]) -> list[PracticeState]:
    """The activities that this participant may do or has begun; `comments` are those of deciding statements."""
    context = explained.context
    begun = _by_activity(explained)
    offered = [
        activity
        for activity in context.programme.practice_activities.values()
        if activity.id in begun or lacks_theme(activity.focus_points, context.place, context.rules) is None
    ]
    return [practice_state(activity, begun.get(activity.id, []), context, comments) for activity in offered]


def deciding_statements(explained: Explained) -> list[str]:
    """The verdicts of this participant's practice, whose comments a page shows."""
    return [piece.statement for piece in explained.evidence if piece.kind is Kind.VERDICT]


def state_of(explained: Explained, activity: PracticeActivity, comments: Mapping[str, str]) -> PracticeState:
    """One activity of a participant, whether they have begun it or not."""
    pairs = _by_activity(explained).get(activity.id, [])
    return practice_state(activity, pairs, explained.context, comments)


def handed_in(explained: Explained, practice: str) -> list[Evidence]:
    """What stands of an activity's stages, each version of it, the latest last."""
    pairs = _by_activity(explained).get(practice, [])
    found = [piece for piece, outcome in pairs if piece.kind is Kind.STAGE and outcome.reason not in _INVALID]
    return sorted(found, key=lambda piece: (piece.timestamp, piece.stored, piece.statement))


def practice_state(
    activity: PracticeActivity, pairs: Iterable[_Pair], context: LearnerContext, comments: Mapping[str, str]
) -> PracticeState:
    """One activity from its statements and their outcomes."""
    valid = [(piece, outcome) for piece, outcome in pairs if outcome.reason not in _INVALID]
    verdict = next((pair for pair in reversed(valid) if pair[0].kind is Kind.VERDICT), None)
    reason = valid[-1][1].reason if valid else None
    granted = sum((outcome.credits or ZERO for _, outcome in valid if outcome.counted), ZERO)
    is_counted = any(outcome.counted and outcome.credits is not None for _, outcome in valid)
    return PracticeState(
        id=activity.id,
        title=activity.title,
        credits=activity.credits,
        granted=granted,
        focus_points=activity.focus_points,
        stages=_stages(activity, valid, context),
        verdict="counted" if is_counted else _name(reason),
        reason=None if is_counted else reason,
        comment=comments.get(verdict[0].statement) if verdict else None,
        statement=verdict[0].statement if verdict else None,
    )


def _name(reason: str | None) -> str:
    if reason is None:
        return "open"
    return _VERDICTS.get(Reason(reason), "refused")


def _stages(activity: PracticeActivity, valid: Iterable[_Pair], context: LearnerContext) -> list[StageState]:
    done: dict[str, str] = {}
    for piece, _ in valid:
        if piece.kind is Kind.STAGE and piece.stage:
            done.setdefault(piece.stage, piece.statement)
    required = activity.required_stages or context.rules.settings.required_stages
    further = [stage for stage in done if stage not in required]
    return [
        StageState(code=stage, state="done" if stage in done else "open", statement=done.get(stage))
        for stage in (*required, *further)
    ]


def _by_activity(explained: Explained) -> dict[str, list[_Pair]]:
    pieces = {piece.statement: piece for piece in explained.evidence if piece.kind in {Kind.STAGE, Kind.VERDICT}}
    found: dict[str, list[_Pair]] = {}
    for outcome in explained.credit.explanation:
        piece = pieces.get(outcome.statement)
        if piece is not None and piece.practice_activity:
            found.setdefault(piece.practice_activity, []).append((piece, outcome))
    return found
