"""Uploaded content in a course: picked, studied, and launched with what its author asks for."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lti_tool.storage.database import Database
from tests.packages.making import PAGE, TINCAN, cmi5, packed, structure, unit
from tests.support.clock import FakeClock
from tests.web.bringing import (
    ASKED,
    BASE,
    COURSE,
    activity_of,
    fetch,
    half_an_hour,
    key_of,
    pick,
    picked,
    picker,
    set_files,
    study,
    upload,
)
from tests.web.classroom import ZHANG, Classroom
from tests.web.launching import another_programme
from tests.web.test_cmi5 import Unit


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def test_a_package_is_picked_and_studied(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, course=COURSE))
    offered = who.get("pick", package=key)
    assert re.search(rf'value="{key}/1" selected', offered.text)
    assert "Course of the programme: 教学数据收集与分析" in offered.words
    assert 'placeholder="第一课"' in offered.text

    custom = picked(pick(who, f"{key}/1"))
    page = study(room, **custom)

    assert custom["title"] == "第一课"
    assert custom["activity"] == activity_of(room, key)
    assert f'src="{custom["content"]}"' in page.text
    assert f'data-activity-id="{activity_of(room, key)}"' in page.text
    assert 'allow="fullscreen *; autoplay *; encrypted-media *"' in page.text
    assert "not one of the programme" not in html.unescape(page.text)


def test_time_that_will_not_count_is_said_before_a_package_is_added(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who))

    asked_back = pick(who, f"{key}/1")
    confirmed = pick(who, f"{key}/1", seen=f"{key}/1")

    assert asked_back.status == 422
    assert f'name="seen" value="{key}/1"' in asked_back.text
    assert picked(confirmed)["package"] == f"{key}/1"


def test_choosing_another_package_leaves_nothing_of_the_first(room: Classroom) -> None:
    who = picker(room)
    first = key_of(upload(who, course=COURSE))
    second = key_of(upload(who, packed({"index.html": PAGE.replace("第一课", "第二课")}), course=COURSE))
    checked = pick(who, f"{first}/1", action="check")
    shown = {name: re.findall(rf'name="{name}" value="([^"]*)"', checked.text)[0] for name in ("title", "activity")}

    custom = picked(pick(who, f"{second}/1", **shown))

    assert (custom["title"], custom["activity"]) == ("第二课", activity_of(room, second))


def test_a_page_that_sends_xapi_itself_gets_its_launch_parameters(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, course=COURSE))

    custom = picked(pick(who, f"{key}/1", track="xapi"))
    page = study(room, **custom)

    assert custom["track"] == "xapi"
    assert "index.html?endpoint=" in page.text


def test_an_xapi_export_is_launched_with_its_own_activity(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, packed({"tincan.xml": TINCAN, "index_lms.html": PAGE}), course=COURSE))

    custom = picked(pick(who, f"{key}/1"))
    page = study(room, **custom)

    assert (custom["track"], custom["activity"]) == ("xapi", "https://author.example.org/tincan/1")
    assert "activity_id=https%3A%2F%2Fauthor.example.org%2Ftincan%2F1" in html.unescape(page.text)
    room.send(half_an_hour("https://author.example.org/tincan/1"))
    assert room.credits_of(ZHANG).online.seconds == 1800


@pytest.mark.parametrize("value", ["nothing", "00000000-0000-0000-0000-000000000000/1", "../../etc/1"])
def test_a_package_that_is_not_there_is_not_added(room: Classroom, value: str) -> None:
    page = pick(picker(room), value)
    assert (page.status, "This package is not here any more." in page.text) == (422, True)


def test_the_packages_of_others_cannot_be_picked(room: Classroom) -> None:
    key = key_of(upload(room.trainer()))
    other = room.tool.load(another_programme("nb-2027", "Ningbo 2027"))
    course = room.tool.course(room.platform, "c2")
    stranger = room.tool.visit(room.platform, course, "trainer", programme=other, **ASKED)

    assert key not in stranger.get("pick").text
    assert pick(stranger, f"{key}/1").status == 422


def test_a_cmi5_unit_is_launched_with_what_its_author_asks_for(room: Classroom, clock: FakeClock) -> None:
    who = picker(room)
    asked = {"moveOn": "CompletedAndPassed", "masteryScore": "0.8"}
    key = key_of(upload(who, cmi5(unit(1), unit(2, **asked)), course=COURSE))
    assert "第2单元 · 教学数据" in who.get("pick").words

    custom = picked(pick(who, f"{key}/2"))
    opened = Unit(room, study(room, **custom)).begin()

    assert custom["track"] == "cmi5"
    assert opened.url.startswith(custom["content"] + "&endpoint=")
    assert opened.given["activityId"] == f"{BASE}/packages/{key}/2"
    grouping = opened.data["contextTemplate"]["contextActivities"]["grouping"]
    assert {"id": "https://author.example.org/au/2"} in grouping
    assert {name: said for name, said in opened.data.items() if name not in {"contextTemplate", "returnURL"}} == {
        "launchMode": "Normal",
        "launchMethod": "AnyWindow",
        "moveOn": "CompletedAndPassed",
        "masteryScore": 0.8,
        "launchParameters": "speed=2",
    }
    opened.say("initialized")
    clock.advance(1200)
    assert opened.say("terminated", duration="PT20M").status_code == 200
    assert room.credits_of(ZHANG).online.seconds == 1200


def test_units_of_a_course_are_told_apart(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, cmi5(unit(1), unit(2)), course=COURSE))

    first = Unit(room, study(room, **picked(pick(who, f"{key}/1"))))
    second = Unit(room, study(room, **picked(pick(who, f"{key}/2"))))

    assert first.given["registration"] != second.given["registration"]
    assert first.begin().say("initialized").status_code == 200  # the launch of the other did not end it


def test_the_activitys_own_parameters_outrank_the_packages(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, cmi5(unit(1, masteryScore="0.8")), course=COURSE))
    custom = picked(pick(who, f"{key}/1"))

    assert Unit(room, study(room, **custom, mastery_score="0.5")).begin().data["masteryScore"] == 0.5


def test_a_unit_that_wants_a_window_of_its_own_gets_one(room: Classroom) -> None:
    who = picker(room)
    wish = unit(1, launchMethod="OwnWindow").replace("</au>", "<entitlementKey>k-1</entitlementKey></au>")
    key = key_of(upload(who, cmi5(wish), course=COURSE))

    page = study(room, **picked(pick(who, f"{key}/1")))

    assert "<iframe" not in page.text
    assert re.search(r'target="_blank" rel="noopener">Open the content', page.text)
    data = (
        Unit(room, replace(page, text=page.text.replace('class="button" href=', 'id="content-frame" src=')))
        .begin()
        .data
    )
    assert (data["launchMethod"], data["entitlementKey"]) == ("OwnWindow", {"courseStructure": "k-1"})


def test_a_unit_elsewhere_is_launched_where_it_is(room: Classroom) -> None:
    who = picker(room)
    text = structure(unit(1, "https://content.example.org/1.html", moveOn="Passed"))
    key = key_of(upload(who, text.encode(), "cmi5.xml", course=COURSE))

    opened = Unit(room, study(room, **picked(pick(who, f"{key}/1")))).begin()

    assert opened.url.startswith("https://content.example.org/1.html?endpoint=")
    assert (opened.data["moveOn"], opened.data["launchParameters"]) == ("Passed", "speed=1")
    assert fetch(room, f"/content/{'0' * 32}/").status_code == 404


def test_a_package_follows_the_tool_to_another_address(room: Classroom) -> None:
    """Platforms keep the address that was chosen; the package is found all the same."""
    who = picker(room)
    key = key_of(upload(who, course=COURSE))
    custom = picked(pick(who, f"{key}/1"))
    set_files(room, content_url="https://content.example.net")

    assert 'src="https://content.example.net/content/' in study(room, **custom).text
    del custom["package"]
    assert 'src="https://content.example.net/content/' in study(room, **custom).text
