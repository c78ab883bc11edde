"""What the cases of minutes have in common: how one is written, and what must hold of each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from tests.domain.notation import context_of, credit_of, rules_with, study


class Case(NamedTuple):
    name: str
    statements: str
    counted: str  # minutes:seconds
    why: str
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


GUIDE: dict[str, Any] = {"preset": "guide"}
STRICT: dict[str, Any] = {"preset": "strict"}


def named(**tables: Sequence[Case]) -> Any:
    """The cases of some tables, each a test of its own."""
    cases = [
        pytest.param(case, id=f"{table.replace('_', ' ')}: {case.name}")
        for table, listed in tables.items()
        for case in listed
    ]
    return pytest.mark.parametrize("case", cases)


def check(case: Case) -> None:
    """What the case says is counted, the parts add up to it, and every statement has one outcome."""
    minutes, seconds = case.counted.split(":")
    statements = study(case.statements)

    credit = credit_of(statements, context_of(rules=rules_with(**case.settings)))

    assert credit.online.seconds == int(minutes) * 60 + int(seconds), case.why
    assert type(credit.online.seconds) is int
    assert sum(outcome.seconds or 0 for outcome in credit.explanation) == credit.online.seconds
    assert sum(credit.online_by_day.values()) == credit.online.seconds
    assert sum(credit.online_by_course.values()) == credit.online.seconds
    assert sum(credit.online_by_focus_point.values()) == credit.online.seconds
    assert sorted(one.statement for one in credit.explanation) == sorted(one.statement for one in statements)
