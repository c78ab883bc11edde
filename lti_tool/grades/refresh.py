"""Writing desired grades into cells: called whenever credits changed, a person was linked, or to make sure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from lti_tool.clock import Clock
from lti_tool.grades.comments import LABELS, Figures
from lti_tool.grades.decide import Manner
from lti_tool.grades.desired import desired_grade
from lti_tool.grades.rows import grade_columns, plan_columns, to_grade
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import CellState, Row, Tag
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_desired as queries
from lti_tool.storage.queries.grades_cells import write_cells

_PAGE = 500
_DESIRED = tuple(grade_columns("desired", None))
_WRITTEN = (
    *("participant_id", "figures_of", *_DESIRED, "desired_since", "pending_since", "state", "reason", "detail"),
    *("attempts", "refusals", "retry_at", "next_attempt_at"),
)
_NEW: Mapping[str, Any] = {
    **dict.fromkeys(("figures_of", "desired_since", "pending_since", "confirmed_at", "attempted_timestamp")),
    **dict.fromkeys(("reason", "detail", "retry_at", "lms_read_at", "last_attempt_at", "lease_owner")),
    **dict.fromkeys(("next_attempt_at", "id")),
    **{name: None for which in ("desired", "attempted", "confirmed") for name in grade_columns(which, None)},
    "in_doubt": False,
    "attempts": 0,
    "refusals": 0,
    "state": CellState.IDLE.value,
}


def refresh_desired(
    conn: Connection,
    programme_id: str,
    participant_ids: Sequence[str] | None = None,
    *,
    now: datetime,
    settings: MirrorSettings,
) -> int:
    """Bring the desired state of cells up to the computed credits; how many cells changed.

    For every learner of the courses that show the programme (of `participant_ids`, if given), making columns and
    cells as they are needed. Credits must have been written before, in this unit of work or an earlier one.
    """
    queries.lock_programme(conn, programme_id)
    line_items = refresh_line_items(conn, programme_id, now=now, settings=settings)
    if not line_items:
        return 0
    changed, after = 0, 0
    while True:
        learners = queries.list_learners(conn, programme_id, only=participant_ids, after=after, limit=_PAGE)
        if not learners:
            break
        changed += _refresh_page(conn, programme_id, learners, line_items, now, settings)
        after = learners[-1]["member_id"]
    return changed + queries.hold_unlinked(conn, programme_id, participant_ids)


def follow_credits(settings: MirrorSettings, clock: Clock) -> Callable[[Connection, str, Sequence[str]], None]:
    """What `Credits` calls when figures changed: the desired grades follow in the same unit of work."""

    def follow(conn: Connection, programme_id: str, participant_ids: Sequence[str]) -> None:
        refresh_desired(conn, programme_id, participant_ids, now=clock(), settings=settings)

    return follow


def refresh_line_items(
    conn: Connection, programme_id: str, *, now: datetime, settings: MirrorSettings
) -> dict[int, list[Row]]:
    """Make the programme's columns known, {context row id: its columns}; the LMS is asked for them later.

    The line item of a launch is used for the total. Where a course offers no grade service the column is blocked
    until a launch brings one.
    """
    figures = queries.any_figures(conn, programme_id)
    courses = {course["id"]: course for course in queries.list_courses(conn, programme_id)}
    if figures is None or not courses:
        return {}
    tags = settings.tags_of(queries.list_columns_by_rules(conn, programme_id).get(programme_id))
    known = queries.list_line_items(conn, programme_id)
    have = {(item["context_id"], item["tag"]) for item in known}
    fresh = [
        _new_line_item(course, programme_id, tag, _maximum(figures, tag), now)
        for course in courses.values()
        for tag in tags
        if (course["id"], tag.value) not in have
    ]
    if fresh:
        queries.insert_line_items(conn, fresh)
    changed = [_adopt(conn, item, courses.get(item["context_id"]), figures, now) for item in known]
    if fresh or any(changed):
        known = queries.list_line_items(conn, programme_id)
    grouped: dict[int, list[Row]] = {}
    for item in known:
        if item["context_id"] in courses and item["tag"] in tags:
            grouped.setdefault(item["context_id"], []).append(item)
    return grouped


def _new_line_item(course: Row, programme_id: str, tag: Tag, maximum: Decimal, now: datetime) -> dict[str, Any]:
    url = course["launch_url"] if tag is Tag.TOTAL else None
    return {
        "platform_id": course["platform_id"],
        "context_id": course["id"],
        "programme_id": programme_id,
        "tag": tag.value,
        "label": LABELS[tag],
        "maximum": maximum,
        "url": url,
        "from_launch": url is not None,
        "created_at": now,
        **_opening(url, course["lineitems_url"], now),
    }


def _opening(url: str | None, lineitems_url: str | None, now: datetime) -> dict[str, Any]:
    if url:
        return {"state": "open", "reason": None, "next_attempt_at": None}
    if lineitems_url:
        return {"state": "missing", "reason": None, "next_attempt_at": now}
    return {"state": "blocked", "reason": "no_service", "next_attempt_at": None}


def _adopt(
    conn: Connection,
    item: Row,
    course: Row | None,
    figures: Row,
    now: datetime,
) -> bool:
    """Follow what launches and the rule set brought since: a line item, a grade service, a larger maximum."""
    values: dict[str, Any] = {}
    if course and item["state"] != "open":
        launched = course["launch_url"] if item["tag"] == Tag.TOTAL else None
        if launched and launched != item["url"]:
            values = {"url": launched, "url_maximum": None, "from_launch": True, "detail": None, "attempts": 0}
            values |= _opening(launched, None, now)
        elif item["reason"] == "no_service" and course["lineitems_url"]:
            values = _opening(None, course["lineitems_url"], now)
    maximum = _maximum(figures, Tag(item["tag"]))
    if maximum > item["maximum"]:  # a column never shrinks silently: scores carry their own scale
        values |= {"maximum": maximum}
        if item["url"] and not item["from_launch"]:
            values |= {"next_attempt_at": now}
    if values:
        queries.update_line_item(conn, item["id"], values)
        if "url" in values:
            queries.forget_confirmed(conn, item["id"], now)
    return bool(values)


def _maximum(figures: Row, tag: Tag) -> Decimal:
    name = "maximum" if tag is Tag.TOTAL else f"{tag.value}_maximum"
    return Decimal(figures[name])


def _refresh_page(
    conn: Connection,
    programme_id: str,
    learners: Sequence[Row],
    line_items: Mapping[int, Sequence[Row]],
    now: datetime,
    settings: MirrorSettings,
) -> int:
    wanted = [(learner, item) for learner in learners for item in line_items.get(learner["context_id"], ())]
    item_ids = sorted({item["id"] for _, item in wanted})
    cells = queries.lock_cells_of(conn, item_ids, [learner["member_id"] for learner in learners])
    by_key = {(cell["line_item_id"], cell["member_id"]): cell for cell in cells}
    inserted, updated = [], []
    for learner, item in wanted:
        old = by_key.get((item["id"], learner["member_id"]))
        values = _refresh_cell(old or _NEW, learner, Tag(item["tag"]), now, settings.manner(item["product"]))
        if old is None:
            inserted.append(_new_cell(programme_id, learner, item) | values)
        elif any(values[name] != old[name] for name in _WRITTEN):
            updated.append({"id": old["id"], **values})
    queries.insert_cells(conn, inserted)
    write_cells(conn, updated)
    return len(inserted) + len(updated)


def _new_cell(programme_id: str, learner: Row, item: Row) -> dict[str, Any]:
    return {
        "line_item_id": item["id"],
        "member_id": learner["member_id"],
        "platform_id": item["platform_id"],
        "programme_id": programme_id,
    }


def _refresh_cell(old: Row, learner: Row, tag: Tag, now: datetime, manner: Manner) -> dict[str, Any]:
    """The written columns of one cell after a look at the learner's credits."""
    row = dict(old) | {"participant_id": learner["participant_id"], "figures_of": learner["changed_at"]}
    sent_before = old["confirmed_value"] is not None or old["attempted_value"] is not None
    desired = desired_grade(_to_figures(learner), tag, sent_before=sent_before)
    if desired != to_grade(old, "desired"):
        row |= grade_columns("desired", desired)
        row["desired_since"] = now
    row |= _follow_member(row, learner)
    planned = plan_columns(row, now, manner)
    if old["lease_owner"] is not None:  # somebody is sending it: whoever records the outcome plans what follows
        planned = {"state": row["state"], "next_attempt_at": old["next_attempt_at"]} | {
            "pending_since": planned["pending_since"]
        }
    return {name: (row | planned)[name] for name in _WRITTEN}


