"""过程考评、最终考评, and the learner's state: 未开始 → 进行中 → 待考核 → 合格待录入 → 已录入 → 更正中."""

# ruff: noqa: E501 - tables

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.credits.online import award_online
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Component, Credit, Evidence, Status
from lti_tool.rule_sets import apply_settings, load_rule_set
from tests.domain.notation import context_of, credit_of, outcome_of, programme, rules_with, study
from tests.domain.people import approved, assessed, did, practice, signed_in, wrote_log

PLAN = programme(practice=(practice("p1", "25", "T7"),))
STUDIED = study("\n".join(f"10-{day} 08:00-11:00 slice A session=s{day} id=study-{day}" for day in range(12, 17)))
ATTENDED = [one for name in "1234" for one in (signed_in(name), wrote_log(name))]
PRACTISED = [*(did("p1", stage) for stage in ("plan", "lesson", "reflection")), approved("p1")]
COMPONENTS = [*STUDIED, *ATTENDED, *PRACTISED]
PASSED = [assessed("process"), assessed("final")]


def credit(*evidence: Evidence, entered: str | None = None, plan: str = "T2 T7", **settings: Any) -> Credit:
    where = programme(plan=plan, practice=tuple(PLAN.practice_activities.values()))
    amount = None if entered is None else Decimal(entered)
    return credit_of(list(evidence), context_of(where, rules_with(**settings), entered=amount))


class Case(NamedTuple):
    """What was said of assessments beside three met components, and what is still not met."""

    said: list[Evidence]
    unmet: str
    verdicts: dict[str, bool]
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


PROCESS, FINAL = assessed("process"), assessed("final")
ASSESSMENTS = {
    "both passed": Case([PROCESS, FINAL], "", {"process": True, "final": True}),
    "none": Case([], "assess", {}),
    "the process alone": Case([PROCESS], "assess", {"process": True}),
    "the final alone": Case([FINAL], "assess", {"final": True}),
    "the final failed": Case([PROCESS, assessed("final", passed=False)], "assess", {"process": True, "final": False}),
    "the process failed": Case(
        [assessed("process", passed=False), FINAL], "assess", {"process": False, "final": True}
    ),
    "failed, then passed": Case(
        [PROCESS, FINAL, assessed("final", passed=False, day="06-14")], "", {"process": True, "final": True}
    ),
    "passed, then failed": Case(
        [PROCESS, FINAL, assessed("final", passed=False, day="06-16")], "assess", {"process": True, "final": False}
    ),
    "a voided failure": Case(
        [PROCESS, FINAL, assessed("final", passed=False, day="06-16", voided=True)],
        "",
        {"process": True, "final": True},
    ),
    "a kind nobody knows": Case([PROCESS, assessed("midterm")], "assess", {"process": True}),
    "no kind": Case([PROCESS, assessed("")], "assess", {"process": True}),
    "by the learner's own browser": Case(
        [PROCESS, assessed("final", learner_token=True)], "assess", {"process": True}
    ),
    "by a source for practice": Case(
        [PROCESS, assessed("final", trusted_as=frozenset({Component.PRACTICE}))], "assess", {"process": True}
    ),
    "on the last day": Case([PROCESS, assessed("final", day="06-30", at="23:59:59")], "", {"process": True, "final": True}),
    "a day too late": Case([PROCESS, assessed("final", day="07-01", at="00:00")], "assess", {"process": True}),
    "in the days of grace": Case(
        [PROCESS, assessed("final", day="07-01")], "", {"process": True, "final": True}, {"grace_days": 1}
    ),
    "before the cycle": Case([PROCESS, assessed("final", day="08-31", at="23:59:59")], "assess", {"process": True}),
    "the process is derived": Case([FINAL], "", {"final": True}, {"process_assessment": "derived"}),
    "the process is derived, and failed by hand": Case(
        [assessed("process", passed=False), FINAL],
        "",
        {"process": False, "final": True},
        {"process_assessment": "derived"},
    ),
    "the final is not needed": Case([PROCESS], "", {"process": True}, {"final_required": False}),
    "the final is not needed, the process is": Case([FINAL], "assess", {"final": True}, {"final_required": False}),
    "nothing is needed by hand": Case([], "", {}, {"process_assessment": "derived", "final_required": False}),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in ASSESSMENTS.items()])
def test_assessments(case: Case) -> None:
    found = credit(*COMPONENTS, *case.said, **case.settings)

    assert " ".join(found.unmet) == case.unmet
    assert found.assessments == case.verdicts
    assert found.recorded == (0 if case.unmet else 50)
    assert found.accrued == 50


