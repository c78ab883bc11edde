"""A cycle as a calendar of weeks, in its two semesters, so that it fits a narrow frame."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from lti_tool.web.contexts import DayCell, Semester

#: Minutes from which a day takes the next shade.
LEVEL_MINUTES = (1, 20, 45, 90)


def build_calendar(
    days: Sequence[date],
    turn: date,
    seconds: Mapping[date, int],
    statements: Mapping[date, int],
    today: date,
) -> list[Semester]:
    """The semesters of a cycle; `turn` is the last day of the first one."""
    if not days:
        return []
    halves = [[day for day in days if day <= turn], [day for day in days if day > turn]]
    return [_semester(half, seconds, statements, today) for half in halves if half]


def _semester(
    days: Sequence[date], seconds: Mapping[date, int], statements: Mapping[date, int], today: date
) -> Semester:
    monday = days[0] - timedelta(days=days[0].weekday())
    cells = [_cell(day, monday, seconds.get(day, 0), statements.get(day, 0), today) for day in days]
    return Semester(
        first=days[0],
        last=days[-1],
        weeks=cells[-1].x + 1,
        months=_months(cells),
        cells=cells,
        seconds=sum(cell.seconds for cell in cells),
    )


def _cell(day: date, monday: date, seconds: int, statements: int, today: date) -> DayCell:
    week, weekday = divmod((day - monday).days, 7)
    return DayCell(
        day=day,
        x=week,
        y=weekday,
        seconds=seconds,
        statements=statements,
        level=sum(seconds >= minutes * 60 for minutes in LEVEL_MINUTES),
        is_future=day > today,
        is_today=day == today,
    )


def _months(cells: Sequence[DayCell]) -> list[tuple[int, date]]:
    """Where each month's name stands: at the column of its first day, unless that is the edge of another's."""
    starts = [(cell.x, cell.day) for cell in cells if cell.day.day == 1]
    first = cells[0]
    if first.day.day != 1 and (not starts or starts[0][0] - first.x > 2):
        starts.insert(0, (first.x, first.day))
    return starts
