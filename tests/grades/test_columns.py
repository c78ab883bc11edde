"""Columns of the LMS gradebook: the launch's own, else found, else made exactly once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask, request

from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries.lti import remove_platform
from tests.grades.campus import CHEN, COURSE_ID, EXAMPLE, PROGRAMME, ZHANG, Campus, World
from tests.support.clock import FakeClock

RESOURCE = f"xuefen:{PROGRAMME}"
COMPONENTS = {"offline": Decimal(8), "practice": Decimal(25), "online_seconds": 36_720}


@pytest.fixture
def ungraded(world: World) -> Campus:
    """A Moodle course whose activity has no column of its own."""
    return world.campus("moodle", graded=False)


def test_the_line_item_of_the_launch_is_used(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    world.settle()

    assert moodle.score() == 33
    assert moodle.calls("POST", "/lineitems") == moodle.calls("GET") == []
    assert len(moodle.state.course_items(COURSE_ID)) == 1


def test_without_one_a_column_is_made(world: World, ungraded: Campus) -> None:
    world.earn(ZHANG, 33)
    world.settle()

    (item,) = ungraded.state.course_items(COURSE_ID)
    assert (item.label, item.maximum, item.resource_id, item.tag) == ("学分", 50, RESOURCE, "total")
    assert ungraded.score() == 33


def test_one_that_is_there_already_is_found_by_resource_and_tag(world: World, ungraded: Campus) -> None:
    client = ungraded.tool.client_id
    ungraded.state.add_line_item(COURSE_ID, client, "别的", 10, resource_id=RESOURCE, tag="offline")
    ungraded.state.add_line_item(COURSE_ID, client, "以前的", 50, resource_id=RESOURCE, tag="total")
    world.earn(ZHANG, 33)
    world.settle()

    assert ungraded.score(label="以前的") == 33
    assert ungraded.calls("POST", "/lineitems") == []


def test_two_workers_make_one_column(world: World, ungraded: Campus) -> None:
    world.earn(ZHANG, 33)
    world.clock.advance(10)
    ungraded.state.faults.stall_seconds = 0.1
    mirrors = [world.mirror() for _ in range(2)]
    threads = [threading.Thread(target=mirror.run_pass) for mirror in mirrors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ungraded.calls("POST", "/lineitems")) == 1
    assert len(ungraded.state.course_items(COURSE_ID)) == 1


def test_a_creation_whose_answer_was_lost_is_found_not_repeated(
    world: World, ungraded: Campus, clock: FakeClock
) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    mirror.run_pass()  # the token and the search are done with
    ungraded.state.line_items.clear()
    world.columns()
    world.earn(ZHANG, 34)
    ungraded.state.faults.drop_after_acting = "close"
    world.settle(mirror)
    ungraded.state.faults.clear()
    for _ in range(8):
        clock.advance(30)
        mirror.run_pass()

    assert len(ungraded.state.course_items(COURSE_ID)) == 1
    assert ungraded.score() == 34


def test_a_creation_that_was_carried_out_twice_leaves_one_column(
    world: World, ungraded: Campus, clock: FakeClock
) -> None:
    ungraded.state.faults.deliver_twice = True
    world.earn(ZHANG, 33)
    world.settle()
    ungraded.state.faults.clear()
    clock.advance(60)
    world.mirror().run_pass()

    assert len(ungraded.state.course_items(COURSE_ID)) == 1
    assert ungraded.score() == 33


def test_a_second_column_in_which_grades_stand_stays(world: World, ungraded: Campus, clock: FakeClock) -> None:
    client = ungraded.tool.client_id
    for label in ("第一", "第二", "第三"):
        ungraded.state.add_line_item(COURSE_ID, client, label, 50, resource_id=RESOURCE, tag="total")
    ungraded.state.override(COURSE_ID, "第二", CHEN.sub, 7)
    world.earn(ZHANG, 33)
    world.settle()

    assert [item.label for item in ungraded.state.course_items(COURSE_ID)] == ["第一", "第二"]
    assert (ungraded.score(label="第一"), ungraded.score(CHEN, label="第二")) == (33, 7)


def test_a_deleted_column_is_made_again_and_filled(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    moodle.enrol(CHEN)
    world.earn_many([(ZHANG, 33), (CHEN, 12)])
    world.settle(mirror)
    moodle.state.line_items.clear()
    moodle.state.cells.clear()

    world.earn(ZHANG, 34)
    world.settle(mirror)
    world.settle(mirror)

    (item,) = moodle.state.course_items(COURSE_ID)
    assert (item.resource_id, item.tag) == (RESOURCE, "total")
    assert (moodle.score(ZHANG), moodle.score(CHEN)) == (34, 12)


def test_a_deleted_launch_column_is_not_believed_again(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    moodle.state.line_items.clear()
    for value in (34, 35, 36):
        world.earn(ZHANG, value)
        world.settle(mirror)

    assert moodle.score() == 36
    assert len([call for call in moodle.calls() if call.status == 404]) == 1
    assert len(moodle.calls("POST", "/lineitems")) == 1


def test_components_have_columns_of_their_own(world: World, moodle: Campus) -> None:
    world.settings = replace(world.settings, components=True)
    world.earn(ZHANG, 33, practice=25, **{name: value for name, value in COMPONENTS.items() if name != "practice"})
    world.settle()

    shown = {
        item.label: (item.maximum, moodle.score(label=item.label)) for item in moodle.state.course_items(COURSE_ID)
    }
    assert shown == {
        "学分": (50, 33),
        "网络研修": (17, None),
        "线下集中培训": (8, 8),
        "校本应用实践": (25, 25),
    }


@pytest.mark.parametrize("installation", [False, True])
@pytest.mark.parametrize(("columns", "expected"), [("total", 1), ("total+components", 4)])
def test_the_rules_of_a_programme_decide_for_its_columns(
    world: World, moodle: Campus, clock: FakeClock, columns: str, expected: int, installation: bool
) -> None:
    """A-19: they outrank the installation's choice, also where they say so later."""
    world.settings = replace(world.settings, components=installation)
    ruled = replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"columns": columns}))
    with world.db.begin() as conn:
        apply_programme(conn, ruled, clock())
    world.earn(ZHANG, 33, practice=25)
    world.settle()

    assert len(moodle.state.course_items(COURSE_ID)) == expected


