"""Gradebooks to reconcile: platforms with courses full of learners, and credits that change all at once."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from lti_tool.clock import utc_now
from lti_tool.grades.refresh import refresh_desired
from lti_tool.grades.settings import MirrorSettings
from lti_tool.lti import registration
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.storage.queries.results import save_results
from lti_tool.storage.tables.grades import grade_cells
from lti_tool.storage.tables.lti import lti_members
from lti_tool.storage.tables.programmes import participants, programmes

PROGRAMME = "bench"
_SETTINGS = MirrorSettings(settle=timedelta(0))
_COURSE = 5_000  # learners at most
_CHUNK = 1_000


def enrol(db: Database, lms: str, number: int, platforms: int) -> None:
    """So many learners, each matched with a participant, in courses of at most 5,000 on so many platforms."""
    now = utc_now()
    with db.begin() as conn:
        programme = {"title": "bench", "rule_set": "zj-ts2-2021-10", "zone": "Asia/Shanghai", "settings": {}}
        days = {"start": date(2026, 9, 1), "end": date(2027, 6, 30), "version": 1, "loaded_at": now}
        conn.execute(insert(programmes).values(id=PROGRAMME, **programme, **days))
    for platform in range(platforms):
        people = range(platform * number // platforms, (platform + 1) * number // platforms)
        _enrol_on(db, f"{lms}/{platform + 1}", people, now)
    db.analyse()


def _enrol_on(db: Database, lms: str, people: range, now: datetime) -> None:
    platform = registration.NewPlatform(
        issuer=lms,
        client_id="bench",
        auth_login_url=f"{lms}/auth",
        auth_token_url=f"{lms}/token",
        key_set_url=f"{lms}/jwks",
        name="bench",
        product="moodle",
        deployment_ids=("1",),
    )
    platform_id = registration.add(db, platform, now)
    for number, some in enumerate(_parts(people, _COURSE), start=1):
        with db.begin() as conn:
            deployment = lti.find_deployment(conn, platform_id, "1")
            if deployment is None:
                raise LookupError("the deployment that was just written is not there")
            course = {"platform_id": platform_id, "deployment_id": deployment["id"], "context_id": str(number)}
            services = {"lineitems_url": f"{lms}/{number}/lineitems", "seen_at": now}
            context = lti_launches.save_context(conn, {**course, **services})
            lti_launches.link_context(conn, context["id"], PROGRAMME)
            link = {"context_id": context["id"], "resource_link_id": str(number), "custom": {}}
            lti_launches.save_resource_link(conn, {**link, "lineitem_url": f"{lms}/{number}/lineitem"})
            conn.execute(insert(participants), [_participant(one) for one in some])
            conn.execute(insert(lti_members), [_member(one, context["id"], now) for one in some])


def earn(db: Database, number: int, credits_: int, due: datetime) -> float:
    """Everybody gets these credits, and all cells are due at one moment; the seconds that the cells took to follow."""
    took = 0.0
    for some in _parts(range(number), _CHUNK):
        people = [_id(one) for one in some]
        with db.begin() as conn:
            save_results(conn, [_result(person, credits_, due) for person in people])
            begun = time.monotonic()
            refresh_desired(conn, PROGRAMME, people, now=due, settings=_SETTINGS)
            took += time.monotonic() - begun
    return took


def count_settled(db: Database) -> int:
    """Cells of which the tool, too, knows that they are equal."""
    with db.read() as conn:
        return int(conn.execute(select(func.count()).where(grade_cells.c.state == "settled")).scalar_one())


def _parts(people: range, size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(people), size):
        yield people[start : start + size]


def _id(number: int) -> str:
    return f"p{number:06}"


def _participant(number: int) -> dict[str, Any]:
    person = {"programme_id": PROGRAMME, "id": _id(number), "name": f"学员{number}", "group_id": "g"}
    return {**person, "school_id": "s", "position": "teacher", "extra_groups": []}


def _member(number: int, context_row: int, now: datetime) -> dict[str, Any]:
    person = {"context_id": context_row, "sub": f"u{number}", "name": f"学员{number}", "roles": []}
    return {**person, "is_trainee": True, "participant_id": _id(number), "linked_by": "account", "seen_at": now}


def _result(participant: str, credits_: int, now: datetime) -> dict[str, Any]:
    zero = Decimal(0)
    return {
        "programme_id": PROGRAMME,
        "participant_id": participant,
        "computed_touch": 1,
        "status": "in_progress",
        "computed_at": now,
        "changed_at": now,
        "accrued": Decimal(credits_),
        "maximum": Decimal(50),
        "online": zero,
        "online_maximum": Decimal(17),
        "online_seconds": 0,
        "online_required": 54_000,
        "offline": zero,
        "offline_maximum": Decimal(8),
        "practice": zero,
        "practice_maximum": Decimal(25),
        "online_met": False,
        "offline_met": False,
        "practice_met": False,
        "practice_surplus": zero,
        "unmet": ["online"],
        "recorded": zero,
        "focus_points": {},
        "obstacles": [],
        "rule_set": "zj-ts2-2021-10",
        "rule_set_hash": "0" * 64,
    }
