"""Hostile LMSs and workers that are killed at random: when it calms, every gradebook equals the credits."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import orjson
import pytest
from sqlalchemy.engine import URL

from lti_tool.demo.faults import RandomErrors
from lti_tool.demo.people import COURSE_ID, PEOPLE, Person
from lti_tool.storage.database import open_database
from tests.grades.campus import LEARNERS, Campus, World
from tests.grades.chaos import SETTINGS, FastClock, Workers
from tests.support.databases import clone_postgresql
from tests.support.postgres import wait_until

SPEED = 40.0
SEED = int(os.environ.get("XUEFEN_TEST_SEED", "20261124"))
STORM = 6.0  # seconds, four minutes by the clock
LABELS = {"学分": "accrued", "网络研修": "online", "线下集中培训": "offline", "校本应用实践": "practice"}


@pytest.fixture
def server_url(postgresql: URL, postgresql_template: str) -> Iterator[URL]:
    with clone_postgresql(postgresql, postgresql_template) as url:
        yield url


class Learning:
    """Credits that change again and again; no person ever has the same total twice."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self.history: dict[str, list[float]] = {person.sub: [] for person in LEARNERS}
        self.now: dict[str, dict[str, float]] = {}

    def change(self, person: Person) -> None:
        """Up or down."""
        known = self.history[person.sub]
        free = [number / 4 for number in range(1, 200) if number / 4 not in known]
        figures = {
            "accrued": self._chance.choice(free),
            "online": float(self._chance.choice([17, 15])),
            "offline": self._chance.randrange(1, 33) / 4,
            "practice": self._chance.randrange(1, 101) / 4,
        }
        known.append(figures["accrued"])
        self.now[person.sub] = figures
        more = {name: Decimal(str(figures[name])) for name in ("online", "offline")}
        self._world.earn(person, figures["accrued"], practice=Decimal(str(figures["practice"])), **more)  # type: ignore[arg-type]


def is_equal(campus: Campus, learning: Learning) -> bool:
    """Whether every cell shows the computed value."""
    return all(
        campus.score(person, label) == learning.now[person.sub][name]
        for person in LEARNERS
        for label, name in LABELS.items()
    )


def taken_totals(campus: Campus) -> dict[str, list[float]]:
    """The totals that the LMS took, in the order in which it took them."""
    taken: dict[str, list[float]] = {}
    total = campus.state.find_item(COURSE_ID, "学分")
    assert total is not None
    for call in list(campus.state.requests):
        acted = (call.status in {0, 200} and call.path.endswith(f"/{total.id}/scores")) or (
            call.status == 200 and f"/{total.id}/lineitem/scores" in call.path
        )
        if acted and call.method == "POST":
            body = orjson.loads(call.body)
            taken.setdefault(body["userId"], []).append(body["scoreGiven"])
    return taken


def meddle(campus: Campus, chance: random.Random) -> None:
    """What people do in an LMS: take a permission away, remove a learner or a column, end all tokens."""
    state = campus.state
    with state.lock:
        match chance.randrange(12):
            case 0:
                campus.tool.scopes = tuple(scope for scope in campus.tool.scopes if not scope.endswith("/score"))
            case 1:
                state.people.pop(chance.choice(LEARNERS).sub, None)
            case 2:
                state.grants.clear()
            case 3:
                gone = chance.choice([*state.line_items, ""])
                state.line_items.pop(gone, None)
                for key in [key for key in state.cells if key[0] == gone]:
                    del state.cells[key]


def mend(campus: Campus, scopes: tuple[str, ...]) -> None:
    """All well again; whoever was taken out of the course comes back, and is seen."""
    campus.state.faults.clear()
    with campus.state.lock:
        campus.tool.scopes = scopes
        campus.state.people |= {person.sub: person for person in PEOPLE}
    campus.enrol(*LEARNERS)


def storm(campuses: list[Campus], workers: Workers, learning: Learning, chance: random.Random) -> None:
    """Everything that can go wrong, at random."""
    end = time.monotonic() + STORM
    while time.monotonic() < end:
        for campus in campuses:
            meddle(campus, chance)
            faults = campus.state.faults
            faults.clear()
            trouble = chance.randrange(8)
            kinds = (500, 502, 503, 504, 429, "close")
            faults.random_errors = RandomErrors(0.3, kinds, seed=chance.randrange(1000))  # type: ignore[arg-type]
            faults.stall_seconds = 0.7 if trouble == 0 else 0.0
            faults.drop_after_acting = {1: "close", 2: "500"}.get(trouble, False)  # type: ignore[assignment]
            faults.deliver_twice = trouble == 3
            faults.clock_offset_seconds = 180 if trouble == 4 else -180 if trouble == 5 else 0
            faults.status = 503 if trouble == 6 else None
        for person in chance.sample(LEARNERS, 3):
            learning.change(person)
        if chance.random() < 0.7:
            workers.kill(chance.randrange(3))
        time.sleep(0.3)


def test_after_a_storm_every_gradebook_is_equal(server_url: URL, live_server: Callable[..., str]) -> None:
    chance = random.Random(SEED)
    clock = FastClock(time.time(), SPEED)
    db = open_database(server_url)
    world = World(db, clock, live_server)
    world.settings = SETTINGS
    campuses = [world.campus("moodle", graded=False), world.campus("canvas", graded=False)]
    for campus in campuses:
        campus.enrol(*LEARNERS)
    learning = Learning(world, chance)
    for person in LEARNERS:
        learning.change(person)
    workers = Workers(server_url.render_as_string(hide_password=False), clock)
    scopes = campuses[0].tool.scopes
    try:
        storm(campuses, workers, learning, chance)
        for campus in campuses:
            mend(campus, scopes)
        wait_until(lambda: all(is_equal(campus, learning) for campus in campuses), seconds=90)
        _check_history(campuses, learning)
        _check_calm(campuses, learning, world)
        assert workers.all_alive
    finally:
        workers.stop()
        db.close()


def _check_history(campuses: list[Campus], learning: Learning) -> None:
    for campus in campuses:
        wait_until(lambda campus=campus: len(campus.state.course_items(COURSE_ID)) == 4, seconds=30)
        columns = Counter((item.resource_id, item.tag) for item in campus.state.course_items(COURSE_ID))
        assert sorted(columns.values()) == [1, 1, 1, 1]
        for sub, values in taken_totals(campus).items():
            order = [learning.history[sub].index(value) for value in values]
            assert order == sorted(order), f"{campus.state.temperament.product}: {sub} went backwards"


def _check_calm(campuses: list[Campus], learning: Learning, world: World) -> None:
    """Each learner's four figures change once more, in two gradebooks."""
    wait_until(lambda: all(row["state"] == "settled" for row in world.rows()), seconds=60)
    before = {id(campus): _values(campus) for campus in campuses}
    sent = sum(campus.scores_sent() for campus in campuses)
    for person in LEARNERS:
        learning.change(person)
    wait_until(lambda: all(is_equal(campus, learning) for campus in campuses), seconds=60)
    time.sleep(0.5)
    changed = sum(value != before[id(campus)][key] for campus in campuses for key, value in _values(campus).items())
    sends = sum(campus.scores_sent() for campus in campuses) - sent

    assert changed >= 40
    assert sends <= 1.2 * changed


def _values(campus: Campus) -> dict[tuple[str, str], float | None]:
    return {(cell.line_item_id, cell.user_id): cell.score for cell in campus.state.grades(COURSE_ID)}
