"""What pages list: filtered, sorted and paged in the database, the tenant first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, func, or_, select

from lti_tool.storage.tables.grades import grade_cells, grade_line_items
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from lti_tool.storage.tables.programmes import groups, participants, schools
from lti_tool.storage.tables.results import results


def list_cells_of(conn: Connection, programme_id: str, participant_id: str) -> list[RowMapping]:
    """The total's cells of one participant, one for each LMS course that they are a learner of."""
    query = (
        select(grade_cells)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .where(
            grade_cells.c.programme_id == programme_id,
            grade_cells.c.participant_id == participant_id,
            grade_line_items.c.tag == "total",
        )
        .order_by(grade_cells.c.id)
        .limit(20)
    )
    return list(conn.execute(query).mappings())
