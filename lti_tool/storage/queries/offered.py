"""Which programmes a platform may choose from, and who a person of its course turns out to be.

A programme is offered to a platform that it belongs to: one of its courses shows it, `programme link` named one, or
the roster names accounts of it. A programme that belongs to another platform alone is never offered, so that nobody
learns from a choice what another institution runs; one that belongs to nobody yet may be taken up by anybody.
"""

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from lti_tool.domain.identifiers import account_key
from lti_tool.storage.queries.lti import get_platform
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms
from lti_tool.storage.tables.programmes import course_links, identifiers, programmes


def list_offered(conn: Connection, platform_id: int, *, after: str = "", limit: int = 50) -> list[RowMapping]:
    """Programmes that a platform may choose from, by id, at most `limit` after the id `after`."""
    query = select(programmes).where(_is_offered(conn, platform_id), programmes.c.id > after)
    return list(conn.execute(query.order_by(programmes.c.id).limit(limit)).mappings())


def is_offered(conn: Connection, platform_id: int, programme_id: str) -> bool:
    """Whether a platform may choose this programme; False also where there is none of this id."""
    query = select(programmes.c.id).where(programmes.c.id == programme_id, _is_offered(conn, platform_id))
    return conn.execute(query).first() is not None


def recognise_member(conn: Connection, context_row: int, sub: str, participant_id: str, how: str) -> None:
    """Say who a person of a course is, unless that is known already."""
    unknown = (lti_members.c.context_id == context_row, lti_members.c.sub == sub)
    change = update(lti_members).where(*unknown, lti_members.c.participant_id.is_(None))
    conn.execute(change.values(participant_id=participant_id, linked_by=how))


def _is_offered(conn: Connection, platform_id: int) -> ColumnElement[bool]:
    platform = get_platform(conn, platform_id)
    if platform is None:
        return false()
    # Canvas signs for many institutions as one issuer: there an issuer alone says nothing about whose it is.
    twins = exists().where(lti_platforms.c.issuer == platform["issuer"], lti_platforms.c.id != platform_id)
    shares_issuer = bool(conn.execute(select(twins)).scalar())
    ours, others = _of_courses(platform_id)
    links_ours, links_others = _of_links(platform, shares_issuer=shares_issuer)
    accounts_ours, accounts_others = _of_accounts(platform, shares_issuer=shares_issuer)
    return or_(ours, links_ours, accounts_ours, not_(or_(others, links_others, accounts_others)))


def _of_courses(platform_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A course of ours, a course of another platform shows the programme."""
    shows = lti_contexts.c.programme_id == programmes.c.id
    return (
        exists().where(shows, lti_contexts.c.platform_id == platform_id),
        exists().where(shows, lti_contexts.c.platform_id != platform_id),
    )


def _of_links(platform: RowMapping, *, shares_issuer: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A course of ours, a course of another platform was linked by `programme link`, perhaps before any launch."""
    known_here = exists().where(
        lti_contexts.c.platform_id == platform["id"], lti_contexts.c.context_id == course_links.c.context_id
    )
    is_ours: ColumnElement[bool] = course_links.c.issuer == platform["issuer"]
    if shares_issuer:
        is_ours = and_(is_ours, known_here)
    linked = course_links.c.programme_id == programmes.c.id
    return exists().where(linked, is_ours), exists().where(linked, not_(is_ours))


def _of_accounts(platform: RowMapping, *, shares_issuer: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The roster names accounts of ours, of another registered platform."""
    of_programme = identifiers.c.programme_id == programmes.c.id
    prefix = account_key(platform["issuer"], "")
    ours = exists().where(of_programme, func.substr(identifiers.c.key, 1, len(prefix)) == prefix)
    other = literal("account|").concat(func.rtrim(lti_platforms.c.issuer, "/")).concat("|")
    others = exists().where(
        of_programme,
        lti_platforms.c.issuer != platform["issuer"],
        func.substr(identifiers.c.key, 1, func.length(other)) == other,
    )
    return (false() if shares_issuer else ours), others
