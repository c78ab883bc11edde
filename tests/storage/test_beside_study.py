"""Evidence that is no study is found without reading the study."""

from sqlalchemy import event

from lti_tool.storage.database import Database
from lti_tool.storage.queries.evidence import list_beside_study


def test_the_small_index_serves_the_query(db: Database) -> None:
    """Each database plans it so, were there enough rows; PostgreSQL is told that reading all of them costs much."""
    said: list[tuple[str, object]] = []
    with db.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: said.append((told[2], told[3])))
        assert list_beside_study(conn, "hz-2026", ["account|https://lms.example|1"], ["attended"]) == []
    query, parameters = said[-1]
    with db.begin() as conn:
        if db.is_sqlite:
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", parameters).all()
        else:
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = conn.exec_driver_sql(f"EXPLAIN {query}", parameters).all()

    assert "ix_evidence_no_study" in str(plan)
