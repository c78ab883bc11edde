"""A course of a demo platform whose roster is read over real HTTP."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import select, update

from lti_tool.demo.people import COURSE_ID, Person
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.rosters import Rosters
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.queries import rosters as queries
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from tests.grades.campus import Campus, World
from tests.support.clock import FakeClock

Serve = Callable[..., str]


class Course:
    """A course of a demo platform after one launch, and the tool's roster of it."""

    def __init__(self, world: World, temperament: str = "moodle", **more: Any) -> None:
        self.world = world
        self.clock = cast(FakeClock, world.clock)
        self.campus: Campus = world.campus(temperament, **more)
        self.state = self.campus.state
        self.row = self.campus.context_row
        self.url = self.state.temperament.members_url(COURSE_ID, self.campus.tool)
        self.point_to(self.url)
        self.rosters = self.reader()

    def reader(self, timeout: float = 2.0) -> Rosters:
        http = PlatformHttp(allow_private_hosts=True, timeout=timeout)
        return Rosters(self.world.db, http, AccessTokens(self.world.db, http, self.world.clock), self.world.clock)

    def point_to(self, url: str | None) -> None:
        """The launch said that the roster is there."""
        with self.world.db.begin() as conn:
            conn.execute(update(lti_contexts).where(lti_contexts.c.id == self.row).values(memberships_url=url))

    def read(self) -> str:
        return self.rosters.sync(self.row)

    def member(self, person: Person) -> Any:
        return self.members()[person.sub]

    def members(self) -> dict[str, Any]:
        with self.world.db.read() as conn:
            query = select(lti_members).where(lti_members.c.context_id == self.row)
            return {row["sub"]: row for row in conn.execute(query).mappings()}

    def known(self) -> Any:
        with self.world.db.read() as conn:
            return queries.find_roster(conn, self.row)

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = self.known()["counts"]
        return found

    def leave(self, person: Person) -> None:
        del self.state.people[person.sub]

    def enrol(self, person: Person) -> None:
        self.state.people[person.sub] = person

    def pages(self) -> int:
        """How many calls the roster service has had."""
        return len([call for call in self.state.requests if call.path in self.url])


def crowd(number: int) -> tuple[Person, ...]:
    """Learners whom no programme knows."""
    return tuple(
        Person(f"x{n}", f"学员{n}", f"x{n}@example.org", "学", f"员{n}", {COURSE_ID: "learner"}) for n in range(number)
    )
