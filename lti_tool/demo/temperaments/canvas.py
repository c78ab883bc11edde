"""Canvas: what its LTI services do differently, as read from its source."""

import hashlib
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlencode

import jwt
from flask import Response, jsonify, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import Course, Person
from lti_tool.demo.records import (
    Cell,
    Grant,
    Json,
    Launch,
    LineItem,
    Registration,
    ServiceError,
    new_token,
)
from lti_tool.demo.temperaments.canvas_linking import CanvasLinking
from lti_tool.demo.temperaments.generic import is_number
from lti_tool.demo.times import parse_time

_SUBMISSION = "https://canvas.instructure.com/lti/submission"
_PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
_GRADED = ("FullyGraded", "PendingManual")
_NOTHING = "The specified resource does not exist."
_TOO_FAST = "403 Forbidden (Rate Limit Exceeded)"
_MEMBERS = 50  # people on a page of the roster, at most
_RESERVED = 50.0  # units that a call under way holds
_REASONS = {
    "missing": "Missing access token",
    "unknown": "Invalid access token",
    "expired": "Access token expired",
    "scope": "Insufficient permissions",
}


class Canvas(CanvasLinking):
    product = "canvas"
    platform_name = "示例 Canvas"
    version = "cloud"
    default_issuer = "https://canvas.instructure.com"
    id_token_seconds = 3600
    key_set_max_age = 864000
    locales: ClassVar[dict[str, str]] = {"zh": "zh-Hans", "en": "en"}
    registers_active = False
    reviews = False
    used_launch_error = "launch_no_longer_valid"
    invalid_request_error = "invalid_request_object"
    required_auth = (
        "client_id",
        "redirect_uri",
        "login_hint",
        "lti_message_hint",
        "nonce",
        "scope",
        "response_type",
        "response_mode",
        "prompt",
        "state",
    )

    items_path = "/api/lti/courses/<course_id>/line_items"
    item_path = "/api/lti/courses/<course_id>/line_items/<item_id>"
    members_path = "/api/lti/courses/<course_id>/names_and_roles"

    #: The leaky bucket of a client: units that fit in, and how many run out each second.
    bucket_units = 600.0
    leak_per_second = 10.0
    #: Courses that are over.
    concluded: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._level = 0.0
        self._under_way = 0
        self._leaked_at: datetime | None = None

    # Launch

    def key_ids(self, now: datetime) -> list[str]:
        """Past, present and future."""
        return [(now + timedelta(days=30 * month)).isoformat() for month in (-1, 0, 1)]

    def new_client_id(self, type_id: str) -> str:  # noqa: ARG002
        """A number like all of them, each school in a range of its own."""
        return str(10_000_000_000_000 * (1 + secrets.randbelow(9999)) + secrets.randbelow(10_000))

    def deployment_id(self, type_id: str) -> str:
        return f"{type_id}:{hashlib.sha1(type_id.encode(), usedforsecurity=False).hexdigest()}"

    def context_id(self, course: Course) -> str:
        """Opaque; the course's own number stands in addresses only."""
        return hashlib.sha1(f"course-{course.id}".encode(), usedforsecurity=False).hexdigest()

    def login_fields(self, tool: Registration, launch: Launch) -> dict[str, str]:
        fields = super().login_fields(tool, launch)
        fields["deployment_id"] = fields.pop("lti_deployment_id")
        return {**fields, "canvas_region": "not_configured", "canvas_environment": "prod"}

    def message_hint(self, launch: Launch) -> str:
        """A signed text that is good for five minutes."""
        until = self.state.now() + timedelta(minutes=5)
        return jwt.encode({"launch": launch.id, "until": until.timestamp()}, self._secret, algorithm="HS256")

    def read_message_hint(self, hint: str) -> str | None:
        try:
            read: Json = jwt.decode(hint, self._secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        return str(read["launch"]) if read["until"] > self.state.now().timestamp() else None

    @property
    def _secret(self) -> str:
        return hashlib.sha256(self.state.base_url.encode()).hexdigest()

    def more_claims(self, tool: Registration, launch: Launch) -> Json:
        sections = {"person_sourcedid": "", "course_offering_sourcedid": ""}
        return {"azp": tool.client_id, v.LTI + "lis": sections, "locale": launch.locale}

    # Access tokens

    def check_assertion(self, claims: Json) -> None:
        """All claims, this host's token address as audience, at most five minutes old and half a minute ahead."""
        missing = [name for name in ("iss", "sub", "aud", "iat", "exp", "jti") if name not in claims]
        if missing:
            said = "the following assertions are missing: " + ",".join(missing)
            raise ServiceError(400, "invalid_request", description=said)
        audience = claims["aud"]
        if self.state.auth_token_url not in (audience if isinstance(audience, list) else [audience]):
            raise ServiceError(400, "invalid_request", description="the 'aud' is invalid")
        self.state.tool_keys.check_times(claims, oldest=300, ahead=30)

    def granted_scopes(self, tool: Registration, asked: list[str]) -> list[str]:
        """All or nothing."""
        lacking = [scope for scope in asked if scope not in tool.scopes]
        if lacking:
            said = (
                f"A requested scope is invalid, unknown, or malformed: {', '.join(lacking)} requested, but not granted"
            )
            raise ServiceError(400, "invalid_scope", description=said)
        return asked

    def access_token(self, tool: Registration, scopes: list[str]) -> tuple[str, Grant]:
        claims = {"iss": "Canvas", "sub": tool.client_id, "jti": new_token(), "scopes": " ".join(scopes)}
        return self.state.grant(tool.client_id, scopes, jwt.encode(claims, self._secret, algorithm="HS256"))

    # Services

    def admit(self) -> Response | None:
        """Refuse who calls faster than the bucket leaks, or too much at once."""
        now = self.state.now()
        if self._leaked_at is not None:
            self._level = max(0.0, self._level - self.leak_per_second * (now - self._leaked_at).total_seconds())
        self._leaked_at = now
        if self._level + _RESERVED * (self._under_way + 1) > self.bucket_units:
            return self.trouble(403)
        self._under_way += 1
        self._level += 1
        return None

    def leave(self) -> None:
        self._under_way -= 1

    def trouble(self, status: int) -> Response:
        """No 429 and no Retry-After: whoever is too fast is forbidden."""
        if status not in {403, 429}:
            return super().trouble(status)
        answer = Response(_TOO_FAST, 403, content_type="text/plain; charset=utf-8")
        answer.headers["X-Rate-Limit-Remaining"] = "0.0"
        return answer

    def finish(self, response: Response) -> Response:
        left = max(0.0, self.bucket_units - self._level - _RESERVED * self._under_way)
        response.headers["X-Request-Cost"] = "1.0"
        response.headers["X-Rate-Limit-Remaining"] = f"{left:.1f}"
        return response

    def error(self, error: ServiceError) -> Response:
        """Three forms: A with a type, B a list, V by field; or nothing at all."""
        form = error.details.get("form", "A")
        content: Any = {"errors": {"type": HTTPStatus(error.status).name.lower(), "message": error.message}}
        if form == "B":
            content = {"errors": [{"message": error.message}]}
        elif form == "V":
            fault = {"field": error.details.get("field"), "message": error.message, "error_code": "invalid"}
            content = {"errors": [fault]}
        answer = Response("") if form == "empty" else jsonify(content)
        answer.status_code = error.status
        return answer

    def unauthorized(self, reason: str) -> ServiceError:
        return ServiceError(401, _REASONS[reason])

    def missing_course(self, course_id: str) -> ServiceError:  # noqa: ARG002
        return ServiceError(404, _NOTHING, form="B")

    def foreign_item(self, item_id: str) -> ServiceError:
        """An item of another tool is refused by itself, and unknown as a place for scores and results."""
        if item_id in self.state.line_items and not request.path.endswith(("/scores", "/results")):
            return ServiceError(412, "Tool does not have permission to view line_item")
        return ServiceError(404, _NOTHING, form="B")

    # Line items

    def page_size(self, asked: int) -> int:
        return min(asked or 10, 100)

    def page_links(self, url: str, start: int, limit: int, total: int) -> str | None:
        """Links to all pages around, in one header."""
        places = {
            "current": start,
            "next": start + limit if start + limit < total else None,
            "prev": start - limit if start else None,
            "first": 0,
            "last": max(0, (total - 1) // limit * limit),
        }
        base = url.partition("?")[0]
        kept = {key: value for key, value in request.args.items() if key not in ("from", "limit")}
        return ",".join(
            f'<{base}?{urlencode({**kept, "limit": limit, "from": place})}>; rel="{name}"'
            for name, place in places.items()
            if place is not None
        )

    def check_new_item(self, tool: Registration, course_id: str, body: Json) -> None:
        for name in ("label", "scoreMaximum"):
            if not body.get(name):
                raise ServiceError(422, f"{name} is missing")
        if not is_number(body["scoreMaximum"]):
            raise ServiceError(422, "scoreMaximum must be a number")
        self.check_item_link(tool, course_id, body)

    def check_item_link(self, tool: Registration, course_id: str, body: Json) -> None:
        wanted = str(body.get("resourceLinkId") or "")
        link = self.state.links.get(wanted)
        if wanted and link is None:
            raise ServiceError(404, _NOTHING, form="B")
        if link is not None and link.client_id != tool.client_id:
            said = "Resource link id points to Tool not associated with this Context"
            raise ServiceError(422, said)
        if link is not None and link.course_id != course_id:
            raise ServiceError(412, "", form="empty")

    def update_item(self, item: LineItem, body: Json) -> None:
        """A PUT may name only what changes."""
        if "scoreMaximum" in body:
            self.rescale(item, float(body["scoreMaximum"]))
        item.label = body.get("label", item.label)
        item.tag, item.resource_id = body.get("tag", item.tag), body.get("resourceId", item.resource_id)

    def check_deletion(self, item: LineItem) -> None:
        if item.coupled:
            raise ServiceError(401, "", form="empty")

    # Scores

    def check_score(self, item: LineItem, body: Json) -> datetime:
        """In the order of Canvas's own checks."""
        if item.course_id in self.concluded:
            said = "This course has concluded. AGS requests will no longer be accepted for this course."
            raise ServiceError(422, said)
        if body.get("resourceLinkId") not in (None, item.link_id):
            raise ServiceError(412, "The specified LTI link ID is not associated with the line item.")
        if not self.state.is_gradable(item.course_id, body.get("userId")):
            raise ServiceError(422, "User not found in course or is not a student")
        for name in ("activityProgress", "gradingProgress", "timestamp"):
            if not body.get(name):
                raise ServiceError(400, f"{name} is missing", form="B")
        when = self._check_time(self.state.cells.get((item.id, body["userId"])), body["timestamp"])
        if _is_graded(body):
            self._check_points(item, body)
        submission = body.get(_SUBMISSION) or {}
        self._check_submission(submission)
        limit = item.extra.get("allowed_attempts", 0)
        used = self.state.cells.get((item.id, body["userId"]))
        if limit and used and used.attempts >= limit and submission.get("new_submission", True):
            raise ServiceError(422, "The maximum number of allowed attempts has been reached for this submission")
        if body["activityProgress"] not in _PROGRESS:
            raise ServiceError(422, "is not included in the list", form="V", field="activity_progress")
        return when

    def _check_time(self, cell: Cell | None, text: object) -> datetime:
        when = parse_time(text)
        if when is None:
            raise ServiceError(400, f"Provided timestamp of {text} not a valid timestamp")
        if cell and cell.timestamp and when < cell.timestamp:
            last = cell.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            raise ServiceError(400, f"Provided timestamp of {text} before last updated timestamp of {last}")
        return when

    def _check_submission(self, submission: Json) -> None:
        text = submission.get("submitted_at")
        when = parse_time(text)
        if text and when is None:
            raise ServiceError(400, f"Provided submitted_at timestamp of {text} not a valid timestamp")
        if when is not None and when > self.state.now() + timedelta(minutes=1):
            raise ServiceError(400, f"Provided submitted_at timestamp of {text} in the future")
        if submission.get("submission_type") == "online_upload" and not submission.get("content_items"):
            raise ServiceError(422, "Content items must be provided with submission type 'online_upload'")

    def _check_points(self, item: LineItem, body: Json) -> None:
        maximum = body.get("scoreMaximum")
        if not is_number(maximum):
            raise ServiceError(422, "ScoreMaximum not supplied when ScoreGiven present.")
        points: tuple[tuple[str, Any], ...] = (("ScoreMaximum", maximum), ("ScoreGiven", body["scoreGiven"]))
        for name, value in points:
            if not is_number(value) or value < 0:
                raise ServiceError(422, f"{name} must be greater than or equal to 0")
        if not maximum and item.maximum:
            raise ServiceError(422, "cannot be zero if line item's maximum is not zero")

    def enter_score(self, item: LineItem, cell: Cell, body: Json, when: datetime) -> None:
        """A new attempt and one more comment each time; a teacher's own value is overwritten unless told otherwise."""
        submission = body.get(_SUBMISSION) or {}
        cell.activity_progress, cell.grading_progress = body["activityProgress"], body["gradingProgress"]
        cell.timestamp = when
        if submission.get("new_submission", True) and submission.get("submission_type") != "none":
            cell.attempts += 1
        if body.get("comment"):
            cell.comment = body["comment"]
            cell.comments.append(body["comment"])
        if cell.overridden and submission.get("prioritize_non_tool_grade"):
            return
        if _is_graded(body):
            cell.score = body["scoreGiven"] * item.maximum / body["scoreMaximum"] if body["scoreMaximum"] else 0.0
            cell.overridden = False
        elif not submission.get("preserve_score"):
            cell.score, cell.overridden = None, False

    def score_answer(self, item: LineItem, cell: Cell) -> Response:
        answer = jsonify(resultUrl=f"{self.item_url(item)}/results/{cell.user_id}")
        answer.content_type = v.SCORE_TYPE
        return answer

    def shows_result(self, item: LineItem, cell: Cell) -> bool:
        return self.state.is_gradable(item.course_id, cell.user_id)

    # Memberships

    def member_json(self, tool: Registration, person: Person, course_id: str) -> Json:
        """Roles of the course alone, and the person's id of older days."""
        return super().member_json(tool, person, course_id) | {"lti11_legacy_user_id": f"legacy-{person.sub}"}

    def member_paging(self) -> tuple[int, int]:
        """Fifty people a page, however many are asked for."""
        start, asked = super().member_paging()
        return start, min(asked or _MEMBERS, _MEMBERS)

    # Dynamic registration

    def configuration_url(self, token: str) -> str:
        return f"{self.state.openid_configuration}?registration_token={token}"

    def check_configuration_request(self) -> None:
        if not request.args.get("registration_token"):
            raise ServiceError(401, "Access token missing")

    def registration_error(self, error: ServiceError) -> Response:
        many = {"errors": [error.message]} if error.status == 422 else {"errorMessage": error.message}
        answer = jsonify(many)
        answer.status_code = error.status
        return answer

    def registration_answer(self, tool: Registration, body: Json) -> Json:
        """Without a deployment: the first launch brings it."""
        answer = super().registration_answer(tool, body)
        configuration = dict(answer[v.TOOL_CONFIGURATION])
        configuration.pop("deployment_id")
        return {**answer, v.TOOL_CONFIGURATION: configuration}


def _is_graded(body: Json) -> bool:
    return body.get("gradingProgress") in _GRADED and body.get("scoreGiven") is not None
