"""The gradebook mirror: what should stand in the LMS, what was sent, and what the LMS confirmed.

A cell is one learner in one column of one course. It carries three values: *desired* (Xuefen's credits),
*attempted* (the last score that may have reached the LMS) and *confirmed* (what the LMS accepted or showed).
The worker's whole job is to make desired and confirmed equal, so nothing here is a queue that could lose an
entry: `next_attempt_at` only says when a cell that differs is worth another look.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import BigKey, DecimalText, JsonText, UtcDateTime

_ID = String(255)
_NONE = text("0")


def _gone_with(name: str, table: str, **more: Any) -> Column[int]:
    """What is known of a gradebook goes when its platform, course or member is removed."""
    return Column(name, Integer, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, **more)


grade_line_items = Table(
    "grade_line_items",
    metadata,
    Column("id", BigKey, primary_key=True),
    _gone_with("platform_id", "lti_platforms"),
    _gone_with("context_id", "lti_contexts"),
    Column("programme_id", _ID, nullable=False),
    Column("tag", String(32), nullable=False),  # total | online | offline | practice
    Column("label", Text, nullable=False),
    Column("maximum", DecimalText, nullable=False),
    Column("url", Text),  # NULL: to be found or made
    Column("url_maximum", DecimalText),  # scoreMaximum that the LMS has for it, where known
    Column("from_launch", Boolean, nullable=False, server_default=false()),
    # open: scores may be sent · missing: to be found or made · blocked: `reason` says why
    Column("state", String(16), nullable=False),
    Column("reason", String(48)),
    Column("detail", Text),  # what the LMS answered
    Column("attempts", Integer, nullable=False, server_default=_NONE),
    Column("next_attempt_at", UtcDateTime),
    Column("lease_owner", String(64)),
    Column("read_back_at", UtcDateTime),  # when all its results were last compared
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("context_id", "programme_id", "tag"),
    Index(None, "programme_id"),
    Index(None, "platform_id", "next_attempt_at"),
)

grade_cells = Table(
    "grade_cells",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("line_item_id", BigKey, ForeignKey("grade_line_items.id", ondelete="CASCADE"), nullable=False),
    _gone_with("member_id", "lti_members"),
    _gone_with("platform_id", "lti_platforms"),
    Column("programme_id", _ID, nullable=False),
    Column("participant_id", _ID, nullable=False),
    Column("figures_of", UtcDateTime),  # `results.changed_at` of the credits that the desired state shows
    Column("desired_value", DecimalText),  # NULL: nothing to show yet, so nothing is sent
    Column("desired_maximum", DecimalText),
    Column("desired_comment", Text),
    Column("desired_progress", String(16)),
    Column("desired_since", UtcDateTime),  # when this desired state was computed
    Column("pending_since", UtcDateTime),  # since when desired and confirmed differ; NULL: they agree
    Column("attempted_value", DecimalText),
    Column("attempted_maximum", DecimalText),
    Column("attempted_comment", Text),
    Column("attempted_progress", String(16)),
    Column("attempted_timestamp", UtcDateTime),  # of the AGS score; the next one is at least a second later
    Column("in_doubt", Boolean, nullable=False, server_default=false()),  # did the attempt arrive? ask first
    Column("confirmed_value", DecimalText),
    Column("confirmed_maximum", DecimalText),
    Column("confirmed_comment", Text),
    Column("confirmed_progress", String(16)),
    Column("confirmed_at", UtcDateTime),  # when the LMS accepted or showed the confirmed state
    Column("in_gradebook_since", UtcDateTime),  # since when the confirmed value has been this one
    Column("lms_value", DecimalText),  # as read back, in points of `desired_maximum`
    Column("lms_read_at", UtcDateTime),  # when it was last read there
    Column("drifted_at", UtcDateTime),  # when the LMS was last found to hold something else than it had taken
    # idle | due | retrying | settled | blocked | overridden | skipped | left
    Column("state", String(16), nullable=False),
    Column("reason", String(48)),
    Column("detail", Text),
    Column("refusals", Integer, nullable=False, server_default=_NONE),  # in a row: the LMS said no
    Column("attempts", Integer, nullable=False, server_default=_NONE),  # in a row, failed in any way
    Column("last_attempt_at", UtcDateTime),
    Column("retry_at", UtcDateTime),  # not before, after a failure
    Column("next_attempt_at", UtcDateTime),  # NULL: nothing to do; under a lease: its end
    Column("lease_owner", String(64), index=True),
    UniqueConstraint("line_item_id", "member_id"),
    Index(None, "programme_id", "participant_id"),
    Index(None, "programme_id", "state"),
    Index(None, "member_id"),
    Index(
        "ix_grade_cells_due",
        "platform_id",
        "next_attempt_at",
        postgresql_where=text("next_attempt_at IS NOT NULL"),
        sqlite_where=text("next_attempt_at IS NOT NULL"),
    ),
)

grade_paces = Table(
    "grade_paces",
    metadata,
    # What was learned of a platform, shared by all workers.
    _gone_with("platform_id", "lti_platforms", primary_key=True, autoincrement=False),
    Column("parallel", Float, nullable=False),  # calls at once that it bears
    Column("failures", Integer, nullable=False, server_default=_NONE),  # in a row: no answer, 502…504
    Column("throttles", Integer, nullable=False, server_default=_NONE),  # in a row
    Column("paused_until", UtcDateTime),  # asked to slow down, or the circuit is open
    Column("reason", String(48)),
    Column("detail", Text),
    Column("changed_at", UtcDateTime, nullable=False),
)

grade_lanes = Table(
    "grade_lanes",
    metadata,
    # One call at a time each: how many there are on a platform is bounded over all workers.
    _gone_with("platform_id", "lti_platforms", primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

grade_trials = Table(
    "grade_trials",
    metadata,
    # The last trial of each course's gradebook: a column and a grade of their own, made, read and removed again.
    _gone_with("context_id", "lti_contexts", primary_key=True, autoincrement=False),
    _gone_with("platform_id", "lti_platforms", index=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("steps", JsonText, nullable=False),  # [[step, outcome, what the LMS answered], …] in their order
    Column("next_attempt_at", UtcDateTime),  # NULL: done; under a lease: its end
    Column("lease_owner", String(64)),
)

grade_exchanges = Table(
    "grade_exchanges",
    metadata,
    # Each call to an LMS as the administrator may read it: trimmed, without tokens.
    Column("id", BigKey, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    _gone_with("platform_id", "lti_platforms"),
    Column("line_item_id", BigKey),
    Column("cell_id", BigKey),
    Column("programme_id", _ID),
    Column("kind", String(16), nullable=False),  # score | result | results | find | create | update | delete
    Column("method", String(8), nullable=False),
    Column("url", Text, nullable=False),
    Column("request", Text),
    Column("status", Integer),  # NULL: no answer
    Column("answer", Text),
    Column("milliseconds", Integer, nullable=False),
    Column("outcome", String(48), nullable=False),
    Column("value", DecimalText),  # sent
    Column("previous", DecimalText),  # confirmed before
    Index(None, "cell_id", "id"),
    Index(None, "programme_id", "id"),
    Index(None, "platform_id", "id"),
    Index(None, "at"),
)
