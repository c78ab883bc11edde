"""The small things that everything rests on: decimals, identifier keys, courses, trust, the structure."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.domain.courses import CourseFinder
from lti_tool.domain.decimals import floor_to_tenth, proportion, split_in_tenths
from lti_tool.domain.identifiers import (
    account_key,
    email_key,
    list_account_names,
    openid_key,
    participant_key,
    sha1sum_key,
)
from lti_tool.domain.minutes.sums import split_seconds
from lti_tool.domain.points import school_points, stage_of, valid_points
from lti_tool.domain.reasons import TEXTS, Reason
from lti_tool.domain.roster import differs_from_roster
from lti_tool.domain.rules import Audience
from lti_tool.domain.structure import Structure, StructureBounds
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, Course, Evidence, Group, Kind, Participant, Stage, Waiver
from tests.domain.notation import NOW, SCHOOL, context_of, credit_of, programme, rules_with, study, zhejiang
from tests.domain.people import assessed, did


@pytest.mark.parametrize(
    ("value", "cut"), [("16.999", "16.9"), ("17", "17"), ("24.95", "24.9"), ("0.09", "0"), ("-0.01", "-0.1")]
)
def test_credits_are_never_rounded_up(value: str, cut: str) -> None:
    assert floor_to_tenth(Decimal(value)) == Decimal(cut)


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"),
    [(17, 53_999, 54_000, "16.9"), (17, 54_000, 54_000, "17"), (17, 60_000, 54_000, "17"), (17, 0, 54_000, "0")],
)
def test_a_proportion(amount: int, part: int, whole: int, expected: str) -> None:
    assert proportion(Decimal(amount), part, whole) == Decimal(expected)


@pytest.mark.parametrize(
    ("amount", "names", "shares"),
    [
        ("5", "abc", ("1.7", "1.7", "1.6")),
        ("5", "a", ("5",)),
        ("0.1", "ab", ("0.1", "0")),
        ("24.9", "ab", ("12.5", "12.4")),
    ],
)
def test_tenths_are_shared_out_and_add_up(amount: str, names: str, shares: tuple[str, ...]) -> None:
    found = split_in_tenths(Decimal(amount), tuple(names))

    assert found == dict(zip(names, map(Decimal, shares), strict=True))
    assert sum(found.values()) == Decimal(amount)


@pytest.mark.parametrize(
    ("seconds", "points", "shares"),
    [
        (300, ("T2", "T7"), [("T2", 150), ("T7", 150)]),
        (5, ("T2", "T7", "T1"), [("T2", 2), ("T7", 2), ("T1", 1)]),
        (5, ("T2", "T2"), [("T2", 5)]),
        (5, (), [("", 5)]),
    ],
)
def test_seconds_are_shared_out_and_add_up(
    seconds: int, points: tuple[str, ...], shares: list[tuple[str, int]]
) -> None:
    assert list(split_seconds(seconds, points)) == shares


def test_identifier_keys() -> None:
    assert account_key("https://moodle.example.org/", "42") == "account|https://moodle.example.org|42"
    assert account_key("https://moodle.example.org", "42") == account_key("https://moodle.example.org/", "42")
    assert account_key("https://lms.example.org/X", "42") == "account|https://lms.example.org/X|42"
    assert email_key("mailto:Zhang@Example.org ") == email_key("zhang@example.org")
    assert email_key("zhang@example.org") == "mbox_sha1sum|5ed87df6993ca944658f3b6aa6c5597402150a0e"
    assert sha1sum_key("ABCDEF") == "mbox_sha1sum|abcdef"
    assert openid_key("https://me.example.org") == "openid|https://me.example.org"
    assert participant_key("a6f10c3e") == "participant|a6f10c3e"


def test_an_activity_belongs_to_the_course_of_its_iri_else_of_the_longest_prefix() -> None:
    courses = [
        Course("https://c.example.org/*", "all"),
        Course("https://c.example.org/a/*", "a"),
        Course("https://c.example.org/a/1", "exactly"),
        Course("https://c.example.org/b", "b, and only b"),
    ]
    finder = CourseFinder(courses)

    titles = {
        "https://c.example.org/a/1": "exactly",
        "https://c.example.org/a/2": "a",
        "https://c.example.org/a/": "a",
        "https://c.example.org/a": "all",
        "https://c.example.org/b": "b, and only b",
        "https://c.example.org/b/1": "all",
        "https://c.example.org/": "all",
    }
    for activity, title in titles.items():
        assert finder.get(activity).title == title
    assert finder.find("https://d.example.org/") is None
    with pytest.raises(LookupError, match=r"d\.example\.org"):
        finder.get("https://d.example.org/")


@pytest.mark.parametrize("kind", list(Kind))
def test_a_learners_browser_says_what_was_studied_and_handed_in_and_nothing_that_judges(kind: Kind) -> None:
    said = replace(did("p1", "plan"), kind=kind, learner_token=True, trusted_as=frozenset(Component))

    allowed = kind in {Kind.ONLINE, Kind.STAGE, Kind.LOG}
    assert distrust(said, Component.ONLINE) == (None if allowed else Reason.LEARNER_MAY_NOT)


@pytest.mark.parametrize("component", list(Component))
def test_a_source_counts_for_what_it_is_trusted_with(component: Component) -> None:
    said = replace(did("p1", "plan"), trusted_as=frozenset({Component.PRACTICE}))

    expected = None if component is Component.PRACTICE else Reason.SOURCE_NOT_TRUSTED
    assert distrust(said, component) == expected


BOUNDS = StructureBounds(total=Decimal(50), offline=Decimal(8), practice_least=Decimal(25))


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ((17, 8, 25), []),
        ((15, 8, 27), []),
        ((0, 8, 42), []),
        ((18, 8, 24), ["practice must be at least 25, not 24"]),
        ((18, 8, 25), ["must sum to 50, not 51"]),
        ((16, 9, 25), ["offline must be 8, not 9"]),
        ((-1, 8, 43), ["online must not be below 0, not -1"]),
        ((20, 7, 20), ["must sum to 50, not 47", "offline must be 8, not 7", "practice must be at least 25, not 20"]),
    ],
)
def test_a_structure_keeps_the_bounds(parts: tuple[int, int, int], faults: list[str]) -> None:
    """At 60 minutes a credit 15 + 8 + 27 fits too; at 50 or 45 practice would fall below 25 (A-01)."""
    assert list(BOUNDS.faults_of(Structure(*map(Decimal, parts)))) == faults


def group(points: str, stage: str = "primary", name: str = "grp-1") -> Group:
    return Group(name, SCHOOL, "组", Stage(stage), Audience.TEACHER, tuple(points.split()))


@pytest.mark.parametrize(
    ("points", "stage", "check", "waived", "valid"),
    [
        ("T2 T6", "primary", "error", (), "T2"),
        ("T2 T6", "secondary", "error", (), "T2 T6"),
        ("T2 T6", "primary", "warn", (), "T2 T6"),
        ("T2 T6", "primary", "error", ("point_not_ticked", "grp-1"), "T2 T6"),
        ("T2 T6", "primary", "error", ("point_not_ticked", "grp-2"), "T2"),
        ("T2 T6", "primary", "error", ("points_too_few", "grp-1"), "T2"),
        ("T2 X1", "primary", "warn", (), "T2"),
    ],
)
def test_the_points_of_a_group_that_are_valid(
    points: str, stage: str, check: str, waived: tuple[str, ...], valid: str
) -> None:
    waivers = (Waiver(*waived, "自主主题", "王主任"),) if waived else ()
    plan = programme(plan=points, stage=stage, waivers=waivers)
    rules = rules_with(stage_check=check)

    assert valid_points(plan.groups["grp-1"], plan, rules) == frozenset(valid.split())


def test_a_waiver_lets_a_point_count_for_its_own_group_only() -> None:
    """A-07: an administrator's waiver with a reason; the other group of the school stays bound."""
    groups = {name: group("T2 T6", name=name) for name in ("grp-1", "grp-2")}
    plan = programme(groups=groups, waivers=(Waiver("point_not_ticked", "grp-1", "自主主题", "王主任"),))

    context = context_of(plan)
    other = context_of(plan, participant=Participant("li", "李老师", "grp-2"))

    assert (context.place.stage_binds, other.place.stage_binds) == (False, True)
    assert context.place.own_points == {"T2", "T6"}
    assert other.place.own_points == {"T2"}


