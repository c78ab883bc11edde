"""A platform as the specifications describe it; the others say where they differ."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import Person
from lti_tool.demo.records import Cell, DeepLinkingReturn, Grant, Json, LineItem, Link, Registration, ServiceError
from lti_tool.demo.temperaments.launching import Launching
from lti_tool.demo.times import parse_time


class Generic(Launching):
    """What follows the specifications."""

    # Access tokens

    def check_assertion(self, claims: Json) -> None:
        """Refuse an assertion; its signature and `sub` are good already."""
        audience = claims.get("aud")
        if self.state.auth_token_url not in (audience if isinstance(audience, list) else [audience]):
            raise ServiceError(400, "invalid_client", description="the 'aud' is invalid")
        self.state.tool_keys.check_times(claims)

    def granted_scopes(self, tool: Registration, asked: list[str]) -> list[str]:
        granted = [scope for scope in asked if scope in tool.scopes]
        if not granted:
            raise ServiceError(400, "invalid_scope")
        return granted

    def access_token(self, tool: Registration, scopes: list[str]) -> tuple[str, Grant]:
        return self.state.grant(tool.client_id, scopes)

    def token_error(self, error: ServiceError) -> Response:
        answer = jsonify(error=error.message, error_description=error.details.get("description", ""))
        answer.status_code = error.status
        return answer

    # Services

    def admit(self) -> Response | None:
        """The answer to a call that comes too fast; every call that is admitted leaves."""
        return None

    def leave(self) -> None:
        """An admitted call is done."""

    def page_size(self, asked: int) -> int:
        """Rows on a page; 0 is everything."""
        return asked

    def check_results_page(self, cells: list[Cell], size: int) -> None:
        """Refuse pages of results that cannot be made."""

    def shows_result(self, item: LineItem, cell: Cell) -> bool:  # noqa: ARG002
        """Whether a cell is among a column's results."""
        return True

    def trouble(self, status: int) -> Response:
        """What the servers in front of the platform answer when it is unwell."""
        return Response(f"<h1>{status}</h1>", status, content_type="text/html")

    def finish(self, response: Response) -> Response:
        """Every service answer on its way out."""
        return response

    def error(self, error: ServiceError) -> Response:
        answer = jsonify(error=error.message)
        answer.status_code = error.status
        return answer

    def check_media_type(self, allowed: str) -> None:
        """Refuse a request by its Accept or Content-Type header."""

    def unauthorized(self, reason: str) -> ServiceError:
        """`reason`: missing, unknown, expired or scope."""
        return ServiceError(403 if reason == "scope" else 401, f"access token: {reason}")

    def missing_course(self, course_id: str) -> ServiceError:
        return ServiceError(404, f"Not Found: Course {course_id} doesn't exist")

    def foreign_item(self, item_id: str) -> ServiceError:
        return ServiceError(404, f"no line item {item_id}")

    def item_json(self, item: LineItem) -> Json:
        optional = {"tag": item.tag, "resourceId": item.resource_id, "resourceLinkId": item.link_id}
        present = {key: value for key, value in optional.items() if value is not None}
        return {
            "id": self.item_url(item),
            "label": item.label,
            "scoreMaximum": item.maximum,
            **present,
            **item.extra,
        }

    def check_new_item(self, tool: Registration, course_id: str, body: Json) -> None:
        """Refuse a line item's creation."""
        if not body.get("label") or not is_number(body.get("scoreMaximum")):
            raise ServiceError(400, "label and scoreMaximum are required")
        self.check_item_link(tool, course_id, body)

    def check_item_link(self, tool: Registration, course_id: str, body: Json) -> None:
        link = self.state.links.get(str(body.get("resourceLinkId") or ""))
        mine = link is not None and (link.client_id, link.course_id) == (tool.client_id, course_id)
        if body.get("resourceLinkId") and not mine:
            raise ServiceError(404, "no such resource link")

    def update_item(self, item: LineItem, body: Json) -> None:
        """A PUT replaces the whole line item."""
        if not body.get("label") or not is_number(body.get("scoreMaximum")):
            raise ServiceError(400, "label and scoreMaximum are required")
        self.rescale(item, float(body["scoreMaximum"]))
        item.label = body["label"]
        item.tag, item.resource_id = body.get("tag"), body.get("resourceId")

    def rescale(self, item: LineItem, maximum: float) -> None:
        """A new maximum keeps every grade's share of it."""
        for cell in self.state.cells.values():
            if cell.line_item_id == item.id and cell.score is not None and item.maximum:
                cell.score = cell.score * maximum / item.maximum
        item.maximum = maximum

    def check_deletion(self, item: LineItem) -> None:
        """Refuse to delete this column."""

    def page_links(self, url: str, start: int, limit: int, total: int) -> str | None:
        """The Link header of a page."""
        return f'<{url}>; rel="next"' if start + limit < total else None

    # Scores

    def check_score(self, item: LineItem, body: Json) -> datetime:
        """Refuse a score, or give its time (AGS 2.0, 3.4)."""
        for name in ("userId", "timestamp", "gradingProgress", "activityProgress"):
            if not body.get(name):
                raise ServiceError(400, f"{name} is missing")
        when = parse_time(body["timestamp"])
        if when is None:
            raise ServiceError(400, "timestamp is not an ISO 8601 time with an offset")
        if "scoreGiven" in body and not (is_number(body["scoreGiven"]) and is_number(body.get("scoreMaximum"))):
            raise ServiceError(400, "scoreGiven needs a scoreMaximum, both numbers")
        if not self.state.is_gradable(item.course_id, body["userId"]):
            raise ServiceError(400, "not a learner of this course")
        cell = self.state.cells.get((item.id, body["userId"]))
        if cell and cell.timestamp and when <= cell.timestamp:
            raise ServiceError(409, "a score at least as recent is here already")
        return when

    def enter_score(self, item: LineItem, cell: Cell, body: Json, when: datetime) -> None:
        """Write the accepted score into its cell."""
        graded = body["gradingProgress"] == "FullyGraded" and "scoreGiven" in body
        cell.score = body["scoreGiven"] * item.maximum / body["scoreMaximum"] if graded else None
        cell.comment, cell.timestamp = body.get("comment"), when
        cell.attempts += 1

    def score_answer(self, item: LineItem, cell: Cell) -> Response:  # noqa: ARG002
        return Response(status=204)

    def after_override(self, cell: Cell, now: datetime) -> None:
        """A teacher has just set the grade."""

    def result_json(self, item: LineItem, cell: Cell) -> Json:
        url = self.item_url(item)
        given: Json = {"resultScore": cell.score, "resultMaximum": item.maximum, "comment": cell.comment}
        present = {key: value for key, value in given.items() if value is not None and cell.score is not None}
        return {
            "id": f"{url}/results/{cell.user_id}",
            "userId": cell.user_id,
            "scoreOf": url,
            **present,
        }

    # Memberships

    def wanted_members(self, people: list[Person], course_id: str, role: str | None) -> list[Person]:
        return [person for person in people if role is None or role in self.roles(person, course_id)]

    def member_json(self, tool: Registration, person: Person, course_id: str) -> Json:
        return {
            "status": "Active",
            "user_id": person.sub,
            "roles": self.roles(person, course_id),
            **self.person_claims(tool, person),
        }

    def member_paging(self) -> tuple[int, int]:
        """First row and page size asked for; size 0 is everything."""
        return request.args.get("from", 0, type=int), request.args.get("limit", 0, type=int)

    def check_member_link(self, rlid: str) -> Link:
        link = self.state.links.get(rlid)
        if link is None:
            raise ServiceError(404, "no such resource link")
        return link

    def member_message(self, tool: Registration, link: Link) -> list[Json]:
        return [{v.LTI + "message_type": v.RESOURCE_LINK_REQUEST, v.LTI + "custom": self.custom(tool, link)}]

    # Deep linking

    #: The page that the answer leads to hands it to the course's page around it, without which nothing is made.
    links_through_frame = False
    #: A post that arrives without our cookie is posted again by our own page, so that the browser sends it along.
    posts_again = False

    def check_deep_linking(self, back: DeepLinkingReturn, claims: Json) -> None:
        """Refuse a deep linking response whose signature is good (LTI Deep Linking 2.0, 4)."""
        audience = claims.get("aud")
        if claims.get("iss") != back.client_id:
            raise ServiceError(400, "wrong iss")
        if self.state.issuer not in (audience if isinstance(audience, list) else [audience]):
            raise ServiceError(400, "wrong aud")
        expected = {
            v.LTI + "message_type": "LtiDeepLinkingResponse",
            v.LTI + "version": "1.3.0",
            v.LTI + "deployment_id": self.state.registrations[back.client_id].deployment_id,
            v.DEEP_LINKING + "data": back.settings.get("data"),
        }
        for name, value in expected.items():
            if claims.get(name) != value:
                raise ServiceError(400, f"wrong {name}")
        self._check_nonce(claims)
        self.state.tool_keys.check_times(claims)

    def _check_nonce(self, claims: Json) -> None:
        """Each answer has a nonce of its own."""
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not nonce or nonce in self.state.used_nonces:
            raise ServiceError(400, "wrong nonce")
        self.state.used_nonces.add(nonce)

    def use_deep_linking(self, back: DeepLinkingReturn) -> None:
        """A dialogue that is answered is over."""
        if back.used:
            raise ServiceError(400, "this dialogue was answered already")
        back.used = True

    def deep_linking_error(self, error: ServiceError) -> Response:
        return Response(error.message, error.status, content_type="text/plain; charset=utf-8")

    def add_content(self, tool: Registration, course_id: str, item: Json) -> Link:
        """One content item becomes an activity; refused ones raise."""
        if item.get("type") != "ltiResourceLink":
            raise ServiceError(400, f"type {item.get('type')!r} is not accepted")
        return self.state.add_link(course_id, tool.client_id, **self.link_settings(tool, item))

    def link_settings(self, tool: Registration, item: Json) -> Json:
        """The activity's settings; a column only where the item brings a line item."""
        column = item.get("lineItem") or {}
        return {
            "title": item.get("title") or column.get("label") or tool.name,
            "target_link_uri": item.get("url") or tool.target_link_uri,
            "custom": {key: str(value) for key, value in (item.get("custom") or {}).items()},
            "graded": bool(column),
            "maximum": float(column.get("scoreMaximum", 100)),
            "tag": column.get("tag"),
            "resource_id": column.get("resourceId"),
            "text": item.get("text") or "",
        }

    # Dynamic registration

    def configuration_url(self, token: str) -> str:  # noqa: ARG002
        return self.state.openid_configuration

    def check_configuration_request(self) -> None:
        """Refuse to show the OpenID configuration."""

    def check_registration(self, body: Json) -> None:
        """Refuse a registration (LTI Dynamic Registration 1.0, 3.5)."""
        for name in ("initiate_login_uri", "redirect_uris", "client_name", "jwks_uri"):
            if not body.get(name):
                raise ServiceError(400, f"missing required attribute {name}")
        if body.get("token_endpoint_auth_method") != "private_key_jwt":
            raise ServiceError(400, "invalid_token_endpoint_auth_method")
        if not isinstance(body.get(v.TOOL_CONFIGURATION), dict):
            raise ServiceError(400, "missing required attribute lti-tool-configuration")

    def registration_error(self, error: ServiceError) -> Response:
        answer = jsonify(error="invalid_client_metadata", error_description=error.message)
        answer.status_code = error.status
        return answer

    def sharing(self, configuration: Json) -> tuple[bool, bool]:
        """Whether names and whether e-mail addresses will be sent, by the claims asked for."""
        claims = configuration.get("claims") or []
        return any(name in claims for name in ("name", "given_name", "family_name")), "email" in claims

    def registered_scopes(self, asked: list[str]) -> list[str]:
        return [scope for scope in asked if scope in v.SCOPES]

    def registration_answer(self, tool: Registration, body: Json) -> Json:
        configuration = {**body[v.TOOL_CONFIGURATION], "deployment_id": tool.deployment_id}
        return {
            **body,
            "client_id": tool.client_id,
            "scope": " ".join(tool.scopes),
            v.TOOL_CONFIGURATION: configuration,
        }


def is_number(value: Any) -> bool:
    """A JSON number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)
