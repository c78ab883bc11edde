"""What monitors read: the figures of their area, nobody's name, and no other area."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lti_tool.credits.snapshots import Snapshots
from lti_tool.domain.identifiers import account_key
from lti_tool.domain.values import Audience, Group, Participant, School, Staff, Stage
from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.statements import MOODLE, slice_
from tests.web.classroom import PROGRAMME, WANG, ZHANG, Classroom, next_page
from tests.web.launching import EXAMPLE, Visitor

CITY, COUNTY, OTHER_COUNTY = "杭州市", "西湖区", "滨江区"
MONITORS = {
    "all": Staff("all", "省中心", "monitor", {}),
    "city": Staff("city", "市中心", "monitor", {"city": CITY}),
    "county": Staff("county", "区领导小组", "county_group", {"county": COUNTY}),
    "empty": Staff("empty", "外市中心", "monitor", {"city": "宁波市"}),
    "trainer": Staff("trainer-2", "李培训师", "trainer", {"county": COUNTY}),
}


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    found = Classroom.on(db, clock, tmp_path / "files")
    found.load(with_monitors())
    return found


def with_monitors(**more: Any) -> Any:
    """The example with a further school in another county, and monitors of every level."""
    programme = EXAMPLE.programme
    school = School("3301000789", "滨江小学", CITY, OTHER_COUNTY, 40)
    group = replace(
        programme.groups["grp-math-01"], id="grp-river", school=school.id, name="语文组", stage=Stage.PRIMARY
    )
    changed = replace(
        programme,
        schools={**programme.schools, school.id: school},
        groups={**programme.groups, group.id: group},
        staff={**programme.staff, **{one.id: one for one in MONITORS.values()}},
        **more,
    )
    people = (*EXAMPLE.participants, Participant("river-1", "江老师", "grp-river"))
    keys = tuple((account_key(MOODLE, f"acct-{one.id}"), one.id) for one in MONITORS.values())
    return replace(EXAMPLE, programme=changed, participants=people, identifiers=(*EXAMPLE.identifiers, *keys))


def monitor(room: Classroom, who: str, role: str = "trainee") -> Visitor:
    sub = f"acct-{MONITORS[who].id}"
    return room.tool.visit(room.platform, room.course, role, sub=sub, programme=PROGRAMME)


def test_a_monitor_who_opens_the_tool_is_led_to_the_indicators(room: Classroom) -> None:
    assert monitor(room, "county").get("start").location.split("?")[0].endswith("/indicators")


def test_the_city_sees_its_counties_and_goes_down_to_the_schools(room: Classroom) -> None:
    city = monitor(room, "city")

    page = city.get("indicators")
    county = city.get("indicators", county=COUNTY)

    assert f"3 schools · {len(EXAMPLE.participants) + 1} participants" in page.words
    assert COUNTY in page.words
    assert OTHER_COUNTY in page.words
    assert "示例小学" not in page.words
    assert "示例小学" in county.words
    assert "示例中学" in county.words
    assert "滨江小学" not in county.words


def test_figures_follow_what_is_on_record(room: Classroom) -> None:
    before = monitor(room, "county").get("indicators")
    room.send(slice_("2026-10-12T19:00:00+08:00", "2026-10-12T19:05:00+08:00"))
    after = monitor(room, "county").get("indicators")

    assert f"Taking part 0 % 0 of {len(EXAMPLE.participants)}" in before.words
    assert f"1 of {len(EXAMPLE.participants)}" in after.words


def test_weeks_show_how_an_area_has_come_on(room: Classroom, clock: FakeClock) -> None:
    assert "Week by week" not in monitor(room, "county").get("indicators").words
    snapshots = Snapshots(room.tool.db, room.services.credits, clock)
    snapshots.take_if_due(PROGRAMME)
    room.send(slice_("2026-10-12T19:00:00+08:00", "2026-10-12T19:05:00+08:00"))
    clock.advance(7 * 24 * 3600)
    room.services.credits.refresh(PROGRAMME)
    snapshots.take_if_due(PROGRAMME)

    page = monitor(room, "county").get("indicators")

    number = len(EXAMPLE.participants)
    share = f"{1000 // number / 10:g}"
    assert "Week by week" in page.words
    assert f"30 Nov 2026 {number} {share} %" in page.words
    assert f"23 Nov 2026 {number} 0 %" in page.words
    assert page.words.index("30 Nov 2026") < page.words.index("23 Nov 2026")
    assert "30 Nov 2026" not in monitor(room, "empty").get("indicators").words


def test_nobodys_name_is_shown(room: Classroom) -> None:
    room.send(slice_("2026-10-12T19:00:00+08:00", "2026-10-12T19:05:00+08:00"))

    for area in ({}, {"county": COUNTY}, {"school": "3301000123"}):
        text = monitor(room, "all").get("indicators", **area).text
        assert not [person.name for person in EXAMPLE.participants if person.name in text]


@pytest.mark.parametrize(
    ("who", "area"),
    [
        ("county", {"county": OTHER_COUNTY}),
        ("county", {"school": "3301000789"}),
        ("city", {"city": "宁波市"}),
        ("empty", {"county": COUNTY}),
        ("empty", {"city": CITY}),
    ],
)
def test_no_address_widens_an_area(room: Classroom, who: str, area: dict[str, str]) -> None:
    page = monitor(room, who).get("indicators", **area)

    wanted = {"滨江小学", OTHER_COUNTY} if who == "county" else {COUNTY, "示例小学"} if who == "empty" else {"宁波市"}
    assert not [name for name in wanted if name in page.words]


def test_an_area_without_schools_says_so(room: Classroom) -> None:
    assert "Nobody of this area is on the programme's roster yet." in monitor(room, "empty").get(
        "indicators"
    ).text.replace("&#39;", "'")
    assert monitor(room, "all").get("indicators", county="nowhere").status == 404


def test_the_lms_makes_no_monitor_and_unmakes_none(room: Classroom) -> None:
    """LTI roles and the programme's own list do not raise each other."""
    assert monitor(room, "county", role="trainee").get("indicators").status == 200
    assert monitor(room, "county").get("course").status == 403
    assert monitor(room, "county").get("approvals").status == 403
    assert monitor(room, "trainer").get("indicators").status == 403
    assert room.participant(ZHANG).get("indicators").status == 403
    assert room.participant(WANG).get("indicators").status == 403