def _follow_member(row: Row, learner: Row) -> dict[str, Any]:
    """People who left rest; people who came back, or were seen as learners again, are tried again."""
    is_learner = learner["is_trainee"] and learner["left_at"] is None
    if not is_learner:
        return {"state": CellState.LEFT.value, "reason": "left", "detail": None, "retry_at": None}
    seen_again = (
        row["reason"] == "not_gradable"
        and row["last_attempt_at"] is not None
        and learner["seen_at"] is not None
        and learner["seen_at"] > row["last_attempt_at"]
    )
    mended = row["state"] == CellState.BLOCKED and row["reason"] == "foreign"
    if row["state"] == CellState.LEFT or seen_again or mended:
        fresh = {"reason": None, "detail": None, "retry_at": None, "attempts": 0, "refusals": 0}
        return {"state": CellState.DUE.value, **fresh}
    return {}


def _to_figures(row: Row) -> Figures:
    names = Figures.__dataclass_fields__
    return Figures(**{name: row[name] for name in names if name != "unmet"}, unmet=tuple(row["unmet"]))


def catch_up(db: Database, now: datetime, settings: MirrorSettings) -> None:
    """Mirror whatever a crash made the hooks miss: credits, people and addresses that launches brought since."""
    with db.read() as conn:
        missed = queries.list_unmirrored(conn, limit=_PAGE)
        whole = {*queries.list_reopenable(conn), *_list_incomplete(conn, settings)}
    for programme_id in sorted({programme for programme, _ in missed} | whole):
        people = sorted({person for programme, person in missed if programme == programme_id})
        with db.begin() as conn:
            only = None if programme_id in whole else people
            refresh_desired(conn, programme_id, only, now=now, settings=settings)


def _list_incomplete(conn: Connection, settings: MirrorSettings) -> set[str]:
    """Programmes that lack columns which the installation, or their own rules, have begun to ask for."""
    by_rules = queries.list_columns_by_rules(conn)
    others = queries.list_incomplete(conn, settings.tags_of(None))
    found = {programme for programme in others if programme not in by_rules}
    for columns in set(by_rules.values()):
        own = [programme for programme, said in by_rules.items() if said == columns]
        found.update(queries.list_incomplete(conn, settings.tags_of(columns), own))
    return found
