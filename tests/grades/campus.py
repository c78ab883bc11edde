"""A small world for the mirror: LMSs that are really served, the tool's database, and learners with credits.

Credits are written as `credits` would write them; everything from there to the gradebook is the real thing.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, jsonify

from lti_tool.clock import Clock
from lti_tool.demo.keys import SigningKey
from lti_tool.demo.people import COURSE_ID, COURSES, PEOPLE, Course, Person
from lti_tool.demo.platform import PlatformConfig, create_platform
from lti_tool.demo.records import Cell, Registration
from lti_tool.demo.state import State
from lti_tool.grades.network import Network
from lti_tool.grades.reconcile import Mirror, PassReport
from lti_tool.grades.refresh import refresh_desired
from lti_tool.grades.settings import MirrorSettings
from lti_tool.lti import keys, registration
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.tokens import AccessTokens
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.storage.queries.results import save_results
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces

EXAMPLE = read_programme_file(Path("examples/programme.toml"))
PROGRAMME = "hz-2026"
LEARNERS = tuple(person for person in PEOPLE if person.role_in(COURSE_ID) == "learner")
ZHANG, CHEN, LI = LEARNERS[:3]
Serve = Callable[..., str]


@cache
def _own_key() -> str:
    """Made once for all tests: making keys takes longer than most of them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*encoding).decode()


@cache
def _any_platform_key() -> SigningKey:
    return SigningKey("platform")


def _platform_key(_kid: str) -> SigningKey:
    return _any_platform_key()


@dataclass
class Campus:
    """One LMS with one course of the tool, as the mirror knows it."""

    world: "World"
    state: State
    tool: Registration
    platform_id: int
    deployment_row: int
    course_id: str = COURSE_ID
    context_row: int = 0

    def launch(self, person: Person = ZHANG, *, line_item: bool = True, service: bool = True, **context: Any) -> int:
        """What a launch of the course's activity leaves behind; the member's row id."""
        now = self.world.clock()
        shape = self.state.temperament
        links = [link for link in self.state.course_links(self.course_id) if link.client_id == self.tool.client_id]
        item = self.state.coupled_item(links[0].id) if links and line_item else None
        row = {
            "platform_id": self.platform_id,
            "deployment_id": self.deployment_row,
            "context_id": self.course_id,
            "lineitems_url": shape.items_url(self.course_id, self.tool) if service else None,
            "scopes": list(self.tool.scopes),
            "seen_at": now,
            **context,
        }
        with self.world.db.begin() as conn:
            course = lti_launches.save_context(conn, row)
            self.context_row = course["id"]
            lti_launches.link_context(conn, course["id"], PROGRAMME)
            if links:
                link = {
                    "context_id": course["id"],
                    "resource_link_id": links[0].id,
                    "title": "我的学分",
                    "lineitem_url": shape.item_url(item) if item else None,
                    "custom": {},
                }
                lti_launches.save_resource_link(conn, link)
            return int(self._enrol(conn, person, now)["id"])

    def enrol(self, *people: Person) -> None:
        """Learners known from a launch or the membership list."""
        with self.world.db.begin() as conn:
            for person in people:
                self._enrol(conn, person, self.world.clock())

    def _enrol(self, conn: Any, person: Person, now: datetime) -> Any:
        row = {
            "context_id": self.context_row,
            "sub": person.sub,
            "name": person.name,
            "roles": [],
            "is_trainee": True,
            "participant_id": person.participant_id,
            "linked_by": "account",
            "seen_at": now,
            "left_at": None,
        }
        return lti_launches.save_member(conn, row)

    def cell(self, person: Person = ZHANG, label: str = "学分") -> Cell | None:
        """What stands in the LMS; `label`: the column's."""
        return self.state.cell(self.course_id, label, person.sub)

    def score(self, person: Person = ZHANG, label: str = "学分") -> float | None:
        """A person's points in the LMS."""
        cell = self.cell(person, label)
        return None if cell is None else cell.score

    def calls(self, method: str | None = None, ending: str = "") -> list[Any]:
        """The service calls that the LMS received, without those for tokens."""
        return [
            call
            for call in list(self.state.requests)
            if method in (None, call.method) and call.path.endswith(ending) and call.path != "/token"
        ]

    def scores_sent(self) -> int:
        return len(self.calls("POST", "/scores"))


