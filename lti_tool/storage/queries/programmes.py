"""Programmes in the database: the plan as loaded, and which LMS course shows which programme."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select, update

from lti_tool.storage.dialects import upsert
from lti_tool.storage.tables import programmes as t

#: Everything of a programme's plan that a new file replaces whole; children before parents.
_REPLACED: tuple[Table, ...] = (
    t.waivers,
    t.records,
    t.offline_sessions,
    t.offline_classes,
    t.practice_activities,
    t.courses,
    t.groups,
    t.schools,
    t.staff,
)


def save_programme(conn: Connection, row: Mapping[str, Any], plan: Mapping[Table, Sequence[dict[str, Any]]]) -> None:
    """Create or update a programme and replace its plan: `plan` holds the rows of each table of the plan.

    The programme's `version` grows, so that whoever keeps it in memory sees the change.
    """
    found = conn.execute(select(t.programmes.c.version).where(t.programmes.c.id == row["id"])).scalar()
    upsert(conn, t.programmes, [{**row, "version": (found or 0) + 1}], key=["id"])
    for table in _REPLACED:
        conn.execute(delete(table).where(table.c.programme_id == row["id"]))
    for table in reversed(_REPLACED):
        rows = plan.get(table, ())
        if rows:
            conn.execute(insert(table), list(rows))


def find_programme(conn: Connection, programme_id: str) -> RowMapping | None:
    """The programme's own row, without its plan."""
    return conn.execute(select(t.programmes).where(t.programmes.c.id == programme_id)).mappings().one_or_none()


def raise_version(conn: Connection, programme_id: str) -> None:
    """Whoever keeps the programme in memory sees that something of it has changed."""
    raised = update(t.programmes).values(version=t.programmes.c.version + 1)
    conn.execute(raised.where(t.programmes.c.id == programme_id))


def get_plan(conn: Connection, programme_id: str) -> dict[str, list[RowMapping]]:
    """Every row of a programme's plan, by table name, in the order of the ids."""
    return {
        table.name: list(
            conn.execute(
                select(table).where(table.c.programme_id == programme_id).order_by(*table.primary_key.columns)
            ).mappings()
        )
        for table in _REPLACED
    }


def list_programmes(conn: Connection, *, limit: int = 200, after: str = "") -> list[RowMapping]:
    """Programmes by id, at most `limit` after the id `after`."""
    query = select(t.programmes).where(t.programmes.c.id > after).order_by(t.programmes.c.id).limit(limit)
    return list(conn.execute(query).mappings())


def link_course(
    conn: Connection, programme_id: str, issuer: str, context_id: str, *, by_deep_linking: bool = False
) -> None:
    """From now on this LMS course shows this programme; an earlier link of the course is replaced."""
    row = {
        "issuer": issuer,
        "context_id": context_id,
        "programme_id": programme_id,
        "by_deep_linking": by_deep_linking,
    }
    upsert(conn, t.course_links, [row], key=["issuer", "context_id"])


def find_linked_programme(conn: Connection, issuer: str, context_id: str) -> str | None:
    """The programme that an LMS course was linked to."""
    query = select(t.course_links.c.programme_id).where(
        t.course_links.c.issuer == issuer, t.course_links.c.context_id == context_id
    )
    return conn.execute(query).scalar()


def find_only_programme(conn: Connection) -> str | None:
    """The one programme of this installation, when there is just one."""
    found = conn.execute(select(t.programmes.c.id).limit(2)).scalars().all()
    return found[0] if len(found) == 1 else None


def count_other_programmes(conn: Connection, programme_id: str) -> dict[str, int]:
    """Schools of a programme that are in others too: {school: how many others}; which ones is nobody's business."""
    own = select(t.schools.c.id).where(t.schools.c.programme_id == programme_id)
    query = (
        select(t.schools.c.id, func.count().label("others"))
        .where(t.schools.c.programme_id != programme_id, t.schools.c.id.in_(own))
        .group_by(t.schools.c.id)
    )
    return {row.id: row.others for row in conn.execute(query)}
