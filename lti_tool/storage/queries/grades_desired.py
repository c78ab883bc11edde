"""What should stand in the gradebooks: columns of the courses that show a programme, cells of their learners."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    exists,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)

from lti_tool.storage.dialects import for_update, upsert
from lti_tool.storage.queries.grades_cells import lock_cells
from lti_tool.storage.tables.grades import grade_cells, grade_line_items
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms, lti_resource_links
from lti_tool.storage.tables.programmes import programmes
from lti_tool.storage.tables.results import results

_LOCK_CLASS = 0x58554546  # "XUEF": keeps these advisory locks apart from others'

_FIGURES = (
    "accrued",
    "shown",
    "maximum",
    "online",
    "online_maximum",
    "online_seconds",
    "online_required",
    "online_met",
    "offline",
    "offline_maximum",
    "offline_met",
    "practice",
    "practice_maximum",
    "practice_surplus",
    "practice_met",
    "unmet",
    "changed_at",
)


def lock_programme(conn: Connection, programme_id: str) -> None:
    """One refresher of a programme at a time, until the unit of work ends.

    Without it, one that read older credits could write its desired values after one that read newer ones.
    SQLite has one writer anyway.
    """
    if conn.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:class, hashtext(:programme))")
        conn.execute(lock, {"class": _LOCK_CLASS, "programme": programme_id})


def list_courses(conn: Connection, programme_id: str) -> list[RowMapping]:
    """The LMS courses that show a programme, with the line item that a launch brought, if any did."""
    launch_url = _launch_item(lti_contexts.c.id).scalar_subquery()
    query = (
        select(
            lti_contexts.c.id,
            lti_contexts.c.platform_id,
            lti_contexts.c.lineitems_url,
            launch_url.label("launch_url"),
        )
        .where(lti_contexts.c.programme_id == programme_id)
        .order_by(lti_contexts.c.id)
    )
    return list(conn.execute(query).mappings())


def list_line_items(conn: Connection, programme_id: str) -> list[RowMapping]:
    """All columns of a programme, in the courses that it is linked to now or was before."""
    query = (
        select(grade_line_items, lti_platforms.c.product)
        .join(lti_platforms, lti_platforms.c.id == grade_line_items.c.platform_id)
        .where(grade_line_items.c.programme_id == programme_id)
    )
    return list(conn.execute(query.order_by(grade_line_items.c.id)).mappings())


def insert_line_items(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Remember columns; one that is already known stays as it is."""
    upsert(conn, grade_line_items, rows, key=["context_id", "programme_id", "tag"], update=[])


def update_line_item(conn: Connection, line_item_id: int, values: dict[str, Any]) -> None:
    conn.execute(update(grade_line_items).where(grade_line_items.c.id == line_item_id).values(**values))


def forget_confirmed(conn: Connection, line_item_id: int, now: datetime) -> None:
    """The column is another one now: nothing stands in it yet, so every cell is due again."""
    lock_cells(conn, grade_cells.c.line_item_id == line_item_id)
    unknown = {f"confirmed_{name}": None for name in ("value", "maximum", "comment", "progress", "at")}
    statement = (
        update(grade_cells)
        .where(grade_cells.c.line_item_id == line_item_id)
        .values(**unknown, in_gradebook_since=None, lms_value=None, lms_read_at=None, in_doubt=False, lease_owner=None)
    )
    conn.execute(statement)  # whoever is sending to the old column holds nothing any more
    states = grade_cells.c.state.in_(["settled", "due", "retrying", "overridden"])
    wakes = states & grade_cells.c.desired_value.is_not(None)
    conn.execute(
        update(grade_cells)
        .where(grade_cells.c.line_item_id == line_item_id, wakes)
        .values(state="due", reason=None, pending_since=now, next_attempt_at=now, retry_at=None)
    )


def find_launch_item(conn: Connection, context_row: int) -> str | None:
    """The line item that a launch of the course brought, if any did."""
    return conn.execute(_launch_item(context_row)).scalar_one_or_none()


def _launch_item(context_row: Any) -> Select[Any]:
    """The line item that is used where the launches of a course brought several: always the same one."""
    url = lti_resource_links.c.lineitem_url
    here = (lti_resource_links.c.context_id == context_row, url.is_not(None))
    return select(url).where(*here).order_by(lti_resource_links.c.id).limit(1)


def forget_launch_item(conn: Connection, context_row: int, url: str | None) -> None:
    """A launch's line item that is gone from the LMS is not used again, until a launch brings one."""
    change = update(lti_resource_links).where(
        lti_resource_links.c.context_id == context_row, lti_resource_links.c.lineitem_url == url
    )
    conn.execute(change.values(lineitem_url=None))


def any_figures(conn: Connection, programme_id: str) -> RowMapping | None:
    """The figures of any one participant: the maxima are the same for all of a programme."""
    query = select(*_figures()).where(results.c.programme_id == programme_id).limit(1)
    return conn.execute(query).mappings().first()


def list_learners(
    conn: Connection, programme_id: str, *, only: Sequence[str] | None, after: int, limit: int
) -> list[RowMapping]:
    """Members of the programme's courses who are linked to a participant with computed credits, by member id.

    Members who left or changed role are among them: their cells must know.
    """
    query = (
        select(
            lti_members.c.id.label("member_id"),
            lti_members.c.context_id,
            lti_members.c.participant_id,
            lti_members.c.is_trainee,
            lti_members.c.left_at,
            lti_members.c.seen_at,
            *_figures(),
        )
        .join(lti_contexts, lti_contexts.c.id == lti_members.c.context_id)
        .join(
            results,
            (results.c.programme_id == lti_contexts.c.programme_id)
            & (results.c.participant_id == lti_members.c.participant_id),
        )
        .where(lti_contexts.c.programme_id == programme_id, lti_members.c.id > after)
        .order_by(lti_members.c.id)
        .limit(limit)
    )
    if only is not None:
        query = query.where(lti_members.c.participant_id.in_(only))
    return list(conn.execute(query).mappings())


