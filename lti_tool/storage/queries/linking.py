"""What deep linking and submission review ask of a course."""

from sqlalchemy import Connection, select

from lti_tool.domain.identifiers import account_key
from lti_tool.storage.queries import people
from lti_tool.storage.queries.grades_desired import find_launch_item
from lti_tool.storage.tables.grades import grade_line_items
from lti_tool.storage.tables.lti import lti_members


def has_column(conn: Connection, context_row: int, tag: str) -> bool:
    """Whether the gradebook of a course has our column of this tag already."""
    query = select(grade_line_items.c.id).where(
        grade_line_items.c.context_id == context_row,
        grade_line_items.c.tag == tag,
        grade_line_items.c.url.is_not(None),
    )
    return conn.execute(query.limit(1)).first() is not None or find_launch_item(conn, context_row) is not None


def find_person_of(
    conn: Connection, context_row: int, programme_id: str, issuer: str, sub: str
) -> tuple[str | None, str]:
    """Which participant an account of a course is, if any, and the name the platform gives (perhaps empty)."""
    query = select(lti_members.c.participant_id, lti_members.c.name).where(
        lti_members.c.context_id == context_row, lti_members.c.sub == sub
    )
    member = conn.execute(query).mappings().one_or_none()
    key = account_key(issuer, sub)
    known = people.find_people(conn, programme_id, [key]).get(key)
    for person in (member["participant_id"] if member else None, known):
        if person is not None and people.get_person(conn, programme_id, person) is not None:
            return person, member["name"] if member else ""
    return None, member["name"] if member else ""
