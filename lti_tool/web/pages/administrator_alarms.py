"""What an administrator must know of, whichever page they look at."""

from sqlalchemy import Connection

from lti_tool.storage.queries.failures import list_failing_of_platform
from lti_tool.storage.queries.platform_grades import count_alarms
from lti_tool.web.contexts_admin import Alarms, FailingLine

_NAMED = 5


def find_alarms(conn: Connection, platform_id: int) -> Alarms:
    """Grades of this platform that do not arrive, and people of its programmes whose credits cannot be computed."""
    failing = list_failing_of_platform(conn, platform_id, limit=_NAMED)
    lines = [
        FailingLine(row["participant_id"], row["name"], row["title"], row["error"], row["failed_at"], row["again_at"])
        for row in failing
    ]
    return Alarms(*count_alarms(conn, platform_id), failing[0]["total"] if failing else 0, lines)