def test_a_derived_process_assessment_waits_for_the_components() -> None:
    found = credit(*ATTENDED, *PRACTISED, FINAL, process_assessment="derived")

    assert found.unmet == ("online", "assess")


@pytest.mark.parametrize(
    ("said", "reason", "counted"),
    [
        (assessed("final"), Reason.ASSESSMENT_PASSED, True),
        (assessed("final", passed=False), Reason.ASSESSMENT_FAILED, False),
        (assessed("final", voided=True), Reason.VOIDED, False),
        (assessed("midterm"), Reason.UNKNOWN_ASSESSMENT, False),
        (assessed("final", learner_token=True), Reason.LEARNER_MAY_NOT, False),
        (assessed("final", trusted_as=frozenset()), Reason.SOURCE_NOT_TRUSTED, False),
        (assessed("final", day="07-01"), Reason.OUTSIDE_CYCLE, False),
    ],
)
def test_every_assessment_says_what_became_of_it(said: Evidence, reason: Reason, counted: bool) -> None:
    outcome = outcome_of(credit(said), said.statement)

    assert (outcome.reason, outcome.counted, outcome.component) == (reason, counted, Component.ASSESSMENT)


def test_an_earlier_verdict_is_superseded() -> None:
    earlier, later = assessed("final", day="05-01"), assessed("final", day="06-01", passed=False)

    found = credit(later, earlier)

    assert outcome_of(found, earlier.statement).reason == Reason.SUPERSEDED
    assert outcome_of(found, earlier.statement).component is Component.ASSESSMENT
    assert outcome_of(found, later.statement).reason == Reason.ASSESSMENT_FAILED


@pytest.mark.parametrize(
    ("evidence", "entered", "status"),
    [
        ([], None, Status.NOT_STARTED),
        (study("19:00 experienced A"), None, Status.NOT_STARTED),  # a view carries no time: nothing has counted
        (study("19:00-19:05 slice A session=1"), None, Status.IN_PROGRESS),
        ([assessed("process")], None, Status.IN_PROGRESS),
        (COMPONENTS, None, Status.AWAITING_ASSESSMENT),
        ([*COMPONENTS, assessed("process")], None, Status.AWAITING_ASSESSMENT),
        ([*ATTENDED, *PRACTISED], None, Status.IN_PROGRESS),
        ([*COMPONENTS, *PASSED], None, Status.QUALIFIED),
        ([*COMPONENTS, *PASSED], "50", Status.RECORDED),
        ([*COMPONENTS, assessed("process")], "50", Status.CORRECTING),
        ([*ATTENDED, *PRACTISED, *PASSED], "50", Status.CORRECTING),
        ([], "50", Status.CORRECTING),
        ([*COMPONENTS, *PASSED], "49", Status.CORRECTING),
        ([], "0", Status.NOT_STARTED),  # withdrawn by hand
        ([*COMPONENTS, *PASSED], "0", Status.QUALIFIED),
    ],
)
def test_status(evidence: list[Evidence], entered: str | None, status: Status) -> None:
    assert credit(*evidence, entered=entered).status is status


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (COMPONENTS, Status.AWAITING_ASSESSMENT),  # the plan is the school's to mend; the learner waits
        ([*COMPONENTS, *PASSED], Status.IN_PROGRESS),
    ],
)
def test_status_beside_a_fault_of_the_plan(evidence: list[Evidence], status: Status) -> None:
    assert credit(*evidence, plan="T2 T7 T6").status is status


@pytest.mark.parametrize(
    ("plan", "unmet"),
    [
        ("T2 T7", ()),
        ("T2", ("plan",)),
        ("T2 T2", ("plan",)),
        ("", ("plan",)),
        ("T2 T6", ("plan",)),  # T6 is not ticked for primary
        ("T2 T7 T6", ("plan",)),  # two valid ones, and one that is not
        ("T2 T7 X1", ("plan",)),
        ("T2 G1", ()),  # of another audience: a warning only
    ],
)
def test_the_plan_of_ones_own_group(plan: str, unmet: tuple[str, ...]) -> None:
    found = credit(*COMPONENTS, *PASSED, plan=plan, practice_focus_scope="school")

    assert [name for name in found.unmet if name == "plan"] == list(unmet)


def test_a_rule_set_without_focus_points_has_no_fault_of_the_plan() -> None:
    found = credit_of([], context_of(programme(plan=""), load_rule_set("blank-25-25")))

    assert found.unmet == ("online", "practice", "assess")


