"""Face-to-face sign-in 签到: the secret behind each session's codes, and how often somebody typed a wrong one.

Who signed in stands in statements alone.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import UtcDateTime

_ID = String(255)


def _programme(*, is_key: bool = False) -> Column[str]:
    gone_with = ForeignKey("programmes.id", ondelete="CASCADE")
    return Column("programme_id", _ID, gone_with, nullable=False, primary_key=is_key)


sign_in_desks = Table(
    "sign_in_desks",
    metadata,
    # What the QR code names the session by. A plan that is loaded again keeps the session's desk.
    Column("id", String(32), primary_key=True),
    _programme(),
    Column("class_id", _ID, nullable=False),
    Column("session_id", _ID, nullable=False),
    Column("secret", LargeBinary(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("programme_id", "class_id", "session_id"),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    _programme(is_key=True),
    Column("participant_id", _ID, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("wrong", Integer, nullable=False),
)
