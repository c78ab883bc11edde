"""The worked cases C1–C20 of the credit algorithm (domain.md §3c), as one table.

minutes: online study counted. sessions, logs: half-days of 2 credits signed in to, and logged. practice: approved
activities as "focus point credits". Then what must come out; 未达 is what is not met.
"""

# ruff: noqa: E501 - tables

from datetime import timedelta
from decimal import Decimal

import pytest

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Evidence, Status
from tests.domain.notation import context_of, credit_of, moment, programme, rules_with, study, zhejiang
from tests.domain.people import approved, assessed, did, practice, signed_in, wrote_log

TABLE = """
case | stage     | audience | plan  | minutes | sessions | logs | practice    | final | online | offline | practice | accrued | unmet          | recorded
C1   | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 10, T7 15| pass  | 17     | 8       | 25       | 50      |                | 50
C2   | primary   | teacher  | T2 T7 | 899:59  | 4        | 4    | T2 10, T7 15| pass  | 0      | 8       | 25       | 33      | online         | 0
C2b  | primary   | teacher  | T2 T7 | 899:59  | 4        | 4    | T2 10, T7 15| pass  | 16.9   | 8       | 25       | 49.9    | online         | 0
C3   | primary   | teacher  | T2 T7 | 2400    | 4        | 4    | T2 10, T7 15| pass  | 17     | 8       | 25       | 50      |                | 50
C4   | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 24.9     | pass  | 17     | 8       | 24.9     | 49.9    | practice       | 0
C5   | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 10, T7 20| pass  | 17     | 8       | 25 +5    | 50      |                | 50
C6   | primary   | teacher  | T2 T7 | 600     | 4        | 4    | T2 10, T7 20| pass  | 0      | 8       | 25 +5    | 33      | online         | 0
C7   | primary   | teacher  | T2    | 900     | 4        | 4    | T2 25       | pass  | 17     | 8       | 25       | 50      | plan           | 0
C8   | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 25       | pass  | 17     | 8       | 25       | 50      |                | 50
C9   | primary   | teacher  | T2 T6 | 900     | 4        | 4    | T2 20, T6 5 | pass  | 17     | 8       | 20       | 45      | practice plan  | 0
C10  | secondary | teacher  | T2 T6 | 900     | 4        | 4    | T2 20, T6 5 | pass  | 17     | 8       | 25       | 50      |                | 50
C11  | primary   | teacher  | T2 T7 | 900     | 3        | 3    | T2 10, T7 15| pass  | 17     | 6       | 25       | 48      | offline        | 0
C12  | primary   | teacher  | T2 T7 | 900     | 4        | 3    | T2 10, T7 15| pass  | 17     | 6       | 25       | 48      | offline        | 0
C13  | primary   | teacher  | T2 T7 | 900     | 0        | 0    | T2 10, T7 15| pass  | 17     | 0       | 25       | 42      | offline        | 0
C14  | primary   | manager  | G1 G4 | 900     | 4        | 4    | G1 25       | pass  | 17     | 8       | 25       | 50      |                | 50
C15  | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 10, T7 15| fail  | 17     | 8       | 25       | 50      | assess         | 0
C16  | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 20, T8 5 | pass  | 17     | 8       | 20       | 45      | practice       | 0
C17  | preschool | teacher  | T1 T9 | 900     | 4        | 4    | T1 25       | pass  | 17     | 8       | 25       | 50      |                | 50
C18  | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 10, T7 15| pass  | 15     | 8       | 25       | 48      | practice       | 0
C19  | primary   | teacher  | T2 T7 | 900     | 4        | 4    | T2 20, T7 5v| pass  | 17     | 8       | 20       | 45      | practice       | 0
C20  | primary   | teacher  | T2 T7 | 840+60  | 4        | 4    | T2 10, T7 15| pass  | 0      | 8       | 25       | 33      | online         | 0
"""
SETTINGS = {
    "C2b": {"online_award": "proportional"},
    "C18": {"structure": {"online": 15, "offline": 8, "practice": 27}},
}


def _rows() -> list[dict[str, str]]:
    header, *lines = (line.split("|") for line in TABLE.strip().splitlines())
    names = [name.strip() for name in header]
    names[11] = "practice credits"
    names[7] = "practice"
    return [dict(zip(names, (cell.strip() for cell in line), strict=True)) for line in lines]


def evidence_of(row: dict[str, str]) -> list[Evidence]:
    """The evidence that a row of the table describes."""
    evidence = minutes_of(row["minutes"])
    for session in "1234":
        if session <= row["sessions"]:
            evidence.append(signed_in(session))
        if session <= row["logs"]:
            evidence.append(wrote_log(session))
    for name, (_, _, voided) in enumerate(_practice_of(row)):
        evidence += [did(f"p{name}", stage) for stage in ("plan", "lesson", "reflection")]
        evidence.append(approved(f"p{name}", voided=voided))
    return [*evidence, assessed("process"), assessed("final", passed=row["final"] == "pass")]


