"""Trials of a course's gradebook: asked for by an administrator, made by a worker."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from lti_tool.storage.dialects import for_update, upsert
from lti_tool.storage.queries.grades_claims import COURSE
from lti_tool.storage.tables.grades import grade_trials
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms


def ask_for_trial(conn: Connection, platform_id: int, context_row: int, now: datetime) -> None:
    """Try the course's gradebook soon; one that is under way begins anew when it has ended."""
    row = {"context_id": context_row, "platform_id": platform_id, "asked_at": now, "done_at": None, "steps": []}
    upsert(conn, grade_trials, [{**row, "next_attempt_at": now, "lease_owner": None}], key=["context_id"])


def find_trial(conn: Connection, context_row: int) -> RowMapping | None:
    """The course's last trial; None if there never was one."""
    query = select(grade_trials).where(grade_trials.c.context_id == context_row)
    return conn.execute(query).mappings().one_or_none()


def claim_trial(
    conn: Connection, owner: str, now: datetime, lease_until: datetime, *, platform_id: int
) -> RowMapping | None:
    """Take one trial that is due on a platform, with everything that it needs."""
    due = (
        select(grade_trials.c.context_id)
        .where(grade_trials.c.platform_id == platform_id, grade_trials.c.next_attempt_at <= now)
        .order_by(grade_trials.c.next_attempt_at)
        .limit(1)
    )
    found = conn.execute(for_update(conn, due, skip_locked=True)).scalar_one_or_none()
    if found is None:
        return None
    change = update(grade_trials).where(grade_trials.c.context_id == found)
    conn.execute(change.values(lease_owner=owner, next_attempt_at=lease_until))
    query = (
        select(grade_trials, *COURSE)
        .join(lti_contexts, lti_contexts.c.id == grade_trials.c.context_id)
        .join(lti_platforms, lti_platforms.c.id == grade_trials.c.platform_id)
        .where(grade_trials.c.context_id == found)
    )
    return conn.execute(query).mappings().one()


def find_somebody(conn: Connection, context_row: int) -> str | None:
    """The platform's id of a learner of the course, whoever was seen last; None if none is known."""
    query = (
        select(lti_members.c.sub)
        .where(lti_members.c.context_id == context_row, lti_members.c.is_trainee, lti_members.c.left_at.is_(None))
        .order_by(lti_members.c.seen_at.desc().nulls_last(), lti_members.c.id)
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none()


def record_trial(
    conn: Connection, context_row: int, steps: Sequence[Sequence[str]], done_at: datetime, *, owner: str
) -> None:
    """What came of a trial, unless somebody else has claimed it since."""
    mine = (grade_trials.c.context_id == context_row, grade_trials.c.lease_owner == owner)
    values = {"steps": [list(step) for step in steps], "done_at": done_at}
    conn.execute(update(grade_trials).where(*mine).values(**values, next_attempt_at=None, lease_owner=None))