def _figures() -> list[Any]:
    return [results.c[name] for name in _FIGURES]


def lock_cells_of(conn: Connection, line_item_ids: Sequence[int], member_ids: Sequence[int]) -> list[RowMapping]:
    """The cells of some members in some columns, held until the unit of work ends."""
    query = (
        select(grade_cells)
        .where(grade_cells.c.line_item_id.in_(line_item_ids), grade_cells.c.member_id.in_(member_ids))
        .order_by(grade_cells.c.id)
    )
    return list(conn.execute(for_update(conn, query)).mappings())


def insert_cells(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        conn.execute(insert(grade_cells), rows)


def list_unmirrored(conn: Connection, *, limit: int) -> list[tuple[str, str]]:
    """(programme, participant) of learners whose cells do not show what is known of them.

    Their credits changed after, they have no cell yet, they are back, or they have left. The safety net under the
    hooks that refresh cells at once: whatever a crash made them miss shows up here.
    """
    present = lti_members.c.is_trainee & lti_members.c.left_at.is_(None)
    seen_again = (grade_cells.c.reason == "not_gradable") & (lti_members.c.seen_at > grade_cells.c.last_attempt_at)
    follows = exists(
        select(grade_cells.c.id).where(
            grade_cells.c.member_id == lti_members.c.id,
            grade_cells.c.participant_id == results.c.participant_id,
            grade_cells.c.figures_of == results.c.changed_at,
            or_(grade_cells.c.state == "skipped", (grade_cells.c.state == "left") != present),
            not_(func.coalesce(seen_again, false())),
        )
    )
    has_cell = exists(select(grade_cells.c.id).where(grade_cells.c.member_id == lti_members.c.id))
    has_column = exists(
        select(grade_line_items.c.id).where(
            grade_line_items.c.context_id == lti_contexts.c.id,
            grade_line_items.c.programme_id == lti_contexts.c.programme_id,
        )
    )
    query = (
        select(results.c.programme_id, results.c.participant_id)
        .join(lti_contexts, lti_contexts.c.programme_id == results.c.programme_id)
        .join(
            lti_members,
            (lti_members.c.context_id == lti_contexts.c.id)
            & (lti_members.c.participant_id == results.c.participant_id),
        )
        .where(or_(present, has_cell), or_(~follows, ~has_column))
        .limit(limit)
    )
    return [(programme, participant) for programme, participant in conn.execute(query)]


def list_reopenable(conn: Connection) -> list[str]:
    """Programmes with a closed column for which a launch has brought an address meanwhile."""
    launched = _launch_item(grade_line_items.c.context_id).scalar_subquery()
    brought = or_(
        (grade_line_items.c.tag == "total") & (launched != func.coalesce(grade_line_items.c.url, "")),
        (grade_line_items.c.reason == "no_service") & lti_contexts.c.lineitems_url.is_not(None),
    )
    query = (
        select(grade_line_items.c.programme_id)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .where(grade_line_items.c.state != "open", brought)
        .distinct()
    )
    return list(conn.execute(query).scalars())


def list_columns_by_rules(conn: Connection, programme_id: str | None = None) -> dict[str, str]:
    """What the rules of programmes (of one, if given) say of their columns, where they say anything (A-19)."""
    query = select(programmes.c.id, programmes.c.settings)
    if programme_id is not None:
        query = query.where(programmes.c.id == programme_id)
    return {row.id: row.settings["columns"] for row in conn.execute(query) if "columns" in row.settings}


def list_incomplete(conn: Connection, tags: Sequence[str], only: Sequence[str] | None = None) -> list[str]:
    """Programmes (of `only`, if given) with a course that has the total's column, but not all of `tags`: the setting
    has changed.
    """
    number = (
        select(func.count())
        .where(
            grade_line_items.c.context_id == lti_contexts.c.id,
            grade_line_items.c.programme_id == lti_contexts.c.programme_id,
            grade_line_items.c.tag.in_(tags),
        )
        .scalar_subquery()
    )
    query = select(lti_contexts.c.programme_id).where(number > 0, number < len(tags)).distinct()
    if only is not None:
        query = query.where(lti_contexts.c.programme_id.in_(only))
    return list(conn.execute(query).scalars())


def hold_unlinked(conn: Connection, programme_id: str, only: Sequence[str] | None = None) -> int:
    """Cells of people (of `only`, if given) whose member is linked with somebody else: nothing further is sent."""
    linked = exists(_linked_member(programme_id).where(lti_members.c.id == grade_cells.c.member_id))
    which = [grade_cells.c.programme_id == programme_id, grade_cells.c.state != "left", ~linked]
    if only is not None:
        which.append(grade_cells.c.participant_id.in_(only))
    lock_cells(conn, *which)
    rest = {"next_attempt_at": None, "retry_at": None, "pending_since": None}
    return conn.execute(update(grade_cells).where(*which).values(state="left", reason="left", **rest)).rowcount


def _linked_member(programme_id: str) -> Select[Any]:
    return (
        select(lti_members.c.id)
        .join(lti_contexts, lti_contexts.c.id == lti_members.c.context_id)
        .where(
            lti_contexts.c.programme_id == programme_id,
            lti_members.c.participant_id == grade_cells.c.participant_id,
        )
    )
