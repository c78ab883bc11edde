"""Whom to visit: schools for mutual checks 互查, groups, or sessions for unannounced visits 推门听课, drawn by lot.

A lot is a text that whoever draws makes known, such as the date: with it anybody can draw again and find the same.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from lti_tool.domain.monitoring import LEVELS, Area, covers, draw_lots, narrow
from lti_tool.domain.values import OfflineClass, Programme, School
from lti_tool.web.contexts_monitor import Drawn, SamplePage
from lti_tool.web.errors import not_found
from lti_tool.web.formatting import page_zone
from lti_tool.web.pages.indicators import name_of
from lti_tool.web.services import Services

_MOST = 50
_USUAL = 5
_DIGITS = 4  # of a number that is looked at; larger ones are the most anyway
_LONGEST_LOT = 40
_Urn = Mapping[str, Drawn]


def sample_page(services: Services, programme_id: str, scope: Area, asked: Mapping[str, str]) -> SamplePage:
    """What somebody of this scope draws from the area that an address asks for; not found where there is no school."""
    programme = services.credits.programme(programme_id).programme
    area = narrow(scope, {level: asked.get(level, "") for level in LEVELS})
    schools = [school for school in programme.schools.values() if covers(area, school)]
    if not schools:
        raise not_found()
    now = services.clock()
    kind = asked.get("kind", "")
    kind = kind if kind in _URNS else "schools"
    lot = asked.get("lot", "").strip()[:_LONGEST_LOT] or f"{now.astimezone(page_zone()):%Y-%m-%d}"
    number = _number(asked.get("number", ""))
    urn = _URNS[kind](programme, schools, now)
    names = {school.id: school.name for school in programme.schools.values()}
    return SamplePage(
        programme=programme.title,
        area=name_of(area, names),
        chosen=area,
        kind=kind,
        number=number,
        most=_MOST,
        lot=lot,
        out_of=len(urn),
        drawn=[urn[key] for key in draw_lots(urn, number, f"{programme_id}|{kind}|{lot}")],
    )


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal()):
        return _USUAL
    return min(_MOST, max(1, int(typed[:_DIGITS])))


def _schools(_programme: Programme, schools: Sequence[School], _now: datetime) -> _Urn:
    return {school.id: Drawn(school.name, school.name, school.county) for school in schools}


def _groups(programme: Programme, schools: Sequence[School], _now: datetime) -> _Urn:
    here = {school.id: school for school in schools}
    return {
        group.id: Drawn(group.name, here[group.school].name, here[group.school].county)
        for group in programme.groups.values()
        if group.school in here
    }


def _sessions(programme: Programme, schools: Sequence[School], now: datetime) -> _Urn:
    """Sessions that are not over, of the classes of these schools."""
    here = {school.id: school for school in schools}
    found = {}
    for offline in programme.offline_classes.values():
        host = _host(offline, here)
        if host is None:
            continue
        for session in offline.sessions:
            if session.ends_at > now:
                name = f"{offline.title or offline.id} · {session.id}"
                found[f"{offline.id}|{session.id}"] = Drawn(name, host.name, host.county, session.starts_at)
    return found


def _host(offline: OfflineClass, here: Mapping[str, School]) -> School | None:
    """The school a class is held at, or the first that it is for where no place is known; None if that is elsewhere."""
    places = [offline.host_school] if offline.host_school else offline.schools
    return next((here[place] for place in places if place in here), None)


_URNS: Mapping[str, Callable[[Programme, Sequence[School], datetime], _Urn]] = {
    "schools": _schools,
    "groups": _groups,
    "sessions": _sessions,
}
