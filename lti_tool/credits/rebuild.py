"""Make all evidence again from the stored statements: nothing derived is the only copy."""

from collections.abc import Callable

from lti_tool.evidence.intake import Intake
from lti_tool.storage.database import Database
from lti_tool.storage.queries import evidence
from xapi import Store

_CHUNK = 500


def rebuild_evidence(db: Database, store: Store, intake: Intake, progress: Callable[[int], None] | None = None) -> int:
    """Replace the evidence of every stored statement, chunk by chunk; how many statements there were.

    Each chunk is one unit of work, so that at any moment, and after a kill, every statement has its evidence.
    """
    last, done = 0, 0
    while True:
        with db.begin() as conn:
            chunk = store.iterate(conn, after=last, limit=_CHUNK)
            if not chunk:
                return done
            evidence.remove_evidence(conn, [stored.id for _, stored in chunk])
            intake(conn, [stored for _, stored in chunk])
        last, done = chunk[-1][0], done + len(chunk)
        if progress:
            progress(done)