def test_a_schools_points_are_the_union_over_its_groups() -> None:
    groups = {
        "a": group("T2 T7", name="a"),
        "b": group("T6 T8", "secondary", name="b"),
        "c": replace(group("T1", name="c"), school="elsewhere"),
    }

    found = school_points(programme(groups=groups), zhejiang())

    assert found == {SCHOOL: {"T2", "T7", "T6", "T8"}, "elsewhere": {"T1"}}


def test_the_stage_of_a_group_whose_school_is_not_known_is_its_own() -> None:
    assert stage_of(replace(group("T2"), school="elsewhere"), programme(), zhejiang()) is Stage.PRIMARY


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, False),
        ({"hints": {"school": SCHOOL, "group": "grp-1", "school-stage": "primary"}}, False),
        ({"hints": {"school": "3301000999"}}, True),
        ({"hints": {"school-stage": "secondary"}}, True),
        ({"hints": {"group": "grp-9"}}, True),
        ({"hints": {"group": "grp-2"}}, False),  # also theirs
        ({"hints": {"group": "grp-2", "school-stage": "secondary"}}, False),  # that group's stage
        ({"hints": {"cohort": "3"}}, False),
        ({"practice_school": SCHOOL, "practice_group": "grp-1"}, False),
        ({"practice_school": "3301000999"}, True),
        ({"practice_group": "grp-9"}, True),
        ({"practice_group": "grp-2"}, False),
    ],
)
def test_the_roster_wins(changes: dict[str, object], differs: bool) -> None:
    plan = programme(groups={"grp-1": group("T2 T7"), "grp-2": group("T2 T7", "secondary", "grp-2")})
    context = context_of(plan, participant=Participant("zhang", "张老师", "grp-1", extra_groups=("grp-2",)))

    assert differs_from_roster(replace(did("p1", "plan"), **changes), context) is differs  # type: ignore[arg-type]


