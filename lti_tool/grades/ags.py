"""Assignment and Grade Services 2.0 on the wire: addresses, content types and bodies, exactly as platforms demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from lti_tool.grades.values import Grade
from lti_tool.grades.wire import Answer, Call

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
LINE_ITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass(frozen=True, slots=True)
class Result:
    """What the platform holds for one person: points on `maximum`, and its time where it tells it."""

    value: Decimal | None
    maximum: Decimal | None
    comment: str | None


def score_call(line_item_url: str, sub: str, grade: Grade, timestamp: datetime, extensions: Mapping[str, Any]) -> Call:
    """POST of a score (AGS 3.4). The body is compact: Moodle puts it into its status line when it refuses."""
    body = {
        "userId": sub,
        "scoreGiven": float(grade.value),
        "scoreMaximum": float(grade.maximum),
        "comment": grade.comment,
        "activityProgress": grade.progress.value,
        "gradingProgress": "FullyGraded",
        "timestamp": timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **extensions,
    }
    return Call("POST", below(line_item_url, "scores"), {"Content-Type": _SCORE}, orjson.dumps(body))


def result_call(line_item_url: str, sub: str) -> Call:
    """GET of one person's result (AGS 3.3)."""
    return Call("GET", with_query(below(line_item_url, "results"), {"user_id": sub}), {"Accept": _RESULTS})


def find_call(line_items_url: str, resource_id: str, tag: str) -> Call:
    """GET of the course's line items that are ours (AGS 3.2.8)."""
    wanted = {"resource_id": resource_id, "tag": tag, "limit": "100"}
    return Call("GET", with_query(line_items_url, wanted), {"Accept": _LINE_ITEMS})


def create_call(line_items_url: str, label: str, maximum: Decimal, resource_id: str, tag: str) -> Call:
    """POST of a new line item (AGS 3.2.4)."""
    body = {"label": label, "scoreMaximum": float(maximum), "resourceId": resource_id, "tag": tag}
    return Call("POST", line_items_url, {"Content-Type": _LINE_ITEM, "Accept": _LINE_ITEM}, orjson.dumps(body))


def read_result(answer: Answer, sub: str) -> Result | None:
    """A person's result in an answer; None where there is none. ValueError if it makes no sense."""
    rows = orjson.loads(answer.body)
    if not isinstance(rows, list):
        raise TypeError("results must be a list")
    row = next((one for one in rows if isinstance(one, dict) and str(one.get("userId")) == sub), None)
    if row is None:
        return None
    return Result(_decimal(row.get("resultScore")), _decimal(row.get("resultMaximum")), row.get("comment"))


def read_line_items(answer: Answer) -> list[dict[str, Any]]:
    """The line items of an answer; ValueError or TypeError if it makes no sense."""
    rows = orjson.loads(answer.body)
    if not isinstance(rows, list):
        raise TypeError("line items must be a list")
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]


def below(url: str, name: str) -> str:
    """`…/lineitem?type_id=3` → `…/lineitem/scores?type_id=3`: Moodle's line items carry a query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def with_query(url: str, more: Mapping[str, str]) -> str:
    """The address with further query parameters."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *more.items()])))


def is_same_host(url: str, *others: str | None) -> bool:
    """Whether an address belongs to one of the hosts that the platform itself gave (scheme, host and port)."""
    return any(urlsplit(url)[:2] == urlsplit(other)[:2] for other in others if other)


def _decimal(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
