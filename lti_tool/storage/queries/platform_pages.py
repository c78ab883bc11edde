"""What an administrator may read of the one platform that they launched from: every query names it first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, or_, select

from lti_tool.storage.tables.lti import lti_contexts, lti_deployments, lti_members
from lti_tool.storage.tables.programmes import programmes
from xapi.tables import credentials, statements


def list_courses(conn: Connection, platform_id: int, *, after: int = 0, limit: int = 30) -> list[RowMapping]:
    """Courses with the title of the programme that they show and how many people of them are known, by row id."""
    here = (lti_members.c.context_id == lti_contexts.c.id, lti_members.c.left_at.is_(None), lti_members.c.is_trainee)
    people = select(func.count()).where(*here)
    query = (
        select(
            lti_contexts,
            lti_deployments.c.deployment_id.label("deployment_name"),
            programmes.c.title.label("programme_title"),
            people.scalar_subquery().label("people"),
            people.where(lti_members.c.participant_id.is_(None)).scalar_subquery().label("unmatched"),
        )
        .join(lti_deployments, lti_deployments.c.id == lti_contexts.c.deployment_id)
        .outerjoin(programmes, programmes.c.id == lti_contexts.c.programme_id)
        .where(lti_contexts.c.platform_id == platform_id, lti_contexts.c.id > after)
        .order_by(lti_contexts.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def find_course(conn: Connection, platform_id: int, context_row: int) -> RowMapping | None:
    """A course of the platform; None also for another platform's."""
    query = select(lti_contexts).where(lti_contexts.c.id == context_row, lti_contexts.c.platform_id == platform_id)
    return conn.execute(query).mappings().one_or_none()


def list_seen_people(
    conn: Connection, platform_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 30
) -> list[RowMapping]:
    """People of the platform's courses, whoever was seen last first; `before` is the last (moment, id) shown."""
    query = (
        select(lti_members, lti_contexts.c.title.label("course_title"), lti_contexts.c.context_id.label("course_name"))
        .join(lti_contexts, lti_contexts.c.id == lti_members.c.context_id)
        .where(lti_contexts.c.platform_id == platform_id, lti_members.c.seen_at.is_not(None))
        .order_by(lti_members.c.seen_at.desc(), lti_members.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        moment, row = before
        seen = lti_members.c.seen_at
        query = query.where(or_(seen < moment, (seen == moment) & (lti_members.c.id < row)))
    return list(conn.execute(query).mappings())


def list_shown_programmes(conn: Connection, platform_id: int, *, limit: int = 200) -> list[tuple[str, str]]:
    """(id, title) of the programmes that courses of the platform show."""
    shown = select(lti_contexts.c.programme_id).where(lti_contexts.c.platform_id == platform_id)
    query = select(programmes.c.id, programmes.c.title).where(programmes.c.id.in_(shown)).order_by(programmes.c.id)
    return [(row.id, row.title) for row in conn.execute(query.limit(limit))]


def list_programme_credentials(
    conn: Connection, programme_ids: Sequence[str], *, before: int | None = None, limit: int = 30
) -> list[RowMapping]:
    """Key pairs in force that are bound to these programmes, newest first, with the number of the last statement that
    each sent; never those of the whole installation, nor the short-lived ones of single learners.
    """
    last = select(func.max(statements.c.seq)).where(statements.c.credential_id == credentials.c.id)
    query = (
        select(credentials, last.scalar_subquery().label("last_seq"), programmes.c.title.label("programme_title"))
        .join(programmes, programmes.c.id == credentials.c.tenant)
        .where(
            credentials.c.tenant.in_(programme_ids),
            credentials.c.revoked_at.is_(None),
            credentials.c.agent.is_(None),
        )
        .order_by(credentials.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(credentials.c.id < before)
    return list(conn.execute(query).mappings())
