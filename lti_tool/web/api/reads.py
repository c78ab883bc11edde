"""What the API answers: one function for each of its questions."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.credits.programme import UnknownProgramme
from lti_tool.credits.service import Explained
from lti_tool.domain.values import ComponentCredit, Status
from lti_tool.storage.queries import programmes
from lti_tool.storage.queries.results import list_results
from lti_tool.web.api.cursors import encode_cursor
from lti_tool.web.api.schemas import outcome_entry
from lti_tool.web.services import Services


def list_credits(services: Services, programme_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """A page of credits that reflects every statement acknowledged before; raises UnknownProgramme."""
    now = services.clock()
    _demand_programme(services, programme_id)
    services.credits.refresh(programme_id)
    with services.db.read() as conn:
        rows = list_results(
            conn,
            programme_id,
            school=query.get("school"),
            group=query.get("group"),
            status=query.get("status"),
            after=query["cursor"],
            limit=query["limit"] + 1,
        )
    shown = rows[: query["limit"]]
    is_more = len(rows) > len(shown)
    return {
        "credits": [{**_from_row(row), "as_of": now} for row in shown],
        "next": encode_cursor(shown[-1]["participant_id"]) if is_more else None,
    }


def explain_credits(services: Services, programme_id: str, participant_id: str) -> dict[str, Any] | None:
    """One participant's credits with the outcome of each statement; None for an unknown participant."""
    _demand_programme(services, programme_id)
    explained = services.credits.explain_current(programme_id, participant_id)
    return None if explained is None else _from_explained(explained, programme_id) | {"as_of": services.clock()}


def _demand_programme(services: Services, programme_id: str) -> None:
    with services.db.read() as conn:
        if programmes.find_programme(conn, programme_id) is None:
            raise UnknownProgramme(programme_id)


def _from_row(row: RowMapping) -> dict[str, Any]:
    online = {
        "credits": row["online"],
        "maximum": row["online_maximum"],
        "met": row["online_met"],
        "seconds": row["online_seconds"],
        "required_seconds": row["online_required"],
    }
    offline = {"credits": row["offline"], "maximum": row["offline_maximum"], "met": row["offline_met"]}
    practice = {
        "credits": row["practice"],
        "maximum": row["practice_maximum"],
        "met": row["practice_met"],
        "surplus": row["practice_surplus"],
    }
    return {
        "programme": row["programme_id"],
        "participant": row["participant_id"],
        "name": row["name"],
        "school": row["school_id"],
        "group": row["group_id"],
        "accrued": row["accrued"],
        "maximum": row["maximum"],
        "status": Status(row["status"]),
        "components": {"online": online, "offline": offline, "practice": practice},
        "unmet": row["unmet"],
        "recorded": row["recorded"],
        "rule_set": row["rule_set"],
        "focus_points": row["focus_points"],
    }


def _from_explained(explained: Explained, programme_id: str) -> dict[str, Any]:
    credit, context = explained.credit, explained.context
    return {
        "programme": programme_id,
        "participant": credit.participant,
        "name": explained.participant.name,
        "school": context.school.id,
        "group": context.group.id,
        "accrued": credit.accrued,
        "maximum": credit.maximum,
        "status": credit.status,
        "components": {
            "online": _component(credit.online),
            "offline": _component(credit.offline),
            "practice": _component(credit.practice),
        },
        "unmet": credit.unmet,
        "recorded": credit.recorded,
        "rule_set": credit.rule_set,
        "focus_points": credit.focus_points,
        "explanation": [outcome_entry(outcome) for outcome in credit.explanation],
    }


def _component(part: ComponentCredit) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__dataclass_fields__}
