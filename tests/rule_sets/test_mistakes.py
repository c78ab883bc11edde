"""A rule set or settings with mistakes: every one of them named at once, with its place and what is allowed."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from lti_tool.rule_sets import RuleSetError, apply_settings, load_rule_set
from lti_tool.rule_sets.reader import read_rule_set

SOURCE = tomllib.loads(Path("lti_tool/rule_sets/zj-ts2-2021-10.toml").read_text(encoding="utf-8"))
ZHEJIANG = load_rule_set("zj-ts2-2021-10")


def errors_of(change: Callable[[dict[str, Any]], None]) -> list[tuple[str, str]]:
    """The mistakes of Zhejiang's rule set after a change."""
    raw = deepcopy(SOURCE)
    change(raw)
    with pytest.raises(RuleSetError) as caught:
        read_rule_set(raw)
    return caught.value.errors


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set the entry at a path such as `settings.class_max`."""

    def change(raw: dict[str, Any]) -> None:
        *tables, name = path.split(".")
        for table in tables:
            raw = raw[table]
        raw[name] = value

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        *tables, name = path.split(".")
        for table in tables:
            raw = raw[table]
        del raw[name]

    return change


FILE_CASES = [
    (drop("id"), "id", "is missing"),
    (put("id", ""), "id", "must be a text, not ''"),
    (put("id", 7), "id", "must be a text, not 7"),
    (drop("number"), "number", "is missing"),
    (put("date", "2021-10-29"), "date", "must be a date such as 2021-10-29, not '2021-10-29'"),
    (drop("title"), "title", "is missing"),
    (put("title", "x"), "title", "must be a table"),
    (drop("title.zh"), "title.zh", "is missing"),
    (put("nonsense", 1), "nonsense", "is not known here; allowed are bounds, date, domains,"),
    (drop("bounds.total"), "bounds.total", "is missing"),
    (put("bounds.total", "50"), "bounds.total", "must be a number of credits, not '50'"),
    (put("bounds.total", True), "bounds.total", "must be a number of credits, not True"),
    (put("bounds.total", -1), "bounds.total", "must be a number of credits from 0 to 1000, not -1"),
    (put("bounds.total", 1001), "bounds.total", "must be a number of credits from 0 to 1000, not 1001"),
    (put("bounds.total", float("nan")), "bounds.total", "must be a number of credits from 0 to 1000"),
    (put("bounds.total", 49.95), "bounds.total", "must have one decimal place at most, not 49.95"),
    (put("bounds.online", 1), "bounds.online", "is not known here; allowed are offline, practice_least, total"),
    (put("thresholds.team_least", 2.5), "thresholds.team_least", "must be a whole number from 0 to 1000000000"),
    (put("thresholds.team_least", True), "thresholds.team_least", "must be a whole number"),
    (
        put("thresholds.team_most_percent", 101),
        "thresholds.team_most_percent",
        "must be a whole number from 0 to 100, not 101",
    ),
    (put("thresholds.semester_ends", "31-01"), "thresholds.semester_ends", 'must be month and day such as "09-01"'),
    (put("thresholds.semester_ends", 1), "thresholds.semester_ends", 'must be month and day such as "09-01"'),
    (drop("thresholds.joint_class_below"), "thresholds.joint_class_below", "is missing"),
    (drop("settings"), "settings", "is missing"),
    (drop("settings.structure"), "settings.structure", "is missing"),
    (
        put("domains.T.audiences", ["teacher", "pupil"]),
        "domains.T.audiences",
        "must be one of teacher, manager; not 'pupil'",
    ),
    (put("domains.T.audiences", "teacher"), "domains.T.audiences", "must be a list of texts, not 'teacher'"),
    (put("domains.T.audiences", ["teacher", "teacher"]), "domains.T.audiences", "must not name anything twice"),
    (put("domains.T.audiences", ["teacher", 1]), "domains.T.audiences", "must be a text, not 1"),
    (put("domains.T", 1), "domains.T", "must be a table"),
    (put("focus_points.T1.domain", "X"), "focus_points.T1.domain", "must be one of G, T, L, P; not 'X'"),
    (
        put("focus_points.T1.stages", ["primary", "tertiary"]),
        "focus_points.T1.stages",
        "must be one of preschool, primary, secondary, vocational; not 'tertiary'",
    ),
    (drop("focus_points.T1.zh"), "focus_points.T1.zh", "is missing"),
    (
        put("focus_points.T1.colour", "red"),
        "focus_points.T1.colour",
        "is not known here; allowed are domain, en, stages, zh",
    ),
    (put("phases", {}), "phases", "must be a list of tables"),
    (put("phases", [1]), "phases", "must be a list of tables"),
    (lambda raw: drop("code")(raw["phases"][1]), "phases[1].code", "is missing"),
    (lambda raw: drop("source")(raw["phases"][1]["tasks"][2]), "phases[1].tasks[2].source", "is missing"),
    (lambda raw: put("tasks", 1)(raw["phases"][0]), "phases[0].tasks", "must be a list of tables"),
    (drop("terms.roles.trainer.en"), "terms.roles.trainer.en", "is missing"),
    (put("terms.roles", []), "terms.roles", "must be a table"),
    (
        put("presets.strict.max_session_min", 0),
        "presets.strict.max_session_min",
        "must be a whole number from 1 to 1440, not 0",
    ),
    (put("presets.strict.nothing", 0), "presets.strict.nothing", "is not a setting; the settings are structure,"),
]


@pytest.mark.parametrize(
    ("change", "place", "sentence"), FILE_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mistake_of_the_file(change: Callable[[dict[str, Any]], None], place: str, sentence: str) -> None:
    found = errors_of(change)

    assert [where for where, _ in found] == [place]
    assert found[0][1].startswith(sentence)


SETTING_CASES = [
    ({"preset": "lenient"}, "preset", "must be one of guide, strict; not 'lenient'"),
    ({"online_award": "half"}, "online_award", "must be one of threshold, proportional; not 'half'"),
    ({"online_award": 1}, "online_award", "must be one of threshold, proportional; not 1"),
    ({"nonsense": 1}, "nonsense", "is not a setting; the settings are structure,"),
    ({"structure": {"online": 18, "offline": 8, "practice": 24}}, "structure", "practice must be at least 25, not 24"),
    ({"structure": {"online": 17, "offline": 8, "practice": 26}}, "structure", "must sum to 50, not 51"),
    ({"structure": {"online": 16, "offline": 9, "practice": 25}}, "structure", "offline must be 8, not 9"),
    ({"structure": {"online": 17, "offline": 8}}, "structure.practice", "is missing"),
    (
        {"structure": {"online": 17, "offline": 8, "practice": 25, "total": 51}},
        "structure.total",
        "must be the sum of the parts, 50",
    ),
    (
        {"structure": {"online": 17, "offline": 8, "practice": 25, "extra": 1}},
        "structure.extra",
        "is not known here; allowed are offline, online, practice, total",
    ),
    ({"structure": 50}, "structure", "must be a table"),
    (
        {"manager_structure": {"online": 18, "offline": 8, "practice": 24}},
        "manager_structure",
        "practice must be at least 25, not 24",
    ),
    ({"offline_sessions": [4, 4, 4]}, "offline_sessions", "must sum to 8, not 12"),
    ({"offline_sessions": 8}, "offline_sessions", "must be a list of credits, not 8"),
    ({"offline_sessions": ["2"]}, "offline_sessions", "must be a number of credits, not '2'"),
    ({"cohort": {"start": "09-01"}}, "cohort.end", "is missing"),
    (
        {"cohort": {"start": "09-31", "end": "06-30"}},
        "cohort.start",
        "must be month and day such as \"09-01\", not '09-31'",
    ),
    ({"makeup": "yes"}, "makeup", "must be true or false, not 'yes'"),
    ({"class_max": 0}, "class_max", "must be a whole number from 1 to 100000, not 0"),
    ({"class_max": 90.5}, "class_max", "must be a whole number from 1 to 100000, not 90.5"),
    ({"teacher_min_focus": 24}, "teacher_min_focus", "must be a whole number from 0 to 23, not 24"),
    ({"required_stages": "plan"}, "required_stages", "must be a list of texts, not 'plan'"),
    ({"zone": "Asia/Hangzhou"}, "zone", "must be a time zone such as \"Asia/Shanghai\", not 'Asia/Hangzhou'"),
    ({"zone": 8}, "zone", 'must be a time zone such as "Asia/Shanghai", not 8'),
    ({"zone": "../etc"}, "zone", "must be a time zone"),
    ({"heartbeat_seconds": 120, "slice_min": 1}, "slice_min", "must not be shorter than heartbeat_seconds, 120"),
    ({"practice_catalogue": []}, "practice_catalogue", "is written as [[practice_activities]] of the programme file"),
    ({"sources": []}, "sources", "is given by the credentials: xuefen credential create --evidence"),
    ({"cohorts": []}, "cohorts", "is written as start and end of [programme]"),
]


@pytest.mark.parametrize(
    ("settings", "place", "sentence"), SETTING_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mistake_of_the_settings(settings: dict[str, Any], place: str, sentence: str) -> None:
    with pytest.raises(RuleSetError) as caught:
        apply_settings(ZHEJIANG, settings)

    assert [where for where, _ in caught.value.errors] == [place]
    assert caught.value.errors[0][1].startswith(sentence)


def test_every_mistake_is_named_at_once() -> None:
    def spoil(raw: dict[str, Any]) -> None:
        for change in (drop("id"), put("settings.class_max", 0), put("settings.nonsense", 1), put("date", 1)):
            change(raw)
        put("focus_points.T1.domain", "X")(raw)

    found = [place for place, _ in errors_of(spoil)]

    assert sorted(found) == ["date", "focus_points.T1.domain", "id", "settings.class_max", "settings.nonsense"]


def test_several_mistakes_of_settings_are_named_at_once_and_nothing_is_applied() -> None:
    before = ZHEJIANG.hash
    with pytest.raises(RuleSetError) as caught:
        apply_settings(ZHEJIANG, {"preset": "strict", "class_max": 0, "makeup": 1, "online_award": "proportional"})

    assert [place for place, _ in caught.value.errors] == ["class_max", "makeup"]
    assert str(caught.value) == (
        "class_max: must be a whole number from 1 to 100000, not 0; makeup: must be true or false, not 1"
    )
    assert load_rule_set("zj-ts2-2021-10").hash == ZHEJIANG.hash == before


def test_settings_that_say_the_total_agree_with_it() -> None:
    shares = {"online": 15, "offline": 8, "practice": 27, "total": 50}

    assert apply_settings(ZHEJIANG, {"structure": shares}).structure.practice == 27


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read: No such file or directory"), (b"id = ", "is not TOML: "), (b"\xff\xfe", "is not TOML: ")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    own = tmp_path / "own.toml"
    if content is not None:
        own.write_bytes(content)

    with pytest.raises(RuleSetError) as caught:
        load_rule_set(str(own))

    assert sentence in caught.value.errors[0][1]