def test_columns_that_a_programme_asks_for_later_are_added(world: World, moodle: Campus, clock: FakeClock) -> None:
    world.earn(ZHANG, 33, practice=25)
    world.settle()
    ruled = replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"columns": "total+components"}))
    with world.db.begin() as conn:
        apply_programme(conn, ruled, clock())
    world.mirror().run_pass()
    world.settle()

    assert moodle.score(label="校本应用实践") == 25


def test_components_that_are_switched_on_later_are_added(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33, practice=25)
    world.settle()
    world.settings = replace(world.settings, components=True)
    world.mirror().run_pass()
    world.settle()

    assert moodle.score(label="校本应用实践") == 25
    assert moodle.scores_sent() == 2


def test_a_course_without_grade_service_waits_for_a_launch_that_brings_it(world: World) -> None:
    campus = world.campus("moodle", graded=False, launched=False)
    campus.launch(service=False)
    world.earn(ZHANG, 33)
    world.settle()
    assert (world.columns()[0]["state"], world.columns()[0]["reason"]) == ("blocked", "no_service")
    assert campus.state.requests == []

    campus.launch()
    world.settle()

    assert campus.score() == 33


def test_a_column_grows_with_the_rule_set_and_keeps_everything_else(world: World, ungraded: Campus) -> None:
    world.earn(ZHANG, 25)
    world.settle()
    world.earn(ZHANG, 25, maximum=Decimal(60))
    world.settle()

    (item,) = ungraded.state.course_items(COURSE_ID)
    assert (item.label, item.maximum, item.resource_id, item.tag) == ("学分", 60, RESOURCE, "total")
    assert ungraded.score() == 25


class Elsewhere:
    """A server that is not the platform, and what reached it."""

    def __init__(self, serve: Callable[..., str]) -> None:
        app = Flask("elsewhere")
        self.requests: list[str] = []

        @app.route("/<path:path>", methods=["GET", "POST", "PUT"])
        def any_path(path: str) -> tuple[dict[str, object], int]:
            self.requests.append(f"{request.method} {path} {request.headers.get('Authorization')}")
            return {}, 200

        self.url = serve(app)


@pytest.fixture
def elsewhere(live_server: Callable[..., str]) -> Elsewhere:
    return Elsewhere(live_server)


@pytest.mark.parametrize("temperament", ["moodle", "canvas"])
def test_a_line_item_on_another_host_is_reported_and_nothing_is_sent(
    world: World, elsewhere: Elsewhere, temperament: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus = world.campus(temperament, launched=False)
    monkeypatch.setattr(campus.state.temperament, "item_url", lambda _: f"{elsewhere.url}/lineitems/1/lineitem")
    campus.launch()
    world.earn(ZHANG, 33)
    world.settle()

    assert elsewhere.requests == []
    assert world.columns()[0]["reason"] == "elsewhere"
    assert world.row()["reason"] == "elsewhere"


@pytest.mark.parametrize("temperament", ["moodle", "canvas"])
def test_nor_is_anything_asked_of_a_grade_service_on_another_host(
    world: World, elsewhere: Elsewhere, temperament: str
) -> None:
    campus = world.campus(temperament, graded=False, launched=False)
    campus.launch(lineitems_url=f"{elsewhere.url}/lineitems")
    world.earn(ZHANG, 33)
    world.settle()

    assert elsewhere.requests == []
    assert world.columns()[0]["reason"] == "elsewhere"


def test_a_page_link_that_leads_elsewhere_is_not_followed(world: World, ungraded: Campus, elsewhere: Elsewhere) -> None:
    ungraded.state.temperament.page_links = lambda *_: f'<{elsewhere.url}/more>; rel="next"'  # type: ignore[method-assign]
    world.earn(ZHANG, 33)
    world.settle()

    assert elsewhere.requests == []
    assert world.columns()[0]["reason"] == "elsewhere"


def test_a_launch_can_mend_a_column_that_led_elsewhere(
    world: World, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus = world.campus("moodle", launched=False)
    with monkeypatch.context() as wrong:
        wrong.setattr(campus.state.temperament, "item_url", lambda _: f"{elsewhere.url}/lineitems/1/lineitem")
        campus.launch()
        world.earn(ZHANG, 33)
        world.settle()

    campus.launch()
    world.mirror().run_pass()
    world.settle()

    assert campus.score() == 33


def test_a_platform_that_is_removed_takes_its_columns_and_cells_along(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    with world.db.begin() as conn:
        remove_platform(conn, moodle.platform_id)

    assert not world.settle().did_something
    assert world.rows() == world.columns() == []