@pytest.mark.parametrize(
    ("mode", "evidence", "recorded"),
    [
        ("all_or_nothing", [*COMPONENTS, *PASSED], "50"),
        ("all_or_nothing", [*ATTENDED, *PRACTISED, *PASSED], "0"),
        ("by_component", [*COMPONENTS, *PASSED], "50"),
        ("by_component", [*ATTENDED, *PRACTISED, *PASSED], "33"),
        ("by_component", [*STUDIED, *ATTENDED[:6], *PASSED], "17"),  # six of eight offline credits are not met
        ("by_component", [*ATTENDED, *PRACTISED, assessed("process")], "0"),  # never without passing
    ],
)
def test_what_is_recorded(mode: str, evidence: list[Evidence], recorded: str) -> None:
    assert credit(*evidence, record_mode=mode).recorded == Decimal(recorded)


def test_nothing_is_recorded_by_component_where_the_plan_has_a_fault() -> None:
    assert credit(*COMPONENTS, *PASSED, plan="T2 T7 T6", record_mode="by_component").recorded == 0


@pytest.mark.parametrize(
    ("seconds", "award", "credits_", "met"),
    [
        (0, "threshold", "0", False),
        (53_999, "threshold", "0", False),
        (54_000, "threshold", "17", True),
        (54_001, "threshold", "17", True),
        (0, "proportional", "0", False),
        (1, "proportional", "0", False),
        (318, "proportional", "0.1", False),  # 54,000 ÷ 170 = 317.6 s for a tenth of a credit
        (317, "proportional", "0", False),
        (27_000, "proportional", "8.5", False),
        (53_999, "proportional", "16.9", False),
        (54_000, "proportional", "17", True),
        (200_000, "proportional", "17", True),
    ],
)
def test_the_online_share(seconds: int, award: str, credits_: str, met: bool) -> None:
    found = award_online(seconds, context_of(rules=rules_with(online_award=award)))

    assert (found.credits, found.met, found.maximum) == (Decimal(credits_), met, 17)
    assert (found.seconds, found.required_seconds) == (seconds, 54_000)


@pytest.mark.parametrize(
    ("setting", "seconds", "required", "credits_"),
    [
        (36_000, 36_000, 54_000, 0),
        (36_000, 54_000, 54_000, 17),
        (60_000, 54_000, 60_000, 0),
        (60_000, 60_000, 60_000, 17),
    ],
)
def test_a_programme_may_ask_for_more_minutes_and_for_fewer_in_vain(
    setting: int, seconds: int, required: int, credits_: int
) -> None:
    """R-057: 不少于 900 分钟/人."""
    found = award_online(seconds, context_of(rules=rules_with(required_seconds=setting)))

    assert (found.required_seconds, found.credits, found.met) == (required, credits_, credits_ == 17)


def test_managers_may_have_a_structure_of_their_own() -> None:
    """A-20: the same by default, another one where the programme says so."""
    own = {"online": 15, "offline": 8, "practice": 27}
    rules = apply_settings(rules_with(), {"manager_structure": own})

    manager = credit_of([], context_of(programme(audience="manager", plan="G1 G4"), rules))
    teacher = credit_of([], context_of(programme(), rules))

    assert (manager.online.maximum, manager.practice.maximum) == (15, 27)
    assert (teacher.online.maximum, teacher.practice.maximum) == (17, 25)
    same = credit_of([], context_of(programme(audience="manager", plan="G1 G4")))
    assert (same.online.maximum, same.practice.maximum) == (17, 25)


def test_the_same_statement_twice_counts_once_and_a_voided_copy_wins() -> None:
    (said,) = study("19:00-19:05 slice A session=1 id=x")
    (voided,) = study("19:00-19:05 slice A session=1 id=x voided")

    assert credit(said, said).online.seconds == 300
    assert credit(said, voided).online.seconds == 0
    assert credit(voided, said).online.seconds == 0


def test_of_copies_under_two_accounts_the_smaller_account_is_shown() -> None:
    (first,) = study("19:00 heartbeat A id=x by=account|a|1")
    (second,) = study("19:00 heartbeat A id=x by=account|b|1")

    assert credit(first, second) == credit(second, first)


def test_the_explanation_is_in_time_order() -> None:
    found = credit(*reversed([*COMPONENTS, *PASSED]))

    times = [(one.timestamp, one.statement) for one in found.explanation]
    assert times == sorted(times)
    assert len(times) == len([*COMPONENTS, *PASSED])
