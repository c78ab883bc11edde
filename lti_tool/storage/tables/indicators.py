"""How far the people of each school had come, week by week."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from lti_tool.storage.tables.base import metadata

indicator_snapshots = Table(
    "indicator_snapshots",
    metadata,
    Column("programme_id", String(255), ForeignKey("programmes.id", ondelete="CASCADE"), primary_key=True),
    Column("week", Date, primary_key=True),  # its Monday, in the programme's zone
    Column("school_id", String(255), primary_key=True),
    Column("people", Integer, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("online", Integer, nullable=False),
    Column("offline", Integer, nullable=False),
    Column("practice", Integer, nullable=False),
    Column("plan", Integer, nullable=False),
    Column("qualified", Integer, nullable=False),
    Column("logs_missing", Integer, nullable=False),
    Column("time_doubtful", Integer, nullable=False),
)
