"""An administrator's pages about the gradebooks: how far they are equal to the credits, and what is in the way."""

from flask_babel import gettext
from sqlalchemy import RowMapping

from lti_tool.grades.values import CellState
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import platform_grades as queries
from lti_tool.web.actions.gradebook import RESPECT, RETRY, SKIP, possible_actions
from lti_tool.web.contexts_admin import (
    CellAction,
    CellLine,
    ColumnLine,
    ExchangeLine,
    ExchangesPage,
    GradesPage,
    PauseState,
)
from lti_tool.web.errors import not_found
from lti_tool.web.pages import administrator_words as words
from lti_tool.web.pages.administrator_alarms import find_alarms
from lti_tool.web.services import Services

_PAGE = 30
_COLUMNS = 20
_WAITING = frozenset({CellState.DUE, CellState.RETRYING})


def grades_page(services: Services, session: LtiSession, shown: str, after: int, columns_after: int) -> GradesPage:
    """The state of the mirror on this platform, with the cells of one filter."""
    if shown not in words.FILTERS:
        raise not_found()
    now, platform_id = services.clock(), session.platform_id
    with services.db.read() as conn:
        counts = queries.count_cells(conn, platform_id)
        oldest = queries.find_oldest_pending(conn, platform_id)
        pause = queries.find_pause(conn, platform_id, now)
        alarms = find_alarms(conn, platform_id)
        columns = queries.list_closed_columns(conn, platform_id, after=columns_after, limit=_COLUMNS + 1)
        cells = queries.list_cells(conn, platform_id, words.FILTERS[shown][1], after=after, limit=_PAGE + 1)
    listed, closed = cells[:_PAGE], columns[:_COLUMNS]
    return GradesPage(
        counts=[(state, str(name), counts[state]) for state, name in words.STATES.items() if counts.get(state)],
        lag_seconds=None if oldest is None else max(0, int((now - oldest).total_seconds())),
        oldest=oldest,
        pause=_pause(pause),
        columns=[_column(row) for row in closed],
        columns_following=closed[-1]["id"] if len(columns) > _COLUMNS else None,
        filters=[
            (code, str(name), sum(counts.get(state, 0) for state in states), code == shown)
            for code, (name, states) in words.FILTERS.items()
        ],
        shown=shown,
        cells=[_cell(row, pause) for row in listed],
        following=listed[-1]["id"] if len(cells) > _PAGE else None,
        refused=counts.get("blocked", 0) + counts.get("retrying", 0),
        alarms=alarms,
    )


def exchanges_page(services: Services, session: LtiSession, cell: int | None, before: int | None) -> ExchangesPage:
    """Each call to the LMS, newest first; of one cell, if it is the platform's."""
    with services.db.read() as conn:
        if cell is not None and queries.find_cell(conn, session.platform_id, cell) is None:
            raise not_found()
        rows = queries.list_exchanges(conn, session.platform_id, cell=cell, before=before, limit=_PAGE + 1)
    shown = rows[:_PAGE]
    return ExchangesPage(
        cell=cell,
        lines=[_exchange(row) for row in shown],
        following=shown[-1]["id"] if len(rows) > _PAGE else None,
    )


def _cell(row: RowMapping, pause: RowMapping | None) -> CellLine:
    reason, answer = _obstacle(row, pause)
    sentence, meaning, advice = words.in_words(reason)
    return CellLine(
        id=row["id"],
        name=row["name"] or row["sub"],
        course=row["course_title"],
        column=row["label"],
        state=words.word(words.STATES, row["state"]),
        desired=row["desired_value"],
        confirmed=row["confirmed_value"],
        lms_value=row["lms_value"],
        pending_since=row["pending_since"],
        retry_at=row["retry_at"],
        reason=reason,
        sentence=sentence,
        meaning=meaning,
        advice=advice,
        answer=answer or "",
        actions=_actions(row["state"], row["reason"]),
    )


def _obstacle(row: RowMapping, pause: RowMapping | None) -> tuple[str | None, str | None]:
    """What a cell waits for, and the answer that says so: its own reason, else its column's, else the platform's."""
    if row["reason"]:
        of_platform = pause["detail"] if pause and pause["reason"] == row["reason"] else None
        return row["reason"], row["detail"] or of_platform
    if row["state"] not in _WAITING:
        return None, None
    if row["column_reason"]:
        return row["column_reason"], row["column_detail"]
    return (pause["reason"], pause["detail"]) if pause else (None, None)


def _actions(state: str, reason: str | None) -> list[CellAction]:
    texts = {
        RETRY: gettext("Send the credits again") if reason == "overridden" else gettext("Retry now"),
        RESPECT: gettext("Leave it as it is in the LMS"),
        SKIP: gettext("Skip"),
    }
    return [CellAction(code, texts[code], is_main=code == RETRY) for code in possible_actions(state, reason)]


def _column(row: RowMapping) -> ColumnLine:
    sentence, meaning, advice = words.in_words(row["reason"])
    return ColumnLine(
        id=row["id"],
        label=row["label"],
        course=row["course_title"],
        sentence=sentence or gettext("The column is being looked for, or made."),
        meaning=meaning,
        advice=advice,
        answer=row["detail"] or "",
        again_at=row["next_attempt_at"],
    )


def _pause(row: RowMapping | None) -> PauseState | None:
    if row is None:
        return None
    return PauseState(row["paused_until"], *words.in_words(row["reason"]), row["detail"] or "")


def _exchange(row: RowMapping) -> ExchangeLine:
    return ExchangeLine(
        at=row["at"],
        what=words.word(words.KINDS, row["kind"]),
        who=row["name"] or "",
        method=row["method"],
        url=row["url"],
        request=row["request"] or "",
        status=row["status"],
        answer=row["answer"] or "",
        milliseconds=row["milliseconds"],
        outcome=words.outcome_in_words(row["outcome"]),
        is_good=row["outcome"] == "accepted",
    )
