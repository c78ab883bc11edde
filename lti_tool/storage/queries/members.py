"""People of an LMS course whom somebody links with participants by hand."""

from sqlalchemy import Connection, RowMapping, and_, delete, select, update

from lti_tool.storage.queries import people
from lti_tool.storage.tables.lti import lti_members
from lti_tool.storage.tables.programmes import identifiers, participants

_BY_HAND = "hand"


def find_member(conn: Connection, context_row: int, member_row: int) -> RowMapping | None:
    """One person of a course."""
    query = select(lti_members).where(lti_members.c.context_id == context_row, lti_members.c.id == member_row)
    return conn.execute(query).mappings().one_or_none()


def list_unlinked_members(conn: Connection, context_row: int, *, after: int = 0, limit: int = 20) -> list[RowMapping]:
    """Learners of an LMS course who are nobody of the programme, by row id."""
    query = select(lti_members).where(
        lti_members.c.context_id == context_row,
        lti_members.c.is_trainee.is_(True),
        lti_members.c.left_at.is_(None),
        lti_members.c.participant_id.is_(None),
        lti_members.c.id > after,
    )
    return list(conn.execute(query.order_by(lti_members.c.id).limit(limit)).mappings())


def list_members_linked_by_hand(
    conn: Connection, context_row: int, programme_id: str, *, after: int = 0, limit: int = 20
) -> list[RowMapping]:
    """People of an LMS course whom somebody linked by hand, with the participant's name, by row id."""
    query = (
        select(lti_members, participants.c.name.label("participant_name"))
        .join(
            participants,
            and_(participants.c.programme_id == programme_id, participants.c.id == lti_members.c.participant_id),
        )
        .where(lti_members.c.context_id == context_row, lti_members.c.linked_by == _BY_HAND, lti_members.c.id > after)
    )
    return list(conn.execute(query.order_by(lti_members.c.id).limit(limit)).mappings())


def link_by_hand(conn: Connection, context_row: int, member_row: int, participant_id: str) -> None:
    """Say who a person of a course is in the programme."""
    these = (lti_members.c.context_id == context_row, lti_members.c.id == member_row)
    conn.execute(update(lti_members).where(*these).values(participant_id=participant_id, linked_by=_BY_HAND))


def unlink_by_hand(conn: Connection, context_row: int, member_row: int) -> None:
    """Take back what `link_by_hand` said."""
    these = (
        lti_members.c.context_id == context_row,
        lti_members.c.id == member_row,
        lti_members.c.linked_by == _BY_HAND,
    )
    conn.execute(update(lti_members).where(*these).values(participant_id=None, linked_by=None))


def add_key_by_hand(conn: Connection, programme_id: str, key: str, participant_id: str) -> None:
    """From now on an account nobody had is this participant's, who is computed again."""
    people.add_identifier(conn, programme_id, key, participant_id, _BY_HAND)


def remove_key_by_hand(conn: Connection, programme_id: str, key: str) -> None:
    """Forget an identifier that was given by hand, and compute its owner again; one known from elsewhere stays."""
    change = (
        delete(identifiers)
        .where(identifiers.c.programme_id == programme_id, identifiers.c.key == key, identifiers.c.source == _BY_HAND)
        .returning(identifiers.c.person_id)
    )
    owners = conn.execute(change).scalars().all()
    people.touch(conn, [(programme_id, owner) for owner in owners])
