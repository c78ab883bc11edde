"""The queue of a school management team: practice that is complete and waits for a decision."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lti_tool.credits.service import Explained
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence, Kind
from lti_tool.evidence.activities import Vocabulary
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import pages as queries
from lti_tool.storage.queries.statements import find_statements
from lti_tool.web.contexts import ApprovalLine, ApprovalsPage, PracticeState
from lti_tool.web.errors import not_found
from lti_tool.web.pages.credits import explain
from lti_tool.web.pages.practice import practice_of
from lti_tool.web.services import Services

_AT_ONCE = 20  # participants looked at together
_LEAST = 10  # lines of a page, while there are more
_WAITING = (Reason.AWAITING_APPROVAL, Reason.DENIED)


def approvals_page(services: Services, session: LtiSession, school: str, *, after: str) -> ApprovalsPage:
    """What waits in a school, by participant, from the one after `after`."""
    programme_id = str(session.programme_id)
    with services.db.read() as conn:
        everybody = queries.list_ids_of_school(conn, programme_id, school)
    services.credits.refresh(programme_id, everybody)
    found: list[ApprovalLine] = []
    last, is_more = after, True
    while is_more and len(found) < _LEAST:
        with services.db.read() as conn:
            ids = queries.list_obstructed(conn, programme_id, _WAITING, school=school, after=last, limit=_AT_ONCE + 1)
        is_more, shown = len(ids) > _AT_ONCE, ids[:_AT_ONCE]
        found += _lines(services, session, services.credits.explain_many(programme_id, shown, pass_over=True))
        last = shown[-1] if shown else last
    return ApprovalsPage(
        school=_school_name(services, programme_id, school), waiting=found, following=last if is_more else None
    )


def one_approval_page(
    services: Services, session: LtiSession, school: str, participant_id: str, practice: str
) -> ApprovalsPage:
    """The queue with one activity alone, for a form that has to be put right."""
    programme_id = str(session.programme_id)
    found = _lines(services, session, [explain(services, programme_id, participant_id)])
    return ApprovalsPage(
        school=_school_name(services, programme_id, school),
        waiting=[line for line in found if line.practice.id == practice],
        following=None,
    )


def find_waiting(explained: Explained, practice: str) -> PracticeState | None:
    """The state of an activity that waits for a decision; None where it does not, or is nothing of this person's."""
    return next((state for state in _waiting(explained) if state.id == practice), None)


def explain_in_school(services: Services, programme_id: str, school: str, participant_id: str) -> Explained:
    """A participant of this school; anybody else is not found."""
    explained = explain(services, programme_id, participant_id)
    if explained.context.school.id != school:
        raise not_found()
    return explained


def _school_name(services: Services, programme_id: str, school: str) -> str:
    found = services.credits.programme(programme_id).programme.schools.get(school)
    return found.name if found else school


def _waiting(explained: Explained) -> list[PracticeState]:
    """What awaits a first decision, and what was handed in again since it was returned."""
    return [
        state
        for state in practice_of(explained, {})
        if state.verdict == "awaiting" or (state.verdict == "denied" and is_handed_in_again(explained, state))
    ]


def is_handed_in_again(explained: Explained, state: PracticeState) -> bool:
    """Whether something newer than the school's return is on record."""
    if any(stage.state != "done" for stage in state.stages):
        return False
    decided = [piece.timestamp for piece in explained.evidence if piece.statement == state.statement]
    handed_in = [piece.timestamp for piece in _stages(explained, state.id)]
    return bool(decided and handed_in) and max(handed_in) > max(decided)


def _stages(explained: Explained, practice: str) -> list[Evidence]:
    """What was handed in for an activity, the latest last."""
    found = [
        piece
        for piece in explained.evidence
        if piece.kind is Kind.STAGE and piece.practice_activity == practice and not piece.voided
    ]
    return sorted(found, key=lambda piece: (piece.timestamp, piece.stored, piece.statement))


def _lines(services: Services, session: LtiSession, people: Iterable[Explained]) -> list[ApprovalLine]:
    pairs = [(explained, state) for explained in people for state in _waiting(explained)]
    ids = [piece.statement for explained, state in pairs for piece in _stages(explained, state.id)]
    with services.db.read() as conn:
        raw = find_statements(conn, str(session.programme_id), ids)
    return [_line(explained, state, session, raw, services.vocabulary) for explained, state in pairs]


def _line(
    explained: Explained,
    state: PracticeState,
    session: LtiSession,
    raw: Mapping[str, Mapping[str, Any]],
    vocabulary: Vocabulary,
) -> ApprovalLine:
    stages = _stages(explained, state.id)
    latest = {piece.stage or "": piece for piece in stages}
    return ApprovalLine(
        participant_id=explained.participant.id,
        name=explained.participant.name,
        group=explained.context.group.name,
        practice=state,
        submitted_at=stages[-1].timestamp if stages else None,
        is_own=explained.participant.id == session.participant_id,
        texts=[
            (stage.code, text_of(found), links_of(found, vocabulary))
            for stage in state.stages
            if stage.code in latest
            for found in [raw.get(latest[stage.code].statement, {})]
        ],
    )


def text_of(statement: Mapping[str, Any]) -> str:
    """What somebody wrote in a statement."""
    found = statement.get("result", {}).get("response", "")
    return found if isinstance(found, str) else ""


def links_of(statement: Mapping[str, Any], vocabulary: Vocabulary) -> Sequence[str]:
    """The web addresses that a statement brings: its links, and files kept elsewhere; anything else is left out."""
    return [link for link in _addresses(statement, vocabulary) if link.startswith(("https://", "http://"))]


def _addresses(statement: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[str]:
    listed = vocabulary.extension(statement.get("context", {}).get("extensions"), "links")
    yield from (link for link in (listed if isinstance(listed, list) else [listed]) if isinstance(link, str))
    yield from (str(file["fileUrl"]) for file in statement.get("attachments", ()) if "fileUrl" in file)
