"""The trainer's table of a course: who stands where, filtered, sorted and paged in the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.domain.values import ComponentCredit, Programme, Status
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import pages as queries
from lti_tool.storage.queries.pages import ORDERS, RosterFilter
from lti_tool.web.api.cursors import decode_cursor, encode_cursor
from lti_tool.web.contexts import CoursePage, GradebookState, LearnerRow
from lti_tool.web.pages.credits import bars_of, gradebook_of, missing_of
from lti_tool.web.services import Services

_AT_ONCE = 50
_LONGEST_SEARCH = 100
_LARGEST_RANK = 2**31 - 1  # neither credits nor seconds come near it
EVERYBODY, LEFT = "all", "left"
_ALWAYS_OFFERED = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.AWAITING_ASSESSMENT, Status.QUALIFIED)
#: The cell shown of somebody with several accounts in the course: the one that most needs attention.
_WORST_FIRST = ("blocked", "overridden", "skipped", "retrying", "due", "settled", "idle", "left")


def course_page(services: Services, session: LtiSession, asked: Mapping[str, str]) -> CoursePage:
    """The participants that an address asks for; what it says wrongly is taken as not said."""
    programme_id = str(session.programme_id)
    programme = services.credits.programme(programme_id).programme
    waiting = services.credits.refresh_some(programme_id)
    chosen, wanted = _read(asked, programme)
    after = _read_cursor(asked.get("after"), chosen["order"])
    with services.db.read() as conn:
        found = queries.list_roster(conn, programme_id, wanted, order=chosen["order"], after=after, limit=_AT_ONCE + 1)
        rows = found[:_AT_ONCE]
        ids = [row["participant_id"] for row in rows]
        cells = _worst(queries.list_course_cells(conn, programme_id, session.context_id, ids))
        numbers = queries.count_roster(conn, programme_id, wanted)
    filters = _filters(numbers, chosen["filter"])
    return CoursePage(
        rows=[_row(row, programme, cells.get(row["participant_id"])) for row in rows],
        filters=filters,
        orders=ORDERS,
        schools=_schools(programme),
        chosen=chosen,
        following=_cursor(rows[-1], chosen["order"]) if len(found) > len(rows) else None,
        is_first=after is None,
        waiting=waiting,
        total=next((number for _, number, is_current in filters if is_current), 0),
    )


def _read(asked: Mapping[str, str], programme: Programme) -> tuple[dict[str, str], RosterFilter]:
    school = asked.get("school", "")
    school = school if school in programme.schools else ""
    group = programme.groups.get(asked.get("group", ""))
    if group is not None and school and group.school != school:
        group = None
    code, order = asked.get("filter", ""), asked.get("order", "")
    chosen = {
        "filter": code if code in {*Status, LEFT} else EVERYBODY,
        "school": school,
        "group": group.id if group else "",
        "q": asked.get("q", "").strip()[:_LONGEST_SEARCH],
        "order": order if order in ORDERS else ORDERS[0],
    }
    status = chosen["filter"] if chosen["filter"] not in {EVERYBODY, LEFT} else None
    return chosen, RosterFilter(
        status=status,
        school=school or None,
        group=chosen["group"] or None,
        text=chosen["q"],
        left=chosen["filter"] == LEFT,
    )


def _filters(numbers: Mapping[tuple[str, bool], int], current: str) -> list[tuple[str, int, bool]]:
    """The choices of status with how many stand there; rare ones are offered only where somebody does."""
    present = {status: number for (status, is_gone), number in numbers.items() if not is_gone}
    gone = sum(number for (_, is_gone), number in numbers.items() if is_gone)
    offered = [(EVERYBODY, sum(present.values()))]
    offered += [(status.value, present.get(status.value, 0)) for status in Status]
    offered += [(LEFT, gone)]
    always = {EVERYBODY, *_ALWAYS_OFFERED, current}
    return [(code, number, code == current) for code, number in offered if number or code in always]


def _schools(programme: Programme) -> list[tuple[str, str, Sequence[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for group in programme.groups.values():
        groups.setdefault(group.school, []).append((group.id, group.name))
    return [(school.id, school.name, groups.get(school.id, [])) for school in programme.schools.values()]


def _row(row: RowMapping, programme: Programme, cell: GradebookState | None) -> LearnerRow:
    school, group = programme.schools.get(row["school_id"]), programme.groups.get(row["group_id"])
    components = components_of(row)
    return LearnerRow(
        id=row["participant_id"],
        name=row["name"],
        school=school.name if school else row["school_id"],
        group=group.name if group else row["group_id"],
        position=row["position"],
        status=Status(row["status"]),
        left=row["left_at"] is not None,
        accrued=row["accrued"],
        maximum=row["maximum"],
        bars=bars_of(*components),
        missing=missing_of(row["unmet"], *components),
        gradebook=cell,
    )


def components_of(row: RowMapping) -> tuple[ComponentCredit, ComponentCredit, ComponentCredit]:
    """Online, offline and practice as kept in a row of results."""
    online = ComponentCredit(
        credits=row["online"],
        maximum=row["online_maximum"],
        met=row["online_met"],
        seconds=row["online_seconds"],
        required_seconds=row["online_required"],
    )
    offline = ComponentCredit(row["offline"], row["offline_maximum"], row["offline_met"])
    practice = ComponentCredit(
        row["practice"], row["practice_maximum"], row["practice_met"], surplus=row["practice_surplus"]
    )
    return online, offline, practice


def _worst(cells: Sequence[RowMapping]) -> dict[str, GradebookState]:
    found: dict[str, GradebookState] = {}
    for cell in sorted(cells, key=lambda cell: _WORST_FIRST.index(cell["state"])):
        found.setdefault(cell["participant_id"], gradebook_of(cell))
    return found


def _cursor(row: RowMapping, order: str) -> str:
    return encode_cursor([order, row["rank"], row["participant_id"]])


def _read_cursor(text: str | None, order: str) -> tuple[Any, str] | None:
    """Where the page before ended; the first page for a cursor of another order, or for what is none."""
    try:
        found = decode_cursor(text or "")
    except ValueError:
        return None
    match found:
        case [str(of), str(rank), str(last)] if of == order == "name" and "\0" not in rank + last:
            return rank, last
        case [str(of), int() | float() as rank, str(last)] if of == order != "name" and "\0" not in last:
            return (rank, last) if 0 <= rank <= _LARGEST_RANK else None
    return None
