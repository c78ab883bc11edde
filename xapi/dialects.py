"""What the two databases do differently: locks, the horizon of what is visible, failures to try again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from xapi.moments import from_microseconds
from xapi.sequence import stored_at
from xapi.tables import statements

#: Numbers of the advisory locks on PostgreSQL (any, as long as nobody else uses them).
IN_FLIGHT = 0x78415049
REFERENCES = 0x78415052
#: serialization failure, deadlock, unique violation, lock not available
_WORTH_ANOTHER_TRY = frozenset({"40001", "40P01", "23505", "55P03"})
#: No unit of work takes longer between its `stored` and its commit.
_LONGEST_COMMIT = timedelta(seconds=60)
#: Where nothing was stored for so long, it costs nobody anything to see whether somebody is about to.
_IDLE = timedelta(seconds=1)


def find_horizon(conn: Connection, now: datetime) -> datetime:
    """The moment up to which every statement stored is visible to this connection; to be asked before it reads."""
    if conn.dialect.name == "postgresql":
        earliest = conn.scalar(
            text("SELECT min(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = :flight"),
            {"flight": IN_FLIGHT},
        )
        return now if earliest is None else min(now, from_microseconds(earliest * 1_000_000))
    latest = conn.scalar(select(func.max(statements.c.seq)))
    known = now - _LONGEST_COMMIT if latest is None else max(now - _LONGEST_COMMIT, min(now, stored_at(latest)))
    return now if now - known > _IDLE and _nobody_writes(conn) else known


def _nobody_writes(conn: Connection) -> bool:
    """Whether SQLite's write lock is free, so that whatever was stamped before now is committed.

    The lock is taken without waiting, and given back at once. The connection reads from a new snapshot afterwards.
    """
    patience = conn.exec_driver_sql("PRAGMA busy_timeout").scalar()
    conn.exec_driver_sql("ROLLBACK")
    conn.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        conn.exec_driver_sql("ROLLBACK")
    except DBAPIError as error:
        if not is_busy(error):
            raise
        return False
    finally:
        conn.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
        conn.exec_driver_sql("BEGIN")
    return True


def is_worth_another_try(error: DBAPIError) -> bool:
    """Whether a failed unit of work may succeed if it is simply done again."""
    code = getattr(error.orig, "sqlstate", None)
    return code in _WORTH_ANOTHER_TRY if code else isinstance(error, IntegrityError)


def is_away(error: DBAPIError) -> bool:
    """Whether PostgreSQL cannot be reached, or has just ended the connection."""
    code = getattr(error.orig, "sqlstate", "")
    return isinstance(error, OperationalError) and (code is None or code[:2] in ("08", "57"))


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the database cannot be had now, by anybody."""
    return is_busy(error) or is_away(error)


def is_busy(error: DBAPIError) -> bool:
    """Whether SQLite's one writer kept us waiting for longer than the busy timeout."""
    return getattr(error.orig, "sqlite_errorname", "") in {
        "SQLITE_BUSY",
        "SQLITE_LOCKED",
        "SQLITE_BUSY_SNAPSHOT",
    }
