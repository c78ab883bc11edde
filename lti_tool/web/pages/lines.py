"""Statements as lines of a list: what each is about, in the programme's words, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext

from lti_tool.credits.service import Explained
from lti_tool.domain.cycle import zone_of
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import Evidence, Kind, Outcome
from lti_tool.web.contexts import ReasonGroup, StatementLine
from lti_tool.web.formatting import label

_LISTED = 8  # lines of one reason shown at once; the days list the rest


class Lines:
    """The statements of one participant, by id."""

    def __init__(self, explained: Explained) -> None:
        self._context = explained.context
        self._evidence = {piece.statement: piece for piece in explained.evidence}
        self.outcomes = explained.credit.explanation

    def line(self, outcome: Outcome) -> StatementLine:
        """One statement with its outcome."""
        piece = self._evidence.get(outcome.statement)
        return StatementLine(
            statement=outcome.statement,
            title=title_of(piece, self._context) if piece else outcome.activity,
            at=outcome.timestamp,
            seconds=outcome.seconds,
            credits=outcome.credits,
            counted=outcome.counted,
            reason=outcome.reason,
            flags=outcome.flags,
        )

    def find(self, statement: str) -> tuple[Outcome, Evidence] | None:
        """The outcome and the evidence of one statement of this participant."""
        piece = self._evidence.get(statement)
        outcome = next((one for one in self.outcomes if one.statement == statement), None)
        return None if piece is None or outcome is None else (outcome, piece)

    def not_counted(self) -> list[ReasonGroup]:
        """Statements that did not count, grouped by reason, the most frequent first."""
        return self._group((outcome.reason, outcome) for outcome in self.outcomes if not outcome.counted)

    def flagged(self) -> list[ReasonGroup]:
        """Statements that counted in part or with a remark, grouped by that remark."""
        pairs = ((flag, outcome) for outcome in self.outcomes if outcome.counted for flag in outcome.flags)
        return self._group(pairs)

    def _group(self, pairs: Iterable[tuple[str, Outcome]]) -> list[ReasonGroup]:
        by_reason: dict[str, list[Outcome]] = defaultdict(list)
        for reason, outcome in pairs:
            by_reason[reason].append(outcome)
        ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
        return [self._reason_group(reason, outcomes) for reason, outcomes in ordered]

    def _reason_group(self, reason: str, outcomes: Sequence[Outcome]) -> ReasonGroup:
        latest = [self.line(outcome) for outcome in reversed(outcomes[-_LISTED:])]
        return ReasonGroup(reason=str(reason), number=len(outcomes), lines=latest)


def title_of(piece: Evidence, context: LearnerContext) -> str:
    """What a statement is about: a course, an offline session, a stage of a practice activity."""
    programme = context.programme
    if piece.kind in {Kind.ATTENDED, Kind.LOG}:
        offline = programme.offline_classes.get(piece.class_id or "")
        name = offline.title or offline.id if offline else piece.activity
        what = gettext("sign-in") if piece.kind is Kind.ATTENDED else gettext("training log")
        return gettext(
            "%(training)s, session %(number)s: %(what)s", training=name, number=piece.offline_session, what=what
        )
    if piece.kind in {Kind.STAGE, Kind.VERDICT}:
        practice = programme.practice_activities.get(piece.practice_activity or "")
        name = practice.title if practice else piece.activity
        what = gettext("decision") if piece.kind is Kind.VERDICT else label(piece.stage or "", "stage")
        return gettext("%(practice)s: %(what)s", practice=name, what=what)
    if piece.kind is Kind.ASSESSMENT:
        return label(piece.assessment or "", "assess")
    course = context.courses.find(piece.activity)
    return course.title if course else piece.activity


def programme_zone(context: LearnerContext) -> ZoneInfo:
    """The zone in which this programme's days begin."""
    return ZoneInfo(zone_of(context.programme, context.rules.settings))
