"""学分统一录入表: everybody who has passed, with what is to be entered or was (R-077).

Whoever has not passed stands on no such sheet; the shortfall report lists them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lti_tool.credits.service import Explained
from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.identifiers import list_account_names
from lti_tool.reports import words
from lti_tool.reports.source import Source, place_columns
from lti_tool.storage.queries import people
from lti_tool.storage.queries.recordings import find_entered
from lti_tool.storage.types import Row


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """One row for each participant with credits to enter, or entered."""
    number = 0
    for some in source.chunks():
        passed = [one for one in some if one.credit.recorded]
        ids = [one.participant.id for one in passed]
        with source.db.read() as conn:
            entered = find_entered(conn, source.programme_id, ids)
            keys = people.list_keys_of(conn, source.programme_id, ids)
        for one in passed:
            number += 1
            yield _row(number, one, entered.get(one.participant.id), keys)


def _row(number: int, one: Explained, entered: Row | None, keys: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    credit, context = one.credit, one.context
    programme = context.programme
    return {
        "number": number,
        "cohort": f"{programme.start.year}–{programme.end.year}",
        **place_columns(context),
        "stage": words.STAGES[context.group.stage],
        "focus_points": "、".join(context.group.focus_points),
        "accounts": "；".join(list_account_names(keys[one.participant.id])),
        "in_team": words.yes(one.participant.position in TEAM_POSITIONS),
        "online_minutes": credit.online.seconds // 60,
        "online": credit.online.credits,
        "offline": credit.offline.credits,
        "practice": credit.practice.credits,
        "total": credit.accrued,
        "process": words.verdict(credit.assessments.get("process")),
        "final": words.verdict(credit.assessments.get("final")),
        "verdict": words.STATUSES[credit.status],
        "recorded": credit.recorded,
        "batch": entered["batch_id"] if entered else "",
        "remark": _remark(credit.practice.surplus),
    }


def _remark(surplus: Any) -> str:
    return f"另有实践学分 {words.amount(surplus)} 超出，未计入" if surplus else ""
