"""The trainer's sign-in desk: the code of a session, who is there, and the classes to choose from."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import segno
from sqlalchemy import RowMapping

from lti_tool.domain.values import OfflineClass, OfflineSession, Programme
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import sign_in
from lti_tool.storage.queries.sign_in import ClassPlace
from lti_tool.web.contexts_sign_in import ClassesPage, ClassLine, DeskPage, DeskRow, Stay
from lti_tool.web.errors import not_found
from lti_tool.web.pages.attendance import find_stays
from lti_tool.web.pages.sign_in import unknown_class
from lti_tool.web.services import Services
from lti_tool.web.sign_in import EARLY, EARLY_BY_HAND, OPEN, Hours, code_at, seconds_left

_AT_ONCE = 50
_LONGEST_SEARCH = 100
_LONGEST_PLAN = 200
EVERYBODY, MISSING, PRESENT, ABSENT = "all", "missing", "present", "absent"
FILTERS = (EVERYBODY, MISSING, PRESENT, ABSENT)


def classes_page(services: Services, session: LtiSession) -> ClassesPage:
    """Every class of the programme, those with a session that is open now first."""
    programme, now = _programme(services, session), services.clock()
    lines = [
        ClassLine(
            class_id=offline.id,
            title=offline.title or offline.id,
            place=_place(programme, offline),
            sessions=[(one, _state(services, one, now)) for one in offline.sessions],
        )
        for offline in programme.offline_classes.values()
    ]
    ordered = sorted(lines, key=lambda line: (not any(state == OPEN for _, state in line.sessions), line.title))
    return ClassesPage(ordered[:_LONGEST_PLAN])


def find_session(services: Services, place: ClassPlace) -> tuple[OfflineClass, OfflineSession]:
    """A session of the programme; another programme's is not found."""
    programme = services.credits.programme(place.programme_id).programme
    offline = programme.offline_classes.get(place.class_id)
    found = next((one for one in offline.sessions if one.id == place.session_id), None) if offline else None
    if offline is None or found is None:
        raise not_found()
    return offline, found


def session_title(services: Services, place: ClassPlace) -> str:
    """The name of a session as statements carry it."""
    offline, found = find_session(services, place)
    return f"{offline.title or offline.id} · {found.id}"


def next_session(services: Services, session: LtiSession, class_id: str) -> str:
    """The session of a class that a trainer most likely wants: the one that is open, else the next, else the last."""
    offline = _programme(services, session).offline_classes.get(class_id)
    if offline is None:
        raise unknown_class(is_staff=True)
    named = session.custom.get("session") if session.custom.get("class") == class_id else None
    ordered = sorted(offline.sessions, key=lambda one: one.starts_at)
    now = services.clock()
    by_name = [one for one in ordered if one.id == named]
    running = [one for one in ordered if _state(services, one, now) == OPEN]
    coming = [one for one in ordered if _state(services, one, now) == EARLY]
    return [*by_name, *running, *coming, *ordered[-1:]][0].id


def desk_page(services: Services, place: ClassPlace, desk: RowMapping, asked: Mapping[str, str]) -> DeskPage:
    """The desk of one session, with the people that an address asks for."""
    offline, session = find_session(services, place)
    settings, now = services.settings.sign_in, services.clock()
    hours = Hours.of(session, settings)
    is_open = hours.state(now) == OPEN
    code = code_at(desk["secret"], now, settings.code_seconds)
    address = f"{services.settings.server.public_url}/sign-in/{desk['id']}/{code}"
    programme = services.credits.programme(place.programme_id).programme
    people = _People(services, place, offline, asked)
    return DeskPage(
        class_id=offline.id,
        class_title=offline.title or offline.id,
        place=_place(programme, offline),
        sessions=offline.sessions,
        session=session,
        hours=hours,
        state=hours.state(now),
        code=code if is_open else None,
        picture=draw(address) if is_open else "",
        desk=desk["id"],
        seconds_left=seconds_left(now, settings.code_seconds),
        rows=people.page(programme),
        filters=people.filters,
        chosen=people.chosen,
        query=people.query,
        following=people.following,
        is_first=people.is_first,
        present=people.present,
        expected=people.expected,
        may_mark_present=now >= session.starts_at - EARLY_BY_HAND,
        may_mark_absent=now >= session.starts_at,
        now=now,
    )


def draw(address: str) -> str:
    """A QR code as SVG, with the quiet zone that scanners need."""
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(border=4, omitsize=True, dark="#000", light="#fff"))


class _People:
    """The people of a class in the order of their names, filtered and paged."""

    def __init__(self, services: Services, place: ClassPlace, offline: OfflineClass, asked: Mapping[str, str]) -> None:
        self.query = asked.get("q", "").strip()[:_LONGEST_SEARCH]
        self.chosen = asked.get("filter", "") if asked.get("filter") in FILTERS else EVERYBODY
        with services.db.read() as conn:
            self._everybody = sign_in.list_class(conn, place.programme_id, offline)
            self._stays = find_stays(services, conn, place, [row["id"] for row in self._everybody])
        self._named = [row for row in self._everybody if self._is_named(row)]
        self._rows = [row for row in self._named if self.chosen in {EVERYBODY, self._state(row)}]
        self._start = self._find_start(asked.get("after", ""))

    @property
    def filters(self) -> list[tuple[str, int, bool]]:
        states = [self._state(row) for row in self._named]
        numbers = {EVERYBODY: len(states), **{one: states.count(one) for one in FILTERS[1:]}}
        return [(code, numbers[code], code == self.chosen) for code in FILTERS]

    @property
    def present(self) -> int:
        return sum(self._state(row) == PRESENT for row in self._everybody)

    @property
    def expected(self) -> int:
        return len(self._everybody)

    @property
    def is_first(self) -> bool:
        return self._start == 0

    @property
    def following(self) -> str | None:
        """The last person of this page, where there is another page."""
        end = self._start + _AT_ONCE
        return str(self._rows[end - 1]["id"]) if len(self._rows) > end else None

    def page(self, programme: Programme) -> Sequence[DeskRow]:
        return [self._row(row, programme) for row in self._rows[self._start : self._start + _AT_ONCE]]

    def _is_named(self, row: RowMapping) -> bool:
        return self.query.casefold() in row["name"].casefold() or self.query == row["id"]

    def _find_start(self, after: str) -> int:
        places = [number for number, row in enumerate(self._rows) if row["id"] == after]
        return places[0] + 1 if places else 0

    def _state(self, row: RowMapping) -> str:
        stay: Stay | None = self._stays.get(row["id"])
        if stay is None:
            return MISSING
        return PRESENT if stay.is_present else ABSENT

    def _row(self, row: RowMapping, programme: Programme) -> DeskRow:
        school, group = programme.schools.get(row["school_id"]), programme.groups.get(row["group_id"])
        return DeskRow(
            participant_id=row["id"],
            name=row["name"],
            school=school.name if school else row["school_id"],
            group=group.name if group else row["group_id"],
            stay=self._stays.get(row["id"]),
        )


def _programme(services: Services, session: LtiSession) -> Programme:
    return services.credits.programme(str(session.programme_id)).programme


def _place(programme: Programme, offline: OfflineClass) -> str:
    school = programme.schools.get(offline.host_school or "")
    return school.name if school else ""


def _state(services: Services, session: OfflineSession, now: datetime) -> str:
    return Hours.of(session, services.settings.sign_in).state(now)