class World:
    """The tool's side: database, clock, mirrors; and the LMSs around it."""

    def __init__(self, db: Database, clock: Clock, serve: Serve) -> None:
        self.db = db
        self.clock = clock
        self._serve = serve
        self.settings = MirrorSettings(timeout=15.0, lanes=4)
        with db.begin() as conn:
            apply_programme(conn, EXAMPLE, clock())
            lti.add_key(conn, "tests", _own_key(), clock())
        tool = Flask("tool")
        tool.add_url_rule("/lti/jwks", "jwks", lambda: jsonify(keys.published(db, clock())))
        self.tool_url = serve(tool)

    def campus(
        self,
        temperament: str = "moodle",
        *,
        graded: bool = True,
        launched: bool = True,
        people: tuple[Person, ...] = PEOPLE,
        courses: tuple[Course, ...] = COURSES,
        **more: Any,
    ) -> Campus:
        """An LMS with the tool registered, an activity (with a column if `graded`), and one launch of it."""
        holder: dict[str, Any] = {}

        def dispatch(environ: Any, start: Any) -> Any:
            return holder["app"](environ, start)

        base = self._serve(dispatch)
        config = PlatformConfig(base, self.tool_url, temperament, clock=self.clock, people=people, courses=courses)
        with mock.patch("lti_tool.demo.state.SigningKey", _platform_key):
            holder["app"] = create_platform(config)
        state: State = holder["app"].extensions["platform"]
        launch = f"{self.tool_url}/lti/launch"
        tool = state.register_tool(
            name="Xuefen",
            login_url=f"{self.tool_url}/lti/login",
            redirect_uris=[launch],
            jwks_url=f"{self.tool_url}/lti/jwks",
            target_link_uri=launch,
            **more,
        )
        number = registration.add(
            self.db,
            registration.NewPlatform(
                issuer=state.issuer,
                client_id=tool.client_id,
                auth_login_url=state.auth_login_url,
                auth_token_url=state.auth_token_url,
                key_set_url=state.key_set_url,
                name=temperament,
                product=state.temperament.product,
                deployment_ids=(tool.deployment_id,),
            ),
            self.clock(),
        )
        with self.db.read() as conn:
            deployment = lti.find_deployment(conn, number, tool.deployment_id)
        assert deployment is not None
        campus = Campus(self, state, tool, number, deployment["id"])
        state.add_link(COURSE_ID, tool.client_id, "学分", launch, graded=graded, maximum=50)
        if launched:
            campus.launch()
        return campus

    def earn(self, person: Person, accrued: float, *, practice: float = 0, seconds: int = 0, **more: Any) -> None:
        """The person's credits are these from now on."""
        self.earn_many([(person, accrued)], practice=practice, seconds=seconds, **more)

    def earn_many(
        self,
        credits_: Iterable[tuple[Person, float]],
        *,
        practice: float = 0,
        seconds: int = 0,
        hooked: bool = True,
        **more: Any,
    ) -> None:
        """Credits of several people; `hooked` False: the process died before the mirror could follow."""
        now = self.clock()
        rows = []
        earned = list(credits_)
        for person, accrued in earned:
            figures = {
                "accrued": Decimal(str(accrued)),
                "practice": Decimal(str(practice)),
                "online_seconds": seconds,
                "unmet": ["online"],
                **more,
            }
            rows.append(_result(str(person.participant_id), now, figures))
        with self.db.begin() as conn:
            save_results(conn, rows)
            if hooked:
                people = [str(person.participant_id) for person, _ in earned]
                refresh_desired(conn, PROGRAMME, people, now=now, settings=self.settings)

    def mirror(self, settings: MirrorSettings | None = None, *, allow_private_hosts: bool = True) -> Mirror:
        """A worker's mirror, with connections and tokens of its own."""
        chosen = settings or self.settings
        http = PlatformHttp(allow_private_hosts=allow_private_hosts, timeout=chosen.timeout)
        network = Network(http, AccessTokens(self.db, http, self.clock))
        return Mirror(self.db, network, self.clock, chosen, random.Random(7))

    def settle(self, mirror: Mirror | None = None) -> PassReport:
        """Let the values settle, then reconcile."""
        self.clock.advance(self.settings.settle.total_seconds())  # type: ignore[attr-defined]
        return (mirror or self.mirror()).run_pass()

    def have_read(self) -> None:
        """As if every cell had been read in the LMS just now: the next call for it is the score itself."""
        with self.db.begin() as conn:
            conn.execute(grade_cells.update().values(lms_read_at=self.clock()))

    def rows(self, table: Any = grade_cells) -> list[Any]:
        with self.db.read() as conn:
            return list(conn.execute(table.select().order_by(*table.primary_key.columns)).mappings())

    def row(self, person: Person = ZHANG) -> Any:
        """The mirror's own cell of a person (with one course and one column)."""
        found = [row for row in self.rows() if row["participant_id"] == person.participant_id]
        assert len(found) == 1
        return found[0]

    def columns(self) -> list[Any]:
        return self.rows(grade_line_items)

    def pace(self) -> Any:
        return next(iter(self.rows(grade_paces)), None)

    def exchanges(self) -> list[Any]:
        return self.rows(grade_exchanges)


def _result(participant: str, now: datetime, figures: dict[str, Any]) -> dict[str, Any]:
    zero = Decimal(0)
    return {
        "programme_id": PROGRAMME,
        "participant_id": participant,
        "computed_touch": 1,
        "computed_at": now,
        "changed_at": now,
        "maximum": Decimal(50),
        "online": zero,
        "online_maximum": Decimal(17),
        "online_required": 54_000,
        "online_met": False,
        "offline": zero,
        "offline_maximum": Decimal(8),
        "offline_met": False,
        "practice_maximum": Decimal(25),
        "practice_surplus": zero,
        "practice_met": False,
        "status": "in_progress",
        "recorded": zero,
        "focus_points": {},
        "obstacles": [],
        "rule_set": "zj-ts2-2021-10",
        "rule_set_hash": "0" * 64,
        **figures,
    }


MINUTE = timedelta(minutes=1)
