"""校本应用实践: stages on record, the right theme, an authorised approval, and how much it is worth."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Audience, Component, Credit, Evidence, Group, Participant, Programme, School, Stage
from lti_tool.rule_sets import load_rule_set
from tests.domain.notation import SCHOOL, context_of, credit_of, outcome_of, programme, rules_with
from tests.domain.people import approved, denied, did, practice

OTHER_SCHOOL = "3301000456"
CATALOGUE = (
    practice("p1", "5", "T7"),
    practice("p2", "5", "T2 T8"),
    practice("p3", "5", "T6"),
    practice("p4", "5", "T8"),
    practice("open", "5", ""),
    practice("upload", "5", "T7", "plan upload"),
    practice("reviewed", "5", "T7", "plan peer-review"),
    practice("by-setting", "5", "T7", ""),
    practice("big", "30", "T2 T7"),
    practice("thirds", "5", "T2 T7 T1"),
)
PLAN = programme(plan="T2 T7 T6", practice=CATALOGUE)
LEARNER_ONLY: dict[str, Any] = {"learner_token": True, "trusted_as": frozenset()}
STAGES = ("plan", "lesson", "reflection")


def stages(name: str, *only: str, **changes: Any) -> list[Evidence]:
    return [did(name, stage, **changes) for stage in only or STAGES]


def credit(*evidence: Evidence, plan: Programme = PLAN, who: Participant | None = None, **settings: Any) -> Credit:
    return credit_of(list(evidence), context_of(plan, rules_with(**settings), who))


class Case(NamedTuple):
    """The statements of one activity, the last of them looked at."""

    said: list[Evidence]
    credits: str
    reason: Reason
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


CASES = {
    "all stages, approved": Case([*stages("p1"), approved("p1")], "5", Reason.APPROVED),
    "approved before the stages": Case(
        [approved("p1", day="11-01"), *stages("p1")], "5", Reason.STAGE
    ),
    "waiting": Case(stages("p1"), "0", Reason.AWAITING_APPROVAL),
    "waiting, approval is automatic": Case(stages("p1"), "5", Reason.STAGE, {"approval": "auto"}),
    "a stage missing": Case([*stages("p1", "plan", "lesson"), approved("p1")], "0", Reason.STAGES_MISSING),
    "a stage missing, approval is automatic": Case(
        stages("p1", "plan", "lesson"), "0", Reason.STAGES_MISSING, {"approval": "auto"}
    ),
    "returned": Case([*stages("p1"), denied("p1")], "0", Reason.DENIED),
    "returned, approval is automatic": Case([*stages("p1"), denied("p1")], "0", Reason.DENIED, {"approval": "auto"}),
    "returned, then approved": Case([*stages("p1"), denied("p1"), approved("p1", day="12-06")], "5", Reason.APPROVED),
    "approved, then returned": Case([*stages("p1"), approved("p1"), denied("p1", day="12-06")], "0", Reason.DENIED),
    "approved twice": Case(
        [*stages("p1"), approved("p1", granted="2"), approved("p1", day="12-06", granted="3")], "3", Reason.APPROVED
    ),
    "less granted": Case([*stages("p1"), approved("p1", granted="3")], "3", Reason.APPROVED),
    "as much granted": Case([*stages("p1"), approved("p1", granted="5")], "5", Reason.APPROVED),
    "more granted": Case([*stages("p1"), approved("p1", granted="8")], "5", Reason.APPROVED),
    "2.59 granted": Case([*stages("p1"), approved("p1", granted="2.59")], "2.5", Reason.APPROVED),
    "nothing granted": Case([*stages("p1"), approved("p1", granted="0")], "0", Reason.NO_CREDITS),
    "0.09 granted": Case([*stages("p1"), approved("p1", granted="0.09")], "0", Reason.NO_CREDITS),
    "any number granted": Case([*stages("p1"), approved("p1", granted="1e308")], "5", Reason.APPROVED),
    "less than any number granted": Case([*stages("p1"), approved("p1", granted="-1e308")], "0", Reason.NO_CREDITS),
    "less than nothing granted": Case([*stages("p1"), approved("p1", granted="-3")], "0", Reason.NO_CREDITS),
    "the approval voided": Case([*stages("p1"), approved("p1", voided=True)], "0", Reason.VOIDED),
    "a stage voided": Case([*stages("p1"), approved("p1"), did("p1", "plan", voided=True)], "5", Reason.VOIDED),
    "approved by the deputy": Case([*stages("p1"), approved("p1", by_person="deputy")], "5", Reason.APPROVED),
    "approved by a principal who left later": Case(
        [*stages("p1"), approved("p1", by_person="former-principal", day="12-06", at="11:59:59")], "5", Reason.APPROVED
    ),
    "approved by a principal who has left": Case(
        [*stages("p1"), approved("p1", by_person="former-principal", day="12-06", at="12:00")],
        "0", Reason.NOT_AN_APPROVER,
    ),
    "approved by a colleague": Case(
        [*stages("p1"), approved("p1", by_person="colleague")], "0", Reason.NOT_AN_APPROVER
    ),
    "approved by another school's principal": Case(
        [*stages("p1"), approved("p1", by_person="other-principal")], "0", Reason.NOT_AN_APPROVER
    ),
    "approved by nobody known": Case([*stages("p1"), approved("p1", by_person=None)], "0", Reason.NOT_AN_APPROVER),
    "approved by oneself": Case([*stages("p1"), approved("p1", by_person="zhang")], "0", Reason.SELF_APPROVAL),
    "approved by the institution": Case(
        [*stages("p1"), approved("p1", by_person="institution")], "0", Reason.NOT_AN_APPROVER
    ),
    "approved by the institution, by setting": Case(
        [*stages("p1"), approved("p1", by_person="institution")], "5", Reason.APPROVED, {"institution_approval": "on"}
    ),
    "approved by a trainer, whatever the setting": Case(
        [*stages("p1"), approved("p1", by_person="trainer")], "0", Reason.NOT_AN_APPROVER,
        {"institution_approval": "on"},
    ),
    "returned by a colleague": Case([*stages("p1"), approved("p1"), denied("p1", day="12-06", by_person="colleague")],
                                    "5", Reason.NOT_AN_APPROVER),
    "approved from the learner's browser": Case(
        [*stages("p1"), approved("p1", **LEARNER_ONLY)], "0", Reason.LEARNER_MAY_NOT
    ),
    "stages from the learner's browser": Case([*stages("p1", **LEARNER_ONLY), approved("p1")], "5", Reason.APPROVED),
    "approved by a source for study": Case(
        [*stages("p1"), approved("p1", trusted_as=frozenset({Component.ONLINE}))], "0", Reason.SOURCE_NOT_TRUSTED
    ),
    "another participant's": Case(
        [*stages("p1"), approved("p1", practice_participant="wang")], "0", Reason.WRONG_PARTICIPANT
    ),
    "one's own, by name": Case([*stages("p1"), approved("p1", practice_participant="zhang")], "5", Reason.APPROVED),
    "not in the catalogue": Case([*stages("p9"), approved("p9")], "0", Reason.UNKNOWN_PRACTICE),
    "no activity named": Case([approved("p1", practice_activity=None)], "0", Reason.UNKNOWN_PRACTICE),
    "T6 is not ticked for primary": Case([*stages("p3"), approved("p3")], "0", Reason.POINT_NOT_TICKED),
    "T6, by a rule set that only warns": Case([*stages("p3"), approved("p3")], "5", Reason.APPROVED,
                                              {"stage_check": "warn"}),
    "T8 is not the school's": Case([*stages("p4"), approved("p4")], "0", Reason.POINT_NOT_IN_SCHOOL),
    "one of two points suffices": Case([*stages("p2"), approved("p2")], "5", Reason.APPROVED),
    "no points, and the statement says T7": Case(
        [*stages("open", focus_points=("T7",)), approved("open")], "5", Reason.APPROVED
    ),
    "no points, and none is said": Case([*stages("open"), approved("open")], "0", Reason.POINT_NOT_TICKED),
    "points, and the statement says others": Case(
        [*stages("p4", focus_points=("T7",)), approved("p4", focus_points=("T7",))], "0", Reason.POINT_NOT_IN_SCHOOL
    ),
    "an upload in place of a lesson": Case(
        [*stages("upload", "plan", "upload"), approved("upload")], "5", Reason.APPROVED
    ),
    "more stages than needed": Case([*stages("upload", "plan", "upload", "lesson"), approved("upload")], "5",
                                    Reason.APPROVED),
    "stages by setting": Case([*stages("by-setting", "plan"), approved("by-setting")], "5", Reason.APPROVED,
                              {"required_stages": ["plan"]}),
    "stages by setting, one missing": Case([*stages("by-setting", "plan"), approved("by-setting")], "0",
                                           Reason.STAGES_MISSING),
    "nothing needed at all": Case(stages("by-setting", "plan"), "5", Reason.STAGE,
                                  {"required_stages": [], "approval": "auto"}),
    "reviewed by a colleague": Case(
        [did("reviewed", "plan"), did("reviewed", "peer-review", by_person="colleague"), approved("reviewed")],
        "5", Reason.APPROVED,
    ),
    "reviewed by oneself": Case(
        [did("reviewed", "plan"), approved("reviewed"), did("reviewed", "peer-review")], "0", Reason.SELF_REVIEW
    ),
    "first moment of the cycle": Case(
        [*stages("p1", day="09-01", at="00:00"), approved("p1", day="09-01")], "5", Reason.APPROVED
    ),
    "a stage before the cycle": Case(
        [*stages("p1", "plan", "lesson"), approved("p1"), did("p1", "reflection", day="08-31", at="23:59:59")],
        "0", Reason.OUTSIDE_CYCLE,
    ),
    "approved at the last moment": Case(
        [*stages("p1"), approved("p1", day="06-30", at="23:59:59")], "5", Reason.APPROVED
    ),
    "approved a moment too late": Case([*stages("p1"), approved("p1", day="07-01", at="00:00")], "0",
                                       Reason.OUTSIDE_CYCLE),
    "approved in the days of grace": Case([*stages("p1"), approved("p1", day="07-01", at="00:00")], "5",
                                          Reason.APPROVED, {"grace_days": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_practice(case: Case) -> None:
    found = credit(*case.said, **case.settings)

    outcome = outcome_of(found, case.said[-1].statement)
    assert (found.practice.credits, outcome.reason) == (Decimal(case.credits), case.reason)
    assert outcome.counted == (case.reason in {Reason.APPROVED, Reason.STAGE})
    assert outcome.component is Component.PRACTICE
    assert sum(one.credits or 0 for one in found.explanation) == found.practice.credits
    assert sum(found.focus_points.values()) == found.practice.credits


def test_every_statement_of_an_activity_says_what_stands_in_its_way() -> None:
    said = [*stages("p1", "plan"), approved("p1", day="12-04"), denied("p1")]

    found = credit(*said)

    outcomes = [outcome_of(found, one.statement) for one in said]
    assert [one.reason for one in outcomes] == [Reason.DENIED, Reason.SUPERSEDED, Reason.DENIED]
    assert {one.component for one in outcomes} == {Component.PRACTICE}


def test_credits_of_one_point_from_several_activities_add_up() -> None:
    said = [
        one
        for name in ("p1", "upload")
        for one in (*stages(name, "plan", "lesson", "reflection", "upload"), approved(name))
    ]

    assert credit(*said).focus_points == {"T7": 10}


def test_of_two_verdicts_of_the_same_moment_the_one_stored_later_decides() -> None:
    first, second = approved("p1"), denied("p1")
    later = replace(first, stored=second.stored.replace(hour=20))

    assert credit(*stages("p1"), later, second).practice.credits == 5
    assert credit(*stages("p1"), replace(first, stored=second.stored.replace(hour=1)), second).practice.credits == 0


@pytest.mark.parametrize(
    ("amounts", "excess", "credits_", "surplus", "accrued"),
    [
        ("25", "cap", "25", "0", "25"),
        ("24.9", "cap", "24.9", "0", "24.9"),
        ("30", "cap", "25", "5", "25"),
        ("30", "show_in_total", "25", "5", "30"),
        ("10 10 10", "cap", "25", "5", "25"),
        ("30 30", "show_in_total", "25", "35", "50"),
    ],
)
def test_surplus_is_shown_and_buys_nothing(
    amounts: str, excess: str, credits_: str, surplus: str, accrued: str
) -> None:
    plan = programme(practice=tuple(practice(f"p{n}", one, "T7") for n, one in enumerate(amounts.split())))
    said = [one for name in plan.practice_activities for one in (*stages(name), approved(name))]

    found = credit(*said, plan=plan, practice_excess=excess)

    assert (found.practice.credits, found.practice.surplus) == (Decimal(credits_), Decimal(surplus))
    assert found.accrued == Decimal(accrued)
    assert sum(one.credits or 0 for one in found.explanation) == Decimal(credits_)


def test_surplus_falls_on_what_was_decided_last() -> None:
    plan = programme(practice=(practice("a", "20", "T7"), practice("b", "20", "T2"), practice("c", "5", "T2")))
    early, late, last = approved("b", day="12-02"), approved("a", day="12-03"), approved("c", day="12-04")
    said = [*stages("a"), *stages("b"), *stages("c"), late, early, last]

    found = credit(*said, plan=plan)

    assert outcome_of(found, early.statement).credits == 20
    assert (outcome_of(found, late.statement).credits, outcome_of(found, late.statement).flags) == (
        5,
        (Reason.SURPLUS,),
    )
    assert (outcome_of(found, last.statement).counted, outcome_of(found, last.statement).reason) == (
        False,
        Reason.SURPLUS,
    )
    assert found.focus_points == {"T2": 20, "T7": 5}


def test_credits_of_several_points_are_shared_in_tenths() -> None:
    found = credit(*stages("thirds"), approved("thirds"), plan=replace(PLAN, groups=groups_with("T2 T7 T1")))

    assert found.focus_points == {"T2": Decimal("1.7"), "T7": Decimal("1.7"), "T1": Decimal("1.6")}


def test_credits_are_booked_on_the_points_that_are_the_schools() -> None:
    assert credit(*stages("p2"), approved("p2")).focus_points == {"T2": 5}


@pytest.mark.parametrize(
    ("structure", "approved_", "met"),
    [((17, 8, 25), "25", True), ((17, 8, 25), "24.9", False), ((15, 8, 27), "26.9", False), ((15, 8, 27), "27", True)],
)
def test_not_less_than_25_nor_than_the_structures_share(
    structure: tuple[int, int, int], approved_: str, met: bool
) -> None:
    plan = programme(practice=(practice("p", approved_, "T7"),))
    shares = dict(zip(("online", "offline", "practice"), structure, strict=True))

    found = credit(*stages("p"), approved("p"), plan=plan, structure=shares)

    assert (found.practice.met, "practice" in found.unmet, found.practice.maximum) == (met, not met, structure[2])


@pytest.mark.parametrize(("least", "met"), [(0, True), (1, True), (2, False)])
def test_focus_points_by_person_only_if_a_setting_says_so(least: int, met: bool) -> None:
    plan = programme(practice=(practice("p", "25", "T7"),))

    assert credit(*stages("p"), approved("p"), plan=plan, teacher_min_focus=least).practice.met is met


def groups_with(points: str) -> dict[str, Group]:
    return {"grp-1": Group("grp-1", SCHOOL, "教研组", Stage.PRIMARY, Audience.TEACHER, tuple(points.split()))}


@pytest.mark.parametrize(
    ("others_points", "stage", "scope", "credits_"),
    [
        ("T8", "primary", "school", 5),  # the school's set is the union over its groups
        ("T8", "primary", "group", 0),
        ("T6", "primary", "school", 0),  # not ticked for the other group's stage: in no school's set
        ("T6", "secondary", "school", 0),  # the school's, and not ticked for this learner's stage (C9)
    ],
)
def test_the_schools_points_are_those_of_all_its_groups(
    others_points: str, stage: str, scope: str, credits_: int
) -> None:
    others = Group("grp-2", SCHOOL, "另一组", Stage(stage), Audience.TEACHER, tuple(others_points.split()))
    plan = replace(PLAN, groups={**groups_with("T2 T7"), "grp-2": others})
    name = "p4" if others_points == "T8" else "p3"

    assert credit(*stages(name), approved(name), plan=plan, practice_focus_scope=scope).practice.credits == credits_


@pytest.mark.parametrize(
    ("policy", "names", "approver", "activity", "credits_"),
    [
        ("evidence_date", "old", "other-principal", "p4", 5),  # done at the old school, for its points, by its team
        ("evidence_date", "old", "principal", "p4", 0),  # the new school's principal was not there
        ("evidence_date", "old", "other-principal", "p1", 0),  # T7 is the new school's point, not the old one's
        ("evidence_date", "grp-1", "principal", "p1", 5),
        ("evidence_date", None, "principal", "p1", 5),
        ("evidence_date", "foreign", "other-principal", "p4", 0),  # never a member of that group
        ("current_school", "old", "other-principal", "p4", 0),
        ("current_school", "old", "principal", "p1", 5),
    ],
)
def test_after_a_move_practice_is_judged_where_it_was_done(
    policy: str, names: str | None, approver: str, activity: str, credits_: int
) -> None:
    """A-25: the roster keeps the earlier group beside the new one."""
    elsewhere = {
        name: Group(name, OTHER_SCHOOL, "原教研组", Stage.PRIMARY, Audience.TEACHER, ("T8", "T9"))
        for name in ("old", "foreign")
    }
    plan = replace(
        PLAN,
        schools={**PLAN.schools, OTHER_SCHOOL: School(OTHER_SCHOOL, "原学校")},
        groups={**PLAN.groups, **elsewhere},
    )
    moved = Participant("zhang", "张老师", "grp-1", extra_groups=("old",))
    said = [*stages(activity, practice_group=names), approved(activity, practice_group=names, by_person=approver)]

    assert credit(*said, plan=plan, who=moved, transfer_policy=policy).practice.credits == credits_


def test_without_a_matrix_any_theme_will_do() -> None:
    found = credit_of([*stages("p4"), approved("p4")], context_of(PLAN, load_rule_set("blank-25-25")))

    assert (found.practice.credits, found.focus_points) == (5, {"T8": 5})
    nameless = credit_of([*stages("open"), approved("open")], context_of(PLAN, load_rule_set("blank-25-25")))
    assert nameless.focus_points == {"": 5}
