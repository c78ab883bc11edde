"""What a platform calls things and says in a launch, as the specifications describe it."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import Course, Person
from lti_tool.demo.records import Json, Launch, LineItem, Link, Registration

if TYPE_CHECKING:
    from lti_tool.demo.state import State


class Launching:
    """Identifiers, addresses and claims. One instance belongs to one platform; `state` is set when that is made."""

    state: "State"
    product = "xuefen-demo"
    platform_name = "示例学习平台"
    version = "1.0"
    default_issuer: str | None = None
    id_token_seconds = 300
    key_set_max_age: int | None = 3600
    locales: ClassVar[dict[str, str]] = {"zh": "zh-CN", "en": "en"}
    placements: tuple[str, ...] = ("ContentArea",)
    required_auth: tuple[str, ...] = ("client_id", "redirect_uri", "login_hint", "nonce")
    unauthorized_user_error = "login_required"
    invalid_request_error = "invalid_request"
    used_launch_error = "invalid_request"
    json_type = "application/json"
    dropped_from_next: tuple[str, ...] = ()
    registers_active = True
    #: Whether its gradebook opens a learner's submission in the tool.
    reviews = True

    items_path = "/services/<course_id>/lineitems"
    item_path = "/services/<course_id>/lineitems/<item_id>"
    members_path = "/services/<course_id>/memberships"

    # Identifiers

    def key_ids(self, now: datetime) -> list[str]:
        """Names of the signing keys; the last but one signs, or the only one."""
        return [f"demo-{now:%Y%m%d}"]

    def new_client_id(self, type_id: str) -> str:
        return "client-" + secrets.token_hex(6) + type_id

    def deployment_id(self, type_id: str) -> str:
        return type_id

    def link_id(self, number: str) -> str:
        return number

    def context_id(self, course: Course) -> str:
        return course.id

    def login_hint(self, person: Person) -> str:
        return person.sub

    # Where the services are

    def items_url(self, course_id: str, tool: Registration) -> str:  # noqa: ARG002
        return self.state.base_url + self.items_path.replace("<course_id>", course_id)

    def item_url(self, item: LineItem) -> str:
        path = self.item_path.replace("<course_id>", item.course_id).replace("<item_id>", item.id)
        return self.state.base_url + path

    def members_url(self, course_id: str, tool: Registration) -> str:
        path = self.members_path.replace("<course_id>", course_id).replace("<type_id>", tool.type_id)
        return self.state.base_url + path

    # Launch

    def login_fields(self, tool: Registration, launch: Launch) -> dict[str, str]:
        """The login initiation's parameters."""
        return {
            "iss": self.state.issuer,
            "target_link_uri": launch.target_link_uri,
            "login_hint": self.login_hint(self.state.people[launch.sub]),
            "lti_message_hint": self.message_hint(launch),
            "client_id": tool.client_id,
            "lti_deployment_id": tool.deployment_id,
        }

    def message_hint(self, launch: Launch) -> str:
        return launch.id

    def read_message_hint(self, hint: str) -> str | None:
        """The launch id of a hint that came back."""
        return hint

    def redirect_allowed(self, tool: Registration, uri: str) -> bool:
        return uri in tool.redirect_uris

    def response_fields(self) -> dict[str, str]:
        """What goes with the id_token besides the state."""
        return {}

    def roles(self, person: Person, course_id: str) -> list[str]:
        role = person.role_in(course_id)
        if role == "administrator":
            return sorted([v.MEMBERSHIP + "Instructor", v.SYSTEM + "Administrator", v.INSTITUTION + "Administrator"])
        return [v.MEMBERSHIP + ("Instructor" if role == "instructor" else "Learner")]

    def person_claims(self, tool: Registration, person: Person) -> Json:
        names = {"name": person.name, "given_name": person.given, "family_name": person.family}
        return (names if tool.shares_name else {}) | ({"email": person.email} if tool.shares_email else {})

    def context_claim(self, course: Course) -> Json:
        return {
            "id": self.context_id(course),
            "label": course.label,
            "title": course.title,
            "type": [v.COURSE_OFFERING],
        }

    def resource_link_claim(self, link: Link) -> Json:
        return {"id": link.id, "title": link.title, "description": link.text}

    def platform_claim(self) -> Json:
        return {
            "guid": "demo-" + self.product,
            "name": self.platform_name,
            "description": self.platform_name,
            "product_family_code": self.product,
            "version": self.version,
        }

    def custom(self, tool: Registration, link: Link | None) -> dict[str, str]:
        return {**tool.custom, **(link.custom if link else {})}

    def grades_claim(self, tool: Registration, launch: Launch) -> Json | None:
        """The AGS endpoint claim, None where the tool has no grade scope."""
        scopes = [scope for scope in tool.scopes if scope in v.AGS_SCOPES]
        if not scopes:
            return None
        item = self.state.coupled_item(launch.link_id) if launch.link_id else None
        shown = {"lineitem": self.item_url(item)} if item else {}
        return {"scope": scopes, "lineitems": self.items_url(launch.course_id, tool), **shown}

    def members_claim(self, tool: Registration, launch: Launch) -> Json | None:
        if v.MEMBERSHIP_READ not in tool.scopes:
            return None
        url = self.members_url(launch.course_id, tool)
        return {"context_memberships_url": url, "service_versions": ["2.0"]}

    def more_claims(self, tool: Registration, launch: Launch) -> Json:  # noqa: ARG002
        """What only this platform sends."""
        return {}

    def deep_linking_settings(self, tool: Registration, launch: Launch) -> Json:  # noqa: ARG002
        return {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            "accept_lineitem": True,
            "auto_create": False,
            "data": launch.id,
        }
