"""What is on record of somebody's practice and face-to-face sessions: pieces of evidence with their outcomes."""

from collections.abc import Iterator
from typing import TypeAlias

from lti_tool.credits.service import Explained
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence, Kind, Outcome

Pair: TypeAlias = tuple[Evidence, Outcome]
SessionKey: TypeAlias = tuple[str, str]
"""Class and session."""

#: Outcomes by which a statement itself is not valid, whatever becomes of its activity.
_INVALID = frozenset(
    {
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
)
_BOTH = frozenset({Reason.INCOMPLETE, Reason.REPEATED, Reason.SURPLUS, Reason.TEAM_TRAINING})
#: Outcomes that say that a sign-in, or a log, is on record.
_ON_RECORD = {
    Kind.ATTENDED: _BOTH | {Reason.SIGNED_IN, Reason.SIGNED_OUT, Reason.LOG_MISSING},
    Kind.LOG: _BOTH | {Reason.LOG, Reason.SIGN_IN_MISSING},
}


def practice_records(explained: Explained) -> dict[str, list[Pair]]:
    """The valid stages and verdicts of each practice activity, in the order of the explanation."""
    found: dict[str, list[Pair]] = {}
    for piece, outcome in _pairs(explained, Kind.STAGE, Kind.VERDICT):
        if piece.practice_activity and outcome.reason not in _INVALID:
            found.setdefault(piece.practice_activity, []).append((piece, outcome))
    return found


def session_records(explained: Explained) -> dict[SessionKey, list[Pair]]:
    """The sign-ins and logs of each session that are on record, whether or not they earn anything."""
    found: dict[SessionKey, list[Pair]] = {}
    for piece, outcome in _pairs(explained, *_ON_RECORD):
        if outcome.reason in _ON_RECORD[piece.kind]:
            found.setdefault((piece.class_id or "", piece.offline_session or ""), []).append((piece, outcome))
    return found


def _pairs(explained: Explained, *kinds: Kind) -> Iterator[Pair]:
    pieces = {piece.statement: piece for piece in explained.evidence if piece.kind in kinds}
    for outcome in explained.credit.explanation:
        piece = pieces.get(outcome.statement)
        if piece is not None:
            yield piece, outcome
