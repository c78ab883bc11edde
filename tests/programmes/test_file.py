"""Programme files (contract §5): all of it is right, or nothing is taken and every mistake is named with its place."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.identifiers import account_key, email_key
from lti_tool.programmes.file import ProgrammeFileError, parse_programme, read_programme_file

EXAMPLE = Path("examples/programme.toml")


@pytest.fixture
def raw() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def problems(raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ProgrammeFileError) as caught:
        parse_programme(raw)
    return dict(caught.value.problems)


def test_the_example_is_complete() -> None:
    file = read_programme_file(EXAMPLE)

    assert file.programme.id == "hz-2026"
    assert {participant.id for participant in file.participants} >= {"a6f10c3e", "c41b77e0", "77b0d1aa"}
    assert (account_key("https://moodle.example.org", "a6f10c3e-2b7d-4c55"), "a6f10c3e") in file.identifiers
    assert (email_key("zhang@example.org"), "a6f10c3e") in file.identifiers


def test_times_without_offset_are_in_the_programmes_zone() -> None:
    session = read_programme_file(EXAMPLE).programme.offline_classes["cls-0007"].sessions[0]

    assert session.starts_at == datetime(2026, 11, 7, 0, 30, tzinfo=UTC)
    assert session.credits == Decimal(2)


def test_five_mistakes_are_all_reported_with_their_places(raw: dict[str, Any]) -> None:
    raw["programme"]["end"] = raw["programme"]["start"]
    raw["schools"][0]["stuff"] = 62
    raw["groups"][1]["stage"] = "tertiary"
    raw["participants"][2]["emails"] = ["not an address"]
    raw["practice_activities"][0]["credits"] = 2.55

    found = problems(raw)

    assert found.keys() == {
        "programme.end",
        "schools[0].stuff",
        "groups[1].stage",
        "participants[2].emails[0]",
        "practice_activities[0].credits",
    }
    assert "preschool, primary, secondary, vocational" in found["groups[1].stage"]


def test_what_the_regulation_does_not_know_is_named_beside_all_other_mistakes(raw: dict[str, Any]) -> None:
    """Of shape, of names, of settings and of records: one run tells all of them."""
    raw["programme"]["rules"] = {"online_award": "sometimes"}
    raw["groups"][1]["school"] = "nowhere"
    raw["records"][0]["kind"] = "picnic"
    expected = {"programme.rules.online_award", "groups[1].school", "records[0].kind"}
    assert problems(raw).keys() == expected

    raw["schools"][0]["stuff"] = 62

    assert problems(raw).keys() == expected | {"schools[0].stuff"}


def test_rules_of_ones_own_are_found_beside_the_file_whatever_else_is_wrong(
    raw: dict[str, Any], tmp_path: Path
) -> None:
    source = Path("lti_tool/rule_sets/zj-ts2-2021-10.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(source, encoding="utf-8")
    raw["programme"]["rule_set"] = "own.toml"
    raw["schools"][0]["stuff"] = 62

    with pytest.raises(ProgrammeFileError) as caught:
        parse_programme(raw, folder=tmp_path)

    assert [place for place, _ in caught.value.problems] == ["schools[0].stuff"]


@pytest.mark.parametrize(
    ("section", "index", "change", "place"),
    [
        ("groups", 0, {"school": "nowhere"}, "groups[0].school"),
        ("participants", 0, {"group": "nowhere"}, "participants[0].group"),
        ("participants", 1, {"id": "a6f10c3e"}, "participants"),
        ("participants", 1, {"emails": ["zhang@example.org"]}, "participants[1]"),
        ("staff", 0, {"id": "a6f10c3e"}, "staff"),
        ("offline_classes", 0, {"schools": ["nowhere"]}, "offline_classes[0].schools[0]"),
        ("offline_classes", 0, {"host_school": "nowhere"}, "offline_classes[0].host_school"),
        ("offline_classes", 0, {"participants": ["nobody"]}, "offline_classes[0].participants[0]"),
        ("courses", 0, {"iri": "no iri"}, "courses[0].iri"),
        ("schools", 0, {"id": "a/b"}, "schools[0].id"),
        ("schools", 0, {"staff": 0}, "schools[0].staff"),
    ],
)
def test_a_mistake_names_its_place(
    raw: dict[str, Any], section: str, index: int, change: dict[str, Any], place: str
) -> None:
    raw[section][index].update(change)

    assert place in problems(raw)


def test_a_session_that_ends_before_it_starts(raw: dict[str, Any]) -> None:
    session = raw["offline_classes"][0]["sessions"][2]
    session["starts"], session["ends"] = session["ends"], session["starts"]

    assert problems(raw).keys() == {"offline_classes[0].sessions[2].ends"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, ["2", "2", "2", "2", "2"]), ({"offline_sessions": [4, 3, 1]}, ["4", "3", "1", "2", "3"])],
)
def test_sessions_that_do_not_say_are_worth_what_the_setting_says(
    raw: dict[str, Any], settings: dict[str, Any], expected: list[str]
) -> None:
    """A-13: 4 × 2 unless the programme says otherwise; a make-up is worth what was missed."""
    raw["programme"]["rules"] = settings
    sessions = raw["offline_classes"][0]["sessions"]
    sessions.append(sessions[0] | {"id": "m2", "makeup_for": "2"})
    for session in (*sessions[:3], sessions[4]):
        del session["credits"]

    found = parse_programme(raw).programme.offline_classes["cls-0007"].sessions

    assert [session.credits for session in found] == [Decimal(one) for one in expected]


def test_a_session_of_which_nothing_says_what_it_is_worth(raw: dict[str, Any]) -> None:
    raw["programme"]["rules"] = {"offline_sessions": [4, 4]}
    del raw["offline_classes"][0]["sessions"][2]["credits"]

    assert problems(raw) == {
        "offline_classes[0].sessions[2].credits": "is missing; offline_sessions of the rules has 2 sessions"
    }


def test_a_session_makes_up_for_one_that_was_missed_and_not_for_another_make_up(raw: dict[str, Any]) -> None:
    """Else one half-day, made up for twice, would give the credits of two."""
    first, second = dict(raw["offline_classes"][0]["sessions"][0]), dict(raw["offline_classes"][0]["sessions"][0])
    raw["offline_classes"][0]["sessions"] += [
        first | {"id": "m1", "makeup_for": "1"},
        second | {"id": "m2", "makeup_for": "m1"},
    ]
    last = len(raw["offline_classes"][0]["sessions"]) - 1

    assert problems(raw) == {
        f"offline_classes[0].sessions[{last}].makeup_for": '"m1" makes up for another session itself'
    }


@pytest.mark.parametrize(
    ("change", "place", "sentence"),
    [
        ({"breach": "class_to_large"}, "waivers[0].breach", "must be one of: outside_cohort, "),
        ({"subject": "nowhere"}, "waivers[0].subject", "must be the id of a school, a group, a participant, a class"),
        ({"reason": ""}, "waivers[0].reason", "Length must be between 1 and 300"),
    ],
)
def test_a_waiver_sets_something_aside(raw: dict[str, Any], change: dict[str, Any], place: str, sentence: str) -> None:
    waiver = {"breach": "class_too_large", "subject": "cls-0007", "reason": "场地限制", "by": "王主任"}
    raw["waivers"] = [waiver]
    assert parse_programme(raw).programme.waivers[0].by == "王主任"

    raw["waivers"] = [waiver | change]

    found = problems(raw)
    assert list(found) == [place]
    assert found[place].startswith(sentence)


@pytest.mark.parametrize("section", ["records", "waivers", "schools", "staff"])
@pytest.mark.parametrize("value", ["x", 5, {}, ["x"]])
def test_a_section_that_is_no_list_of_tables_is_named_and_nothing_breaks(
    raw: dict[str, Any], section: str, value: object
) -> None:
    raw[section] = value

    assert any(place.startswith(section) for place in problems(raw))


def test_a_structure_that_fails_the_rule_sets_bounds_loads_nothing(raw: dict[str, Any]) -> None:
    raw["programme"]["rules"] = {"structure": {"online": 20, "offline": 8, "practice": 22}}

    assert any(place.startswith("programme.rules.structure") for place in problems(raw))


@pytest.mark.parametrize("value", ["no-such-rules", "missing.toml"])
def test_an_unknown_rule_set(raw: dict[str, Any], value: str) -> None:
    raw["programme"]["rule_set"] = value

    assert any(place.startswith("programme.rule_set") for place in problems(raw))


def test_an_unknown_zone(raw: dict[str, Any]) -> None:
    raw["programme"]["zone"] = "Asia/Hangzhou"

    assert problems(raw).keys() == {"programme.zone"}


def test_a_breach_of_the_regulation_is_no_error_of_the_file(raw: dict[str, Any]) -> None:
    raw["groups"][0]["focus_points"] = ["T6"]  # one point, and not ticked for a primary school
    raw["schools"][0]["staff"] = 300

    assert parse_programme(raw).programme.groups["grp-math-01"].focus_points == ("T6",)


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[programme\nid = 1")

    with pytest.raises(ProgrammeFileError, match=r"broken\.toml.*TOML.*line 1"):
        read_programme_file(path)


@pytest.mark.parametrize(
    ("change", "place", "sentence"),
    [
        ({"kind": "picnic"}, "records[0].kind", "must be one of: regional_plan, school_informatization_plan,"),
        ({"basis": ["B1", "B9"]}, "records[0].basis", "must be one of: B1, B2, B3, B4, B5; not 'B9'"),
        ({"school": "nowhere"}, "records[0].school", 'there is no school "nowhere"'),
        ({"participants": ["nobody"]}, "records[0].participants[0]", 'there is no participant "nobody"'),
        ({"date": "2026-09-01"}, "records[0].date", "must be a date without quotes"),
    ],
)
def test_a_record_is_of_a_kind_that_the_regulation_names(
    raw: dict[str, Any], change: dict[str, Any], place: str, sentence: str
) -> None:
    raw["records"][0] |= change

    found = problems(raw)

    assert list(found) == [place]
    assert found[place].startswith(sentence)


def test_a_regulation_that_names_no_kinds_takes_any(raw: dict[str, Any]) -> None:
    raw["programme"] |= {"rule_set": "blank-25-25", "rules": {}}
    raw["records"][0]["kind"] = "picnic"

    assert parse_programme(raw).programme.records[0].kind == "picnic"


def test_practice_may_leave_its_points_and_stages_to_the_rules(raw: dict[str, Any]) -> None:
    del raw["practice_activities"][0]["focus_points"]
    del raw["practice_activities"][0]["required_stages"]

    activity = parse_programme(raw).programme.practice_activities["p1"]

    assert (activity.focus_points, activity.required_stages) == ((), ())


def test_training_of_the_management_team_says_so(raw: dict[str, Any]) -> None:
    raw["offline_classes"][0]["team_training"] = True

    assert parse_programme(raw).programme.offline_classes["cls-0007"].team_training is True
