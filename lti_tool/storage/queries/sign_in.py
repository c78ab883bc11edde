"""Face-to-face sign-in: desks, wrong codes, the people of a class, and their sign-ins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from lti_tool.domain.values import OfflineClass
from lti_tool.storage.dialects import for_update, upsert
from lti_tool.storage.tables.programmes import participants
from lti_tool.storage.tables.sign_in import sign_in_desks, sign_in_tries

_KEY = ["programme_id", "class_id", "session_id"]


@dataclass(frozen=True, slots=True)
class ClassPlace:
    """A session by its programme and class."""

    programme_id: str
    class_id: str
    session_id: str


def find_desk(conn: Connection, place: ClassPlace) -> RowMapping | None:
    """The desk of a session, if it has been opened."""
    query = select(sign_in_desks).where(
        sign_in_desks.c.programme_id == place.programme_id,
        sign_in_desks.c.class_id == place.class_id,
        sign_in_desks.c.session_id == place.session_id,
    )
    return conn.execute(query).mappings().one_or_none()


def open_desk(conn: Connection, place: ClassPlace, desk_id: str, secret: bytes, now: datetime) -> RowMapping:
    """The desk of a session, made now unless somebody has made it before."""
    row = {
        "id": desk_id,
        "programme_id": place.programme_id,
        "class_id": place.class_id,
        "session_id": place.session_id,
        "secret": secret,
        "created_at": now,
    }
    upsert(conn, sign_in_desks, [row], key=_KEY, update=[])
    found = find_desk(conn, place)
    if found is None:
        raise LookupError("the desk that was just opened is not there")
    return found


def get_desk(conn: Connection, desk_id: str) -> RowMapping | None:
    """A desk by what its QR code names it."""
    return conn.execute(select(sign_in_desks).where(sign_in_desks.c.id == desk_id)).mappings().one_or_none()


def lock_tries(conn: Connection, programme_id: str, participant_id: str, now: datetime) -> RowMapping:
    """How many wrong codes a participant has typed since when; nobody else counts until this unit of work ends."""
    row = {"programme_id": programme_id, "participant_id": participant_id, "since": now, "wrong": 0}
    upsert(conn, sign_in_tries, [row], key=["programme_id", "participant_id"], update=[])
    query = select(sign_in_tries).where(_tries_of(programme_id, participant_id))
    return conn.execute(for_update(conn, query)).mappings().one()


def save_tries(conn: Connection, programme_id: str, participant_id: str, since: datetime, wrong: int) -> None:
    conn.execute(update(sign_in_tries).where(_tries_of(programme_id, participant_id)).values(since=since, wrong=wrong))


def _tries_of(programme_id: str, participant_id: str) -> ColumnElement[bool]:
    return and_(sign_in_tries.c.programme_id == programme_id, sign_in_tries.c.participant_id == participant_id)


def list_class(conn: Connection, programme_id: str, offline: OfflineClass, *, text: str = "") -> list[RowMapping]:
    """Everybody who is meant for a class, by name; `text` is part of a name, or a whole id."""
    query = select(participants).where(
        participants.c.programme_id == programme_id,
        participants.c.school_id.in_(offline.schools),
        participants.c.left_at.is_(None),
    )
    if offline.participants is not None:
        query = query.where(participants.c.id.in_(offline.participants))
    if text:
        query = query.where(or_(participants.c.name.icontains(text, autoescape=True), participants.c.id == text))
    return list(conn.execute(query.order_by(participants.c.name, participants.c.id)).mappings())
