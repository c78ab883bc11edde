"""Assignment and Grade Services 2.0 on the wire: addresses, content types and bodies, exactly as platforms demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from lti_tool.grades.values import Grade, Row
from lti_tool.grades.wire import Answer, Call
from lti_tool.lti.paging import next_address, with_query

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
LINE_ITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
PAGE = 100  # results or line items asked for at once: Canvas gives no more
_FINE = Decimal("0.00001")  # as fine as Moodle keeps grades


@dataclass(frozen=True, slots=True)
class Result:
    """What the platform holds for one person: points on `maximum`, and its time where it tells it."""

    sub: str
    value: Decimal | None
    maximum: Decimal | None
    timestamp: datetime | None

    def shows(self, value: Decimal | None, maximum: Decimal | None) -> bool:
        """Whether it is this value, on whatever scale the platform keeps it (it may round there)."""
        if self.value is None or value is None:
            return False
        if not self.maximum or not maximum:
            return self.value == value
        return abs(self.value * maximum - value * self.maximum) <= maximum * self.maximum / 10_000

    def points_of(self, maximum: Decimal | None) -> Decimal | None:
        """The value in points of another maximum."""
        if self.value is None or not self.maximum or not maximum:
            return self.value
        return (self.value * maximum / self.maximum).quantize(_FINE).normalize()


def score_call(line_item_url: str, sub: str, grade: Grade, timestamp: datetime, extensions: Mapping[str, Any]) -> Call:
    """POST of a score (AGS 3.4). The body is compact: Moodle puts it into its status line when it refuses."""
    body = {
        "userId": sub,
        "scoreGiven": _number(grade.value),
        "scoreMaximum": _number(grade.maximum),
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
    wanted = {"resource_id": resource_id, "tag": tag, "limit": str(PAGE)}
    return Call("GET", with_query(line_items_url, wanted), {"Accept": _LINE_ITEMS})


def create_call(line_items_url: str, label: str, maximum: Decimal, resource_id: str, tag: str) -> Call:
    """POST of a new line item (AGS 3.2.4)."""
    body = {"label": label, "scoreMaximum": _number(maximum), "resourceId": resource_id, "tag": tag}
    return Call("POST", line_items_url, {"Content-Type": _LINE_ITEM, "Accept": _LINE_ITEM}, orjson.dumps(body))


def item_call(line_item_url: str) -> Call:
    """GET of one line item (AGS 3.2.5)."""
    return Call("GET", line_item_url, {"Accept": _LINE_ITEM})


def rescale_call(line_item_url: str, item: Row, maximum: Decimal) -> Call:
    """PUT of a line item with another maximum. Everything else is repeated: Moodle blanks what is left out."""
    body = {name: value for name, value in item.items() if name != "id"} | {"scoreMaximum": _number(maximum)}
    return Call("PUT", line_item_url, {"Content-Type": _LINE_ITEM, "Accept": _LINE_ITEM}, orjson.dumps(body))


def delete_call(line_item_url: str) -> Call:
    """DELETE of a line item (AGS 3.2.7)."""
    return Call("DELETE", line_item_url)


def results_call(line_item_url: str, *, paged: bool = True) -> Call:
    """GET of everybody's results: the first page, or all of them at once."""
    url = below(line_item_url, "results")
    return Call("GET", with_query(url, {"limit": str(PAGE)}) if paged else url, {"Accept": _RESULTS})


def next_page(answer: Answer, before: Call) -> Call | None:
    """The page after an answer, by its Link header (Moodle's has typographic quotes); None after the last."""
    url = next_address(answer.headers, before.url)
    return Call("GET", url, before.headers) if url else None


def read_results(answer: Answer) -> list[Result]:
    """The results of an answer; ValueError or TypeError if it makes no sense."""
    rows = orjson.loads(answer.body)
    if not isinstance(rows, list):
        raise TypeError("results must be a list")
    return [
        Result(
            str(row["userId"]),
            _decimal(row.get("resultScore")),
            _decimal(row.get("resultMaximum")),
            _moment(row.get("timestamp")),
        )
        for row in rows
        if isinstance(row, dict) and row.get("userId") is not None
    ]


def read_line_item(answer: Answer) -> dict[str, Any]:
    """The one line item of an answer; ValueError or TypeError if it makes no sense."""
    row = orjson.loads(answer.body)
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise TypeError("a line item must have an id")
    return row


def read_line_items(answer: Answer) -> list[dict[str, Any]]:
    """The line items of an answer; ValueError or TypeError if it makes no sense."""
    rows = orjson.loads(answer.body)
    if not isinstance(rows, list):
        raise TypeError("line items must be a list")
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]


def maximum_of(item: Row) -> Decimal | None:
    """A line item's scoreMaximum."""
    return _decimal(item.get("scoreMaximum"))


def below(url: str, name: str) -> str:
    """`…/lineitem?type_id=3` → `…/lineitem/scores?type_id=3`: Moodle's line items carry a query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _decimal(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _number(value: Decimal) -> int | float:
    """Some platforms want whole numbers written as such (Open edX)."""
    return int(value) if value == value.to_integral_value() else float(value)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None
