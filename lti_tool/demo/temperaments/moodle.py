"""Moodle 4.5: what its `mod/lti` does differently, as read from its source."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Response, jsonify, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import Course, Person
from lti_tool.demo.records import Cell, DeepLinkingReturn, Json, Launch, LineItem, Link, Registration, ServiceError
from lti_tool.demo.temperaments.generic import Generic, is_number
from lti_tool.demo.times import parse_time

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/person#Administrator"
_MISTAKE = "<!DOCTYPE html>\n<html><body>Exception - Call to a member function out() on null. Course</body></html>"
_INCORRECT = "Incorrect score received"


class Moodle(Generic):
    product = "moodle"
    platform_name = "示例 Moodle"
    version = "2024100706.00"
    id_token_seconds = 60
    key_set_max_age = None
    locales: ClassVar[dict[str, str]] = {"zh": "zh_cn", "en": "en"}
    required_auth = (
        "client_id",
        "redirect_uri",
        "login_hint",
        "nonce",
        "scope",
        "response_type",
        "response_mode",
    )
    unauthorized_user_error = "access_denied"
    json_type = "text/html; charset=utf-8"
    registers_active = False
    dropped_from_next = ("role",)

    items_path = "/mod/lti/services.php/<course_id>/lineitems"
    item_path = "/mod/lti/services.php/<course_id>/lineitems/<item_id>/lineitem"
    members_path = "/mod/lti/services.php/CourseSection/<course_id>/bindings/<type_id>/memberships"

    def key_ids(self, now: datetime) -> list[str]:  # noqa: ARG002
        return [secrets.token_hex(10)]

    def new_client_id(self, type_id: str) -> str:  # noqa: ARG002
        return "".join(secrets.choice(_ALPHABET) for _ in range(15))

    def items_url(self, course_id: str, tool: Registration) -> str:
        return super().items_url(course_id, tool) + f"?type_id={tool.type_id}"

    def item_url(self, item: LineItem) -> str:
        tool = self.state.registrations[item.client_id]
        return super().item_url(item) + f"?type_id={tool.type_id}"

    # Launch

    def message_hint(self, launch: Launch) -> str:
        activity = {"cmid": int(launch.link_id)} if launch.link_id else {}
        return json.dumps({**activity, "launchid": launch.id})

    def read_message_hint(self, hint: str) -> str | None:
        try:
            read: Any = json.loads(hint)
        except ValueError:
            return None
        return str(read["launchid"]) if isinstance(read, dict) and "launchid" in read else None

    def context_claim(self, course: Course) -> Json:
        return {**super().context_claim(course), "type": ["CourseSection"]}

    def resource_link_claim(self, link: Link) -> Json:
        return {"id": link.id, "title": link.title, "description": link.text.replace("\n", "\r\n")}

    def platform_claim(self) -> Json:
        guid = hashlib.md5(self.state.issuer.encode(), usedforsecurity=False).hexdigest()
        return {**super().platform_claim(), "guid": guid}

    def custom(self, tool: Registration, link: Link | None) -> dict[str, str]:
        """The administrator's value wins; keys come twice when they are not plain lower-case names."""
        merged = {**(link.custom if link else {}), **tool.custom}
        plain = {"".join(c if c.isalnum() else "_" for c in key.lower()): merged[key] for key in merged}
        return {**plain, **merged}

    def members_claim(self, tool: Registration, launch: Launch) -> Json | None:
        """Only where the course has an activity of the tool already: not at a first deep linking launch."""
        used = any(link.client_id == tool.client_id for link in self.state.course_links(launch.course_id))
        claim = super().members_claim(tool, launch) if used else None
        return {**claim, "service_versions": ["1.0", "2.0"]} if claim else None

    def more_claims(self, tool: Registration, launch: Launch) -> Json:
        username = self.state.people[launch.sub].email.partition("@")[0]
        named = {"user_username": username} if tool.shares_name else {}
        sections = {"person_sourcedid": "", "course_section_sourcedid": ""}
        return {v.LTI + "lis": sections, v.LTI + "ext": {"lms": "moodle-2", **named}}

    def deep_linking_settings(self, tool: Registration, launch: Launch) -> Json:  # noqa: ARG002
        return {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_copy_advice": False,
            "accept_multiple": True,
            "accept_unsigned": False,
            "auto_create": False,
            "can_confirm": False,
            "title": tool.name,
            "text": "",
        }

    # Access tokens

    def check_assertion(self, claims: Json) -> None:
        """No leeway for the times; `aud`, `iss` and `jti` are not looked at."""
        self.state.tool_keys.check_times(claims)

    def token_error(self, error: ServiceError) -> Response:
        return Response(f'{{"error" : "{error.message}"}}', 400, content_type="application/json")

    # Services

    def error(self, error: ServiceError) -> Response:
        if error.details.get("is_page"):
            return Response(error.message, error.status, content_type="text/html; charset=utf-8")
        asked = {
            "method": request.method,
            "url": request.path,
            "accept": request.headers.get("Accept"),
            "contentType": request.headers.get("Content-Type"),
        }
        answer = jsonify(status=error.status, reason=error.message, request=asked)
        if request.path.endswith("/scores") and request.method == "POST":
            answer = Response("[]", content_type=v.SCORE_TYPE)  # the sentence stands in the status line alone
        answer.status = f"{error.status} {error.message}".encode().decode("latin-1")
        return answer

    def check_media_type(self, allowed: str) -> None:
        """Types are compared exactly: application/json has no handler."""
        accepted = request.headers.get("Accept")
        kind = (request.headers.get("Content-Type") or "").partition(";")[0]
        good = kind == allowed if request.method in ("POST", "PUT") else accepted in (None, allowed)
        if request.method == "GET" and accepted and "*/*" in accepted:
            good = True
        if not good and request.method != "DELETE":
            raise ServiceError(400, f"No handler found for {request.path} {accepted} {kind}")

    def unauthorized(self, reason: str) -> ServiceError:  # noqa: ARG002
        return ServiceError(401, "Unauthorized")

    def foreign_item(self, item_id: str) -> ServiceError:
        return ServiceError(404, f"Not Found: Grade item {item_id} doesn't exist")

    def item_json(self, item: LineItem) -> Json:
        linked = {"resourceLinkId": item.link_id, "ltiLinkId": item.link_id} if item.link_id else {}
        resource = {"resourceId": item.resource_id} if item.resource_id is not None else {}
        return {
            "id": self.item_url(item),
            "label": item.label,
            "scoreMaximum": item.maximum,
            "tag": item.tag or "",
            **resource,
            **linked,
        }

    def check_new_item(self, tool: Registration, course_id: str, body: Json) -> None:
        if not body.get("label") or not is_number(body.get("scoreMaximum")):
            raise ServiceError(400, "No label or Score Maximum")
        self.check_item_link(tool, course_id, body)

    def check_item_link(self, tool: Registration, course_id: str, body: Json) -> None:
        try:
            super().check_item_link(tool, course_id, body)
        except ServiceError as error:
            raise ServiceError(403, f"Forbidden: {error.message}") from error

    def update_item(self, item: LineItem, body: Json) -> None:
        """Leaving out `tag` or `resourceId` blanks them, leaving out `resourceLinkId` unlinks a column of the tool."""
        if not body.get("label") or not is_number(body.get("scoreMaximum")):
            raise ServiceError(400, "No label or Score Maximum")
        super().update_item(item, body)
        if not item.coupled:
            item.link_id = body.get("resourceLinkId")

    def page_links(self, url: str, start: int, limit: int, total: int) -> str | None:
        """Typographic quotes, as Moodle writes them for line items; they leave as their UTF-8 bytes."""
        text = f"<{url}>; rel=“next”" if start + limit < total else None
        return text.encode().decode("latin-1") if text else None

    def check_results_page(self, cells: list[Cell], size: int) -> None:
        """The link to the last page of results is missing in Moodle's own code, whose mistakes end as 404."""
        if cells and size:
            raise ServiceError(404, _MISTAKE, is_page=True)

    # Scores

    def check_score(self, item: LineItem, body: Json) -> datetime:
        """One sentence for everything wrong; 409 for a time not later, in whole seconds."""
        needed = ("userId", "timestamp", "gradingProgress", "activityProgress")
        when = parse_time(body.get("timestamp"))
        given, maximum = body.get("scoreGiven"), body.get("scoreMaximum")
        numbers = given is None or (is_number(given) and is_number(maximum) and bool(maximum))
        gradable = self.state.is_gradable(item.course_id, body.get("userId"))
        if when is None or not (numbers and gradable and all(body.get(name) for name in needed)):
            raise ServiceError(400, _INCORRECT + json.dumps(body, ensure_ascii=False))
        cell = self.state.cells.get((item.id, body["userId"]))
        if cell and cell.timestamp and int(when.timestamp()) <= int(cell.timestamp.timestamp()):
            raise ServiceError(
                409,
                f"Refusing score with an earlier timestamp for item {item.id} and user {body['userId']}",
            )
        return when

    def enter_score(self, item: LineItem, cell: Cell, body: Json, when: datetime) -> None:
        """Only FullyGraded is a grade; it is kept within 0 and the maximum. A teacher's own stays where it is."""
        cell.attempts += 1
        cell.activity_progress, cell.grading_progress = body["activityProgress"], body["gradingProgress"]
        if item.coupled and cell.overridden:
            return
        graded = body["gradingProgress"] == "FullyGraded" and body.get("scoreGiven") is not None
        if graded:
            points = body["scoreGiven"] * item.maximum / body["scoreMaximum"]
            cell.score = min(max(points, 0.0), item.maximum)
        else:
            cell.score = None
        cell.comment = body.get("comment") or None
        cell.timestamp = when if graded or cell.comment else None
        cell.overridden = False

    def score_answer(self, item: LineItem, cell: Cell) -> Response:  # noqa: ARG002
        return Response("", 200, content_type=v.SCORE_TYPE)

    def after_override(self, cell: Cell, now: datetime) -> None:
        """The time of a teacher's edit counts against later scores."""
        cell.timestamp = now

    def result_json(self, item: LineItem, cell: Cell) -> Json:
        url = self.item_url(item)
        head, _, query = url.partition("?")
        shown: Json = {"id": f"{head}/results?{query}&user_id={cell.user_id}", "userId": cell.user_id}
        if cell.score is not None and cell.timestamp is not None:
            shown |= {"resultScore": cell.score, "resultMaximum": item.maximum, "comment": cell.comment or ""}
            shown |= {"scoreOf": url, "timestamp": cell.timestamp.isoformat()}
        return shown

    # Memberships

    def wanted_members(self, people: list[Person], course_id: str, role: str | None) -> list[Person]:
        """Instructor or Learner, short or full; anything else gives everybody."""
        wanted = (role or "").removeprefix(v.MEMBERSHIP)
        if wanted not in ("Instructor", "Learner"):
            return people
        return [person for person in people if (person.role_in(course_id) == "learner") is (wanted == "Learner")]

    def member_json(self, tool: Registration, person: Person, course_id: str) -> Json:
        """Short role names, and given name before family name."""
        role = person.role_in(course_id)
        roles = ["Learner"] if role == "learner" else ["Instructor"]
        member = super().member_json(tool, person, course_id) | {"lis_person_sourcedid": ""}
        member["roles"] = [_ADMINISTRATOR, *roles] if role == "administrator" else roles
        if tool.shares_name:
            member |= {
                "name": f"{person.given} {person.family}",
                "ext_user_username": person.email.partition("@")[0],
            }
        return member

    def member_message(self, tool: Registration, link: Link) -> list[Json]:  # noqa: ARG002
        return [{v.LTI + "message_type": v.RESOURCE_LINK_REQUEST}]

    # Deep linking

    links_through_frame = True  # contentitem_return.php calls a function of window.parent
    posts_again = True

    def check_deep_linking(self, back: DeepLinkingReturn, claims: Json) -> None:
        """`iss` and the times, without leeway; `aud`, `nonce` and `deployment_id` are not looked at."""
        if claims.get("iss") != back.client_id:
            raise ServiceError(400, "Consumer key is incorrect")
        self.state.tool_keys.check_times(claims)

    def use_deep_linking(self, back: DeepLinkingReturn) -> None:
        """The way back stays open as long as the teacher is logged in."""

    def add_content(self, tool: Registration, course_id: str, item: Json) -> Link:
        """Links, files and rich content end up as activities of the tool too; `lineItem.label` is ignored."""
        settings = self.link_settings(tool, item)
        settings["title"] = item.get("title") or tool.name
        return self.state.add_link(course_id, tool.client_id, **settings)

    # Dynamic registration

    def check_registration(self, body: Json) -> None:
        if "id_token" not in (body.get("response_types") or []):
            raise ServiceError(400, "invalid_response_types")
        super().check_registration(body)
        domain = body[v.TOOL_CONFIGURATION].get("domain")
        if not domain:
            raise ServiceError(400, "missing_domain")
        target = body[v.TOOL_CONFIGURATION].get("target_link_uri")
        if target and urlsplit(target).netloc.removeprefix("www.") != domain.removeprefix("www."):
            raise ServiceError(400, "domain_targetlinkuri_mismatch")

    def registration_error(self, error: ServiceError) -> Response:
        return Response(error.message, error.status, content_type="text/html; charset=utf-8")
