"""Indicators of an area: the whole in figures, and the next smaller areas in a table, down to the school."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date

from flask_babel import gettext

from lti_tool.domain.monitoring import LEVELS, Area, Tally, covers, narrow, next_level, place_of, sum_up
from lti_tool.domain.values import School
from lti_tool.storage.queries.indicators import sum_snapshots, tally_by_school
from lti_tool.web.contexts_monitor import AreaRow, Indicator, IndicatorsPage, Week
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services

_AT_ONCE = 50
_WEEKS = 12
#: What can grow from week to week.
_PROGRESS = ("begun", "online", "offline", "practice", "qualified")
INDICATORS = tuple(each.name for each in fields(Tally) if each.name != "people")


def indicators_page(services: Services, programme_id: str, scope: Area, asked: Mapping[str, str]) -> IndicatorsPage:
    """What somebody of this scope sees of the area that an address asks for.

    Not found for an area without any school that they may see, unless it is their own scope.
    """
    programme = services.credits.programme(programme_id).programme
    area = narrow(scope, {level: asked.get(level, "") for level in LEVELS})
    schools = [school for school in programme.schools.values() if covers(area, school)]
    if not schools and area != dict(scope):
        raise not_found()
    waiting = services.credits.refresh_some(programme_id)
    tallies = _count(services, programme_id)
    level = next_level(area, schools)
    rows = sorted(_rows(schools, tallies, level, area), key=lambda row: (row.name, row.key))
    begin = next((number for number, row in enumerate(rows, 1) if row.key == asked.get("after")), 0)
    shown = rows[begin : begin + _AT_ONCE]
    names = {school.id: school.name for school in programme.schools.values()}
    return IndicatorsPage(
        programme=programme.title,
        trail=_trail(scope, area, names),
        whole=_row("", name_of(area, names), schools, tallies, None),
        level=level,
        rows=shown if len(schools) > 1 else [],
        weeks=_weeks(services, programme_id, area),
        chosen=area,
        following=shown[-1].key if begin + _AT_ONCE < len(rows) else None,
        waiting=waiting,
    )


def _count(services: Services, programme_id: str) -> Mapping[str, Tally]:
    with services.db.read() as conn:
        found = tally_by_school(conn, programme_id)
    return {row["school_id"]: Tally(**{name: row[name] for name in ("people", *INDICATORS)}) for row in found}


def _weeks(services: Services, programme_id: str, area: Area) -> list[Week]:
    with services.db.read() as conn:
        found = sum_snapshots(conn, programme_id, area, most=_WEEKS)
    return [_week(row["week"], Tally(**{name: row[name] for name in ("people", *INDICATORS)})) for row in found]


def _week(day: date, tally: Tally) -> Week:
    return Week(day, tally.people, [_indicator(tally, code) for code in _PROGRESS])


def _indicator(tally: Tally, code: str) -> Indicator:
    return Indicator(code, getattr(tally, code), tally.percent(code))


def _rows(schools: Sequence[School], tallies: Mapping[str, Tally], level: str, area: Area) -> list[AreaRow]:
    together: dict[str, list[School]] = {}
    for school in schools:
        together.setdefault(place_of(school, level), []).append(school)
    return [
        _row(
            place,
            members[0].name if level == "school" else place or gettext("not stated"),
            members,
            tallies,
            {**area, level: place} if place and level != "school" else None,
        )
        for place, members in together.items()
    ]


def _row(key: str, name: str, schools: Sequence[School], tallies: Mapping[str, Tally], area: Area | None) -> AreaRow:
    tally = sum_up(tallies.get(school.id, Tally()) for school in schools)
    return AreaRow(
        key=key,
        name=name,
        schools=len(schools),
        people=tally.people,
        indicators=[_indicator(tally, code) for code in INDICATORS],
        area=area,
    )


def _trail(scope: Area, area: Area, names: Mapping[str, str]) -> list[tuple[str, Area]]:
    steps: list[Area] = [dict(scope)]
    for level in LEVELS:
        if level in area and level not in scope:
            steps.append({**steps[-1], level: area[level]})
    return [(name_of(step, names), step) for step in steps]


def name_of(area: Area, names: Mapping[str, str]) -> str:
    """An area in words; `names` are those of the schools."""
    narrowest = next((level for level in reversed(LEVELS) if level in area), None)
    if narrowest is None:
        return gettext("All areas")
    return names.get(area[narrowest], area[narrowest]) if narrowest == "school" else area[narrowest]