def test_evidence_of_every_kind_is_explained_in_both_languages() -> None:
    for reason in Reason:
        assert reason.text_zh.endswith("。")
        assert reason.text_en.endswith(".")


def test_a_context_hands_on_what_it_stands_on() -> None:
    context = context_of()
    said: list[Evidence] = [*study("19:00-19:05 slice A session=1"), assessed("final")]

    assert (context.group.id, context.school.id, context.school_focus_points) == ("grp-1", SCHOOL, {"T2", "T7"})
    assert [offline.id for offline in context.offline_classes] == ["cls-1"]
    assert all(one.account == said[0].account for one in said)
    with pytest.raises(KeyError):
        context_of(participant=Participant("x", "x", "no-such-group"))


def test_where_only_the_present_school_counts_ones_other_groups_are_still_ones_own() -> None:
    plan = programme(groups={"grp-1": group("T2 T7"), "grp-2": group("T2 T7", "secondary", "grp-2")})
    who = Participant("zhang", "张老师", "grp-1", extra_groups=("grp-2",))
    context = context_of(plan, rules_with(transfer_policy="current_school"), who)

    assert not differs_from_roster(replace(did("p1", "plan"), hints={"group": "grp-2"}), context)
    assert differs_from_roster(replace(did("p1", "plan"), hints={"group": "grp-3"}), context)
    assert differs_from_roster(replace(did("p1", "plan"), hints={"school-stage": "secondary"}), context)


def test_a_group_that_is_no_longer_in_the_plan_leaves_one_where_one_is() -> None:
    context = context_of(participant=Participant("zhang", "张老师", "grp-1", extra_groups=("gone",)))

    assert context.place_named("gone") is context.place


def test_figures_are_decimals_even_where_there_is_nothing() -> None:
    credit = credit_of([])
    more = credit_of([], context_of(rules=rules_with(practice_excess="show_in_total", record_mode="by_component")))

    for one in (credit, more):
        amounts = (one.accrued, one.recorded, one.online.credits, one.offline.credits, one.practice.credits)
        assert [type(amount) for amount in (*amounts, one.practice.surplus)] == [Decimal] * 6
    assert credit.as_of == NOW


def test_every_reason_has_one_sentence_of_its_own_in_each_language() -> None:
    assert list(TEXTS) == list(Reason)
    for language in (0, 1):
        sentences = [texts[language] for texts in TEXTS.values()]
        assert len(set(sentences)) == len(sentences)
    assert all(re.search("[\u4e00-\u9fff]", texts[0]) and texts[1].isascii() for texts in TEXTS.values())


def test_an_alias_belongs_to_a_course_unless_the_programme_lists_it_itself() -> None:
    listed, other = Course("https://c/1", "One"), Course("https://c/2/*", "Two")
    aliases = {"https://p/1": "https://c/1", "https://c/2/a": "https://c/1", "https://p/2": "https://c/none"}
    finder = CourseFinder((listed, other), aliases)

    assert finder.find("https://p/1") == listed
    assert finder.find("https://c/2/a") == other
    assert finder.find("https://p/2") is None


def test_the_names_of_a_persons_accounts_are_told_in_the_order_of_their_platforms() -> None:
    keys = [account_key("https://b", "x|y"), email_key("z@example.org"), account_key("https://a", "w")]
    assert list_account_names(keys) == ["w", "x|y"]


def test_uploaded_content_counts_for_the_course_that_it_is_part_of() -> None:
    course = programme().courses[0]
    context = context_of(aliases={"https://p/1": course.iri})
    assert context.index.courses.find("https://p/1") == course