def _practice_of(row: dict[str, str]) -> list[tuple[str, str, bool]]:
    """(focus point, credits, voided) of each approved activity."""
    cells = (cell.split() for cell in row["practice"].split(","))
    return [(point, amount.removesuffix("v"), amount.endswith("v")) for point, amount in cells]


def minutes_of(text: str) -> list[Evidence]:
    """`900`, `899:59`, or `840+60`: 60 of them on 28 August, before the cohort opens."""
    inside, _, before = text.partition("+")
    minutes, _, extra = inside.partition(":")
    whole, rest = divmod(int(minutes), 120)
    lengths = [timedelta(hours=2)] * whole + [timedelta(minutes=rest, seconds=int(extra or 0))]
    begins = moment("00:00", "10-01")
    evidence = study("\n".join(f"10-01 19:00-19:05 slice A session=s{n}" for n in range(len(lengths))))
    spans = [(begins + timedelta(days=n), begins + timedelta(days=n) + length) for n, length in enumerate(lengths)]
    placed = [_at(one, span) for one, span in zip(evidence, spans, strict=True) if span[0] < span[1]]
    return placed + (study("08-28 19:00-20:00 slice A session=before id=before") if before else [])


def _at(one: Evidence, span: tuple[object, object]) -> Evidence:
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return Evidence(**values | {"interval": span, "timestamp": span[1], "stored": span[1]})


def context_for(row: dict[str, str], rules: RuleSet) -> LearnerContext:
    """The programme of a row: its group, and a catalogue of what it practises."""
    catalogue = tuple(practice(f"p{name}", amount, point) for name, (point, amount, _) in enumerate(_practice_of(row)))
    plan = programme(stage=row["stage"], plan=row["plan"], audience=row["audience"], practice=catalogue)
    return context_of(plan, rules)


ROWS = [pytest.param(row, id=row["case"]) for row in _rows()]


@pytest.mark.parametrize("row", ROWS)
def test_case(row: dict[str, str]) -> None:
    context = context_for(row, rules_with(**SETTINGS.get(row["case"], {})))

    credit = credit_of(evidence_of(row), context)

    counted, _, surplus = row["practice credits"].partition(" +")
    assert credit.online.credits == Decimal(row["online"])
    assert credit.offline.credits == Decimal(row["offline"])
    assert (credit.practice.credits, credit.practice.surplus) == (Decimal(counted), Decimal(surplus or 0))
    assert credit.accrued == Decimal(row["accrued"])
    assert " ".join(credit.unmet) == row["unmet"]
    assert credit.recorded == Decimal(row["recorded"])
    assert sum(credit.focus_points.values()) == credit.practice.credits
    assert sum(one.credits or 0 for one in credit.explanation if one.component == "offline") == credit.offline.credits
    assert sum(one.credits or 0 for one in credit.explanation if one.component == "practice") == credit.practice.credits


def test_every_case_of_the_table_is_here() -> None:
    names = [row["case"] for row in _rows()]

    assert names == ["C1", "C2", "C2b", *(f"C{n}" for n in range(3, 21))]


def test_a_full_score_says_where_it_comes_from() -> None:
    row = _rows()[0]

    credit = credit_of(evidence_of(row), context_for(row, zhejiang()))

    assert credit.focus_points == {"T2": Decimal(10), "T7": Decimal(15)}
    assert credit.status is Status.QUALIFIED
    assert credit.assessments == {"process": True, "final": True}
    assert (credit.rule_set, credit.rule_set_hash) == ("zj-ts2-2021-10", zhejiang().hash)
    assert (credit.maximum, credit.online.maximum, credit.online.required_seconds) == (50, 17, 54_000)
    assert credit.participant == "zhang"
    assert all(outcome.counted for outcome in credit.explanation)


def test_c12_the_missing_log_handed_in_later_makes_eight_of_six() -> None:
    row = next(row for row in _rows() if row["case"] == "C12")

    credit = credit_of([*evidence_of(row), wrote_log("4", day="12-20")], context_for(row, zhejiang()))

    assert (credit.offline.credits, credit.unmet) == (8, ())


def test_c19_what_was_entered_is_being_corrected_and_not_withdrawn_silently() -> None:
    row = next(row for row in _rows() if row["case"] == "C19")
    context = context_for(row, zhejiang())
    entered = LearnerContext(context.participant, context.place, context.index, entered=Decimal(50))

    credit = credit_of(evidence_of(row), entered)

    assert (credit.accrued, credit.recorded, credit.status) == (45, 0, Status.CORRECTING)
