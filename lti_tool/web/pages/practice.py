"""The practice part of a credits page: each activity with its stages, its decision and its credits."""

from collections.abc import Iterable, Mapping

from lti_tool.credits.records import Pair, practice_records
from lti_tool.credits.service import Explained
from lti_tool.domain.credits.theme import lacks_theme
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence, Kind, PracticeActivity
from lti_tool.web.contexts import PracticeState, StageState

_VERDICTS = {Reason.AWAITING_APPROVAL: "awaiting", Reason.DENIED: "denied", Reason.STAGES_MISSING: "open"}


def practice_of(explained: Explained, comments: Mapping[str, str]) -> list[PracticeState]:
    """The activities that this participant may do or has begun; `comments` are those of deciding statements."""
    context = explained.context
    begun = practice_records(explained)
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
    pairs = practice_records(explained).get(activity.id, [])
    return practice_state(activity, pairs, explained.context, comments)


def handed_in(explained: Explained, practice: str) -> list[Evidence]:
    """What stands of an activity's stages, each version of it, the latest last."""
    pairs = practice_records(explained).get(practice, [])
    found = [piece for piece, _ in pairs if piece.kind is Kind.STAGE]
    return sorted(found, key=lambda piece: (piece.timestamp, piece.stored, piece.statement))


def practice_state(
    activity: PracticeActivity, pairs: Iterable[Pair], context: LearnerContext, comments: Mapping[str, str]
) -> PracticeState:
    """One activity from its valid statements and their outcomes."""
    valid = list(pairs)
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


def _stages(activity: PracticeActivity, valid: Iterable[Pair], context: LearnerContext) -> list[StageState]:
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