def test_who_runs_the_course_sees_the_whole_programme(room: Classroom) -> None:
    page = room.trainer().get("indicators")

    assert page.status == 200
    assert "3 schools" in page.words


def test_a_monitor_of_one_programme_is_nobody_in_another(room: Classroom) -> None:
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, id="other"), identifiers=()))
    sub = f"acct-{MONITORS['all'].id}"

    stranger = room.tool.visit(room.platform, room.course, "trainee", sub=sub, programme="other")

    assert stranger.get("indicators").status == 403


def test_many_schools_come_in_pages(room: Classroom) -> None:
    schools = {f"s{n:03}": School(f"s{n:03}", f"School {n % 60:03}", CITY, COUNTY, 50) for n in range(120)}
    groups = {f"g-{id_}": Group(f"g-{id_}", id_, "G", Stage.PRIMARY, Audience.TEACHER, ("T2", "T7")) for id_ in schools}
    file = with_monitors()
    programme = replace(
        file.programme,
        schools={**file.programme.schools, **schools},
        groups={**file.programme.groups, **groups},
    )
    room.load(replace(file, programme=programme))
    county = monitor(room, "county")

    page: Any = county.get("indicators")
    rows = 0
    while page:
        rows += page.text.count('<th scope="row">')
        page = next_page(county, page)

    assert rows == len(schools) + 2


def sample(room: Classroom, who: str, **asked: str) -> Any:
    return monitor(room, who).get("indicators/sample", **asked)


def drawn(page: Any) -> list[str]:
    return re.findall(r"<li>\s*<strong>([^<]*)</strong>", page.text)


def test_whoever_draws_with_the_same_lot_draws_the_same(room: Classroom) -> None:
    once = drawn(sample(room, "all", kind="groups", number="2", lot="2026-11-24"))
    again = drawn(sample(room, "all", kind="groups", number="2", lot="2026-11-24"))
    lots = {tuple(drawn(sample(room, "all", kind="groups", number="2", lot=f"lot {n}"))) for n in range(12)}

    assert (len(once), once) == (2, again)
    assert len(lots) > 1


def test_a_sample_stays_within_the_area(room: Classroom) -> None:
    assert set(drawn(sample(room, "county", number="50"))) == {"示例小学", "示例中学"}
    assert drawn(sample(room, "county", number="50", county=OTHER_COUNTY)) != ["滨江小学"]
    assert drawn(sample(room, "city", number="50", county=OTHER_COUNTY)) == ["滨江小学"]
    assert sample(room, "empty").status == 404
    assert room.participant(ZHANG).get("indicators/sample").status == 403


def test_only_sessions_to_come_are_visited(room: Classroom, clock: FakeClock) -> None:
    clock.now = datetime(2026, 11, 10, tzinfo=UTC)
    to_come = sample(room, "county", kind="sessions", number="9")
    clock.now = datetime(2026, 11, 24, tzinfo=UTC)
    over = sample(room, "county", kind="sessions", number="9")

    assert len(drawn(to_come)) == 2  # of four, two were on 7 November
    assert "14 Nov 2026" in to_come.words
    assert "There is nothing of this kind in this area." in over.words


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, 3),  # five of three
        ({"number": "1"}, 1),
        ({"number": "0"}, 1),
        ({"number": "-3"}, 3),
        ({"number": "a lot"}, 3),
        ({"number": "9" * 400}, 3),
        ({"kind": "people"}, 3),
        ({"lot": "<script>" * 100}, 3),
    ],
)
def test_whatever_is_typed_draws_something_sensible(room: Classroom, asked: dict[str, str], shown: int) -> None:
    page = sample(room, "all", **asked)
    assert (page.status, len(drawn(page))) == (200, shown)
    assert "<script>" * 2 not in page.text


def test_no_name_of_a_person_is_drawn(room: Classroom) -> None:
    for kind in ("schools", "groups", "sessions"):
        text = sample(room, "all", kind=kind, number="50").text
        assert not [person.name for person in EXAMPLE.participants if person.name in text]


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("path", ["indicators", "indicators/sample"])
def test_fits_a_narrow_frame_without_barriers(
    room: Classroom, clock: FakeClock, page: Page, live_server: Callable[[Any], str], language: str, path: str
) -> None:
    Snapshots(room.tool.db, room.services.credits, clock).take_if_due(PROGRAMME)
    base, visitor = live_server(room.tool.app), monitor(room, "city")
    page.set_viewport_size({"width": 360, "height": 740})
    page.context.add_cookies([{"name": n, "value": v, "url": base} for n, v in visitor.cookies().items()])

    page.goto(f"{base}/at/{visitor.token}/{path}?lang={language}")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []
