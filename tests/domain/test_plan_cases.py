"""Does a plan keep the regulation? Dates, what is required, the catalogue; waivers and the order of breaches."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lti_tool.domain.plan import check_plan
from lti_tool.domain.plan.sentences import SENTENCES, WORDS
from lti_tool.domain.values import Audience, Participant, Record, Stage, Waiver
from lti_tool.rule_sets import load_rule_set
from tests.domain.notation import SCHOOL, programme, zhejiang
from tests.domain.people import practice
from tests.domain.plans import REQUIREMENTS, breaches, class_plan, codes, of_staff, team

# ── dates, requirements, catalogue ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-09-01", "2027-06-30", []),
        ("2026-09-15", "2027-05-31", []),
        ("2026-08-31", "2027-06-30", ["error outside_cohort"]),
        ("2026-09-01", "2027-07-01", ["error outside_cohort"]),
        ("2026-09-01", "2028-06-30", ["error outside_cohort"]),
    ],
)
def test_a_programme_lies_in_one_cohort(start: str, end: str, expected: list[str]) -> None:
    plan = programme(start=date.fromisoformat(start), end=date.fromisoformat(end))

    found = breaches(plan, only="programme")

    assert codes(found) == expected
    assert {(breach.subject, breach.requirement) for breach in found} <= {("hz-2026", "R-038")}


def test_a_programme_outside_its_cohort_says_which() -> None:
    (found,) = breaches(programme(start=date(2026, 8, 28)), only="programme")

    assert found.numbers == {
        "start": date(2026, 8, 28),
        "end": date(2027, 6, 30),
        "opens": date(2026, 9, 1),
        "closes": date(2027, 6, 30),
    }


@pytest.mark.parametrize(
    ("seconds", "expected"), [(53_999, ["error required_seconds_low"]), (54_000, []), (90_000, [])]
)
def test_not_less_than_nine_hundred_minutes_are_required(seconds: int, expected: list[str]) -> None:
    found = breaches(programme(), only="programme", required_seconds=seconds)

    assert codes(found) == expected
    assert [one.numbers for one in found] == [{"seconds": 53_999, "least": 54_000}][: len(expected)]


@pytest.mark.parametrize(
    ("worth", "structure", "expected"),
    [
        ("25", (17, 8, 25), []),
        ("24.9", (17, 8, 25), ["warning practice_too_little"]),
        ("26.9", (15, 8, 27), ["warning practice_too_little"]),
        ("27", (15, 8, 27), []),
    ],
)
def test_the_catalogue_makes_the_credits_possible(
    worth: str, structure: tuple[int, int, int], expected: list[str]
) -> None:
    shares = dict(zip(("online", "offline", "practice"), structure, strict=True))
    plan = programme(practice=(practice("a", "10", "T2"), practice("b", str(Decimal(worth) - 10), "T7")))

    found = breaches(plan, only="programme", structure=shares)

    assert codes(found) == expected
    assert [one.numbers for one in found] == [{"credits": Decimal(worth), "required": structure[2]}][: len(expected)]


def test_an_empty_catalogue_is_not_yet_a_fault() -> None:
    assert breaches(programme(), only="programme") == []


@pytest.mark.parametrize(
    ("points", "expected"),
    [("T8", ["warning practice_for_nobody"]), ("T8 T2", []), ("", [])],
)
def test_an_activity_on_points_that_no_school_chose(points: str, expected: list[str]) -> None:
    found = breaches(programme(practice=(practice("a", "25", points),)), only="practice_activity")

    assert codes(found) == expected
    if found:
        assert found[0].sentence_en.startswith("The activity's focus points T8 are in no school's set")


# ── waivers, order, and rules without a matrix ───────────────────────────────────────────────────────


def test_a_waived_breach_stays_listed_with_who_and_why() -> None:
    plan = replace(
        programme(plan="T2 T7 T6"),
        waivers=(
            Waiver("points_too_few", "grp-1", "别的", "另一人"),
            Waiver("point_not_ticked", "grp-2", "别的", "另一人"),
            Waiver("point_not_ticked", "grp-1", "自主主题", "王主任"),
        ),
    )

    (found,) = breaches(plan, only="group")

    assert (found.code, found.waived_by, found.waiver_reason) == ("point_not_ticked", "王主任", "自主主题")


def test_errors_come_first_and_notes_last() -> None:
    plan = of_staff(45)
    wrong = replace(plan, groups={"grp-1": replace(plan.groups["grp-1"], focus_points=("G1",))})

    found = breaches(wrong, team(1, 0, 2))

    order = [breach.severity for breach in found]
    assert order == sorted(order, key=("error", "warning", "info").index)
    assert set(order) == {"error", "warning", "info"}


def test_a_rule_set_without_focus_points_checks_none() -> None:
    plan = replace(class_plan([30, 30]), practice_activities={"a": practice("a", "25", "X")})
    blank = replace(plan, groups={name: replace(group, focus_points=()) for name, group in plan.groups.items()})

    assert {one.code for one in check_plan(blank, (), load_rule_set("blank-25-25"))}.isdisjoint(
        {"points_too_few", "point_unknown", "class_without_common_point", "practice_for_nobody", "outside_cohort"}
    )


def test_another_province_is_held_to_its_own_regulation_alone() -> None:
    """25 + 25 by hours knows no principal, no plans on file, no summaries and no cohorts: none can be lacking."""
    group = replace(programme().groups["grp-1"], focus_points=())
    plan = programme(
        rule_set="blank-25-25",
        groups={"grp-1": group},
        offline_classes={},
        practice=(practice("a", "25", ""),),
        records=(Record("school_promotion_plan", date(2026, 9, 5), school=SCHOOL),),
    )
    somebody = Participant("m", "王老师", "grp-1", position="middle")

    found = check_plan(plan, [somebody], load_rule_set("blank-25-25"), today=date(2027, 5, 1), elsewhere={SCHOOL: 1})

    assert codes(found) == []


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert SENTENCES.keys() == REQUIREMENTS.keys()
    for chinese, english in SENTENCES.values():
        assert chinese.endswith("。")
        assert english.endswith(".")
    assert WORDS["stage"].keys() == {stage.value for stage in Stage}
    assert WORDS["audience"].keys() == WORDS["meant_for"].keys() == {audience.value for audience in Audience}


def test_the_guides_own_words_stand_behind_every_breach() -> None:
    """They are data of the rule set: another regulation is never quoted with this one's words."""
    assert zhejiang().terms["quotes"].keys() == {one for some in REQUIREMENTS.values() for one in some}
    assert "quotes" not in load_rule_set("blank-25-25").terms
