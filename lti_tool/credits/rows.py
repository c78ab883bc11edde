"""Credits as rows of the table `results`."""

from datetime import datetime
from typing import Any

from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Credit
from lti_tool.storage.types import Row

_BOOKKEEPING = {"computed_touch", "computed_at", "changed_at", "obstacles", "rule_set", "rule_set_hash"}


def to_result_row(programme_id: str, credit: Credit, rules: RuleSet, *, touch: int, now: datetime) -> dict[str, Any]:
    """The row that keeps a participant's figures; the explanation is not kept, it can be asked for."""
    shows_recorded = rules.settings.gradebook_value == "recorded"
    return {
        "programme_id": programme_id,
        "participant_id": credit.participant,
        "computed_touch": touch,
        "computed_at": now,
        "changed_at": now,
        "accrued": credit.accrued,
        "maximum": credit.maximum,
        "online": credit.online.credits,
        "online_maximum": credit.online.maximum,
        "online_seconds": credit.online.seconds,
        "online_required": credit.online.required_seconds,
        "online_met": credit.online.met,
        "offline": credit.offline.credits,
        "offline_maximum": credit.offline.maximum,
        "offline_met": credit.offline.met,
        "practice": credit.practice.credits,
        "practice_maximum": credit.practice.maximum,
        "practice_surplus": credit.practice.surplus,
        "practice_met": credit.practice.met,
        "status": credit.status.value,
        "unmet": list(credit.unmet),
        "recorded": credit.recorded,
        "shown": credit.recorded if shows_recorded else None,
        "focus_points": {point: str(amount) for point, amount in credit.focus_points.items()},
        "obstacles": sorted({str(outcome.reason) for outcome in credit.explanation if not outcome.counted}),
        "rule_set": credit.rule_set,
        "rule_set_hash": credit.rule_set_hash,
    }


def figures_differ(old: Row, new: Row) -> bool:
    """Whether anything that a person would see has changed."""
    return any(old[name] != value for name, value in new.items() if name not in _BOOKKEEPING)
