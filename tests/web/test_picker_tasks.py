"""The picker's practice tasks, sign-in and study details: what is offered, and what goes back to the platform."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.web.launching import EXAMPLE, Installation
from tests.web.test_picker import COURSE, MOODLE, PROGRAMME, chooser, form, items, row

OTHER = "https://content.example.org/other/1"


@pytest.fixture
def moodle(tool: Installation) -> int:
    tool.load()
    return tool.register(MOODLE)


def detailed(content: str, minutes: str = "", *, seen: str = "", title: str = "") -> dict[str, str]:
    return {**row(content, title, seen=seen), "minutes": minutes}


def test_tasks_and_sign_ins_become_activities_without_a_column(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    chosen = ["credits", "practice/p1", "practice/p3", "class/cls-0007", "class/cls-0007/2"]
    made = items(tool, trainer.post("pick", form(choice=chosen, column="1")))

    assert [item["custom"] for item in made] == [
        {"programme": PROGRAMME},
        {"programme": PROGRAMME, "practice": "p1"},
        {"programme": PROGRAMME, "practice": "p3"},
        {"programme": PROGRAMME, "class": "cls-0007"},
        {"programme": PROGRAMME, "class": "cls-0007", "session": "2"},
    ]
    assert ["lineItem" in item for item in made] == [True, False, False, False, False]
    assert made[1]["title"] == "用课堂数据改进讲评"
    assert made[1]["text"] == "Practice task, worth 5 credits."
    assert made[3]["title"] == "Sign-in: 示例小学集中培训班"
    assert made[4]["title"] == "Sign-in: 示例小学集中培训班 · session 2, 7 Nov 2026 13:30"


def test_the_page_tells_what_each_is_and_why_it_brings_no_column(tool: Installation, moodle: int) -> None:
    page = chooser(tool, moodle, tool.course(moodle)).get("pick")

    assert page.text.count("would count twice") == 2
    assert re.search(r"用课堂数据改进讲评 · worth 5 credits T7 [^·]+ · Plan → Lesson → Reflection", page.words)
    assert "示例小学集中培训班 all 4 sessions in one activity · 示例小学" in page.words
    assert "Session 2: 7 Nov 2026 13:30 – 16:30" in page.words


def test_what_was_chosen_stays_chosen_while_the_form_is_worked_on(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(detailed(COURSE, "25"), action="more", choice=["practice/p1", "class/cls-0007/2"]))

    assert re.search(r'value="practice/p1" checked', page.text)
    assert re.search(r'value="class/cls-0007/2" checked', page.text)
    assert page.text.count(" checked") == 2 + page.text.count('value="1" checked')
    assert re.search(r'name="minutes" value="25"', page.text)


@pytest.mark.parametrize(
    ("choice", "custom"),
    [
        ("practice/p1", {"programme": PROGRAMME, "practice": "p1"}),
        ("class/cls-0008", {"programme": PROGRAMME, "class": "cls-0008"}),
        ("class/cls-0008/1", {"programme": PROGRAMME, "class": "cls-0008", "session": "1"}),
    ],
)
def test_a_platform_that_takes_one_item_gets_one(
    tool: Installation, moodle: int, choice: str, custom: dict[str, str]
) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle), accept_multiple=False)

    page = trainer.get("pick")
    made = items(tool, trainer.post("pick", form(detailed(COURSE), choice=[choice, "practice/p2", "class/cls-0007"])))

    assert page.text.count('type="checkbox" name="choice"') == 0
    assert [item["custom"] for item in made] == [custom]


@pytest.mark.parametrize("choice", ["practice/p9", "practice/", "class/cls-9", "class/cls-0007/9", "class/../x"])
def test_what_the_programme_no_longer_has_is_not_added(tool: Installation, moodle: int, choice: str) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(choice=["credits", choice]))

    assert page.status == 422
    assert "something chosen is there no longer" in page.words


def test_names_with_signs_of_their_own_are_told_apart(tool: Installation, moodle: int) -> None:
    activity = replace(EXAMPLE.programme.practice_activities["p1"], id="p/1?&班")
    tool.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, practice_activities={activity.id: activity})))
    trainer = chooser(tool, moodle, tool.course(moodle))

    value = re.findall(r'value="(practice/[^"]+)"', trainer.get("pick").text)[0]

    assert items(tool, trainer.post("pick", form(choice=value)))[0]["custom"]["practice"] == "p/1?&班"


# ── study content ───────────────────────────────────────────────────────────────────────────────────


def test_expected_minutes_and_points_go_with_the_content(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post(
        "pick", form(detailed(OTHER, "25", seen=OTHER, title="第一课"), **{"points-1": ["T7", "T2", "X9"]})
    )
    (made,) = items(tool, page)

    assert (made["custom"]["minutes"], made["custom"]["focus_points"]) == ("25", "T7,T2")
    assert made["text"] == "About 25 minutes."


def test_the_points_of_the_programme_file_outrank_chosen_ones(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    checked = trainer.post("pick", form(detailed(COURSE), action="check"))
    (made,) = items(tool, trainer.post("pick", form(detailed(COURSE), **{"points-1": ["T2"]})))

    assert 'name="points-1"' not in checked.text
    assert re.search(r"Online study ✓ counts T7 \S+", checked.words)
    assert "focus_points" not in made["custom"]
    assert "minutes" not in made["custom"]


def test_content_that_will_not_count_says_so_beside_its_component(tool: Installation, moodle: int) -> None:
    page = chooser(tool, moodle, tool.course(moodle)).post("pick", form(detailed(OTHER), action="check"))

    assert "Online study does not count yet" in page.words
    assert 'name="points-1" value="T7"' in page.text


def test_each_reads_the_component_in_their_own_language(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))
    english, chinese = (
        trainer.post("pick", form(detailed(COURSE), action="check"), lang=tag) for tag in ("en", "zh-CN")
    )

    assert "Online study ✓ counts" in english.words
    assert "网络研修 ✓" in chinese.words


@pytest.mark.parametrize("minutes", ["0", "601", "-5", "2.5", "abc", "１０", "9" * 50])
def test_minutes_that_are_none_are_sent_back_with_a_reason(tool: Installation, moodle: int, minutes: str) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(detailed(COURSE, minutes)))

    assert page.status == 422
    assert "Give whole minutes from 1 to 600, or leave this empty." in page.words
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize(
    ("custom", "shown", "points"),
    [
        ({"minutes": "25", "focus_points": "T2,T7"}, "About 25 minutes.", 'data-focus-points="T2,T7"'),
        ({"minutes": "25 <b>", "focus_points": "<b>"}, None, None),
        ({"minutes": "99999"}, None, None),
        ({}, None, None),
    ],
)
def test_learners_see_them_and_the_heartbeat_says_them(
    tool: Installation, moodle: int, custom: dict[str, Any], shown: str | None, points: str | None
) -> None:
    learner = tool.visit(
        moodle,
        tool.course(moodle),
        "trainee",
        sub="a6f10c3e-2b7d-4c55",
        programme=PROGRAMME,
        participant="a6f10c3e",
        custom={"content": OTHER, **custom},
    )

    page = learner.get("study")

    assert page.status == 200
    assert ("About" in page.words) is (shown is not None)
    assert shown is None or shown in page.words
    assert points is None or points in page.text
    assert "<b>" not in page.text
    assert points is not None or 'data-focus-points=""' in page.text


def test_where_the_catalogue_has_points_the_heartbeat_says_none(tool: Installation, moodle: int) -> None:
    learner = tool.visit(
        moodle,
        tool.course(moodle),
        "trainee",
        sub="a6f10c3e-2b7d-4c55",
        programme=PROGRAMME,
        participant="a6f10c3e",
        custom={"content": COURSE, "focus_points": "T2"},
    )

    page = learner.get("study")

    assert "data-focus-points" not in page.text
    assert re.search(r'<span class="chip" title="[^"]+">T7</span>', page.text)
