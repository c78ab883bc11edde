"""The platform's memory: everything it knows, behind one lock, gone when the process ends."""

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lti_tool.clock import Clock, utc_now
from lti_tool.demo.faults import Faults
from lti_tool.demo.keys import SigningKey, ToolKeys
from lti_tool.demo.people import COURSES, PEOPLE, Course, Person
from lti_tool.demo.records import (
    Cell,
    DeepLinkingReturn,
    Grant,
    Launch,
    LineItem,
    Link,
    ReceivedCall,
    Registration,
    new_token,
)

if TYPE_CHECKING:
    from lti_tool.demo.temperaments.generic import Generic

_DEFAULT_MAXIMUM = 100.0
_TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PlatformConfig:
    """What a platform is made of. `tool_url`: where its pages expect the tool; `issuer` None: the temperament's."""

    base_url: str
    tool_url: str = "http://127.0.0.1:8080"
    temperament: str = "moodle"
    issuer: str | None = None
    clock: Clock = utc_now
    people: Sequence[Person] = PEOPLE
    courses: Sequence[Course] = COURSES


class State:
    """All of the platform's records; tests and the demo command act on it as an administrator or teacher would."""

    def __init__(self, config: PlatformConfig, temperament: "Generic") -> None:
        self.config = config
        self.temperament = temperament
        self.faults = Faults()
        self.lock = threading.RLock()
        self.people = {person.sub: person for person in config.people}
        self.courses = {course.id: course for course in config.courses}
        self.keys: list[SigningKey] = [SigningKey(kid) for kid in temperament.key_ids(config.clock())]
        self.tool_keys = ToolKeys(self.now)
        self.registrations: dict[str, Registration] = {}
        self.registration_tokens: dict[str, datetime] = {}
        self.links: dict[str, Link] = {}
        self.line_items: dict[str, LineItem] = {}
        self.cells: dict[tuple[str, str], Cell] = {}
        self.launches: dict[str, Launch] = {}
        self.deep_linking_returns: dict[str, DeepLinkingReturn] = {}
        self.used_nonces: set[str] = set()
        self.grants: dict[str, Grant] = {}
        self.requests: list[ReceivedCall] = []
        self._last_id = 0

    # Where things are

    @property
    def base_url(self) -> str:
        return self.config.base_url.rstrip("/")

    @property
    def issuer(self) -> str:
        return self.config.issuer or self.temperament.default_issuer or self.base_url

    @property
    def auth_login_url(self) -> str:
        return self.base_url + "/auth"

    @property
    def auth_token_url(self) -> str:
        return self.base_url + "/token"

    @property
    def key_set_url(self) -> str:
        return self.base_url + "/jwks"

    @property
    def openid_configuration(self) -> str:
        return self.base_url + "/.well-known/openid-configuration"

    @property
    def registration_url(self) -> str:
        return self.base_url + "/register"

    def now(self) -> datetime:
        """The platform's time, which may be off (`faults.clock_offset_seconds`)."""
        return self.config.clock() + timedelta(seconds=self.faults.clock_offset_seconds)

    def new_id(self) -> str:
        with self.lock:
            self._last_id += 1
            return str(self._last_id)

    # Tools and links

    def register_tool(
        self,
        client_id: str | None = None,
        *,
        name: str,
        login_url: str,
        redirect_uris: Iterable[str],
        jwks_url: str,
        target_link_uri: str,
        deep_linking_url: str | None = None,
        **more: Any,
    ) -> Registration:
        """Enter a tool by hand, active at once; `more` are further fields of `Registration`."""
        with self.lock:
            type_id = self.new_id()
            registration = Registration(
                client_id or self.temperament.new_client_id(type_id),
                self.temperament.deployment_id(type_id),
                type_id,
                name,
                login_url,
                tuple(redirect_uris),
                jwks_url,
                target_link_uri,
                deep_linking_url,
                **more,
            )
            self.registrations[registration.client_id] = registration
            return registration

    def add_link(
        self,
        course_id: str,
        client_id: str,
        title: str,
        target_link_uri: str,
        custom: Mapping[str, str] | None = None,
        graded: bool = True,  # noqa: FBT001, FBT002 - the interface others call
        *,
        maximum: float = _DEFAULT_MAXIMUM,
        tag: str | None = None,
        resource_id: str | None = None,
        text: str = "",
        published: bool = True,
    ) -> Link:
        """An activity of the course that opens the tool; with its own column unless not `graded`."""
        with self.lock:
            link = Link(
                self.temperament.link_id(self.new_id()),
                self.courses[course_id].id,
                self.registrations[client_id].client_id,
                title,
                target_link_uri,
                dict(custom or {}),
                text,
                published,
            )
            self.links[link.id] = link
            if graded:
                self.add_line_item(
                    course_id,
                    client_id,
                    title,
                    maximum,
                    link_id=link.id,
                    coupled=True,
                    tag=tag,
                    resource_id=resource_id,
                )
            return link

    def add_line_item(self, course_id: str, client_id: str, label: str, maximum: float, **more: Any) -> LineItem:
        """A column of the course's gradebook; `more` are further fields of `LineItem`."""
        with self.lock:
            item = LineItem(self.new_id(), course_id, client_id, label, maximum, **more)
            self.line_items[item.id] = item
            return item

    def course_links(self, course_id: str) -> list[Link]:
        return [link for link in self.links.values() if link.course_id == course_id]

    def course_items(self, course_id: str, client_id: str | None = None) -> list[LineItem]:
        """The course's columns, or those of one tool there, oldest first."""
        with self.lock:
            found = [item for item in self.line_items.values() if item.course_id == course_id]
        return [item for item in found if client_id in (None, item.client_id)]

    def coupled_item(self, link_id: str) -> LineItem | None:
        """The link's line item, given only where there is exactly one."""
        found = [item for item in self.line_items.values() if item.link_id == link_id]
        return found[0] if len(found) == 1 else None

    def members(self, course_id: str) -> list[Person]:
        return [person for person in self.people.values() if person.role_in(course_id)]

    def is_gradable(self, course_id: str, user_id: object) -> bool:
        """Grades are for enrolled learners."""
        person = self.people.get(user_id) if isinstance(user_id, str) else None
        return person is not None and person.role_in(course_id) == "learner"

    # Grades

    def find_item(self, course_id: str, label_or_id: str) -> LineItem | None:
        items = self.course_items(course_id)
        return next((item for item in items if label_or_id in (item.id, item.label)), None)

    def cell(self, course_id: str, line_item: str, user_id: str) -> Cell | None:
        """What stands in the gradebook for this person; None if nothing was ever sent. `line_item`: label or id."""
        item = self.find_item(course_id, line_item)
        return self.cells.get((item.id, user_id)) if item else None

    def cell_to_write(self, item: LineItem, user_id: str) -> Cell:
        return self.cells.setdefault((item.id, user_id), Cell(item.id, user_id))

    def grades(self, course_id: str) -> list[Cell]:
        """Every cell of the course."""
        with self.lock:
            columns = {item.id for item in self.course_items(course_id)}
            return [cell for cell in self.cells.values() if cell.line_item_id in columns]

    def override(
        self,
        course_id: str,
        line_item: str,
        user_id: str,
        score: float | None,
        comment: str | None = None,
    ) -> Cell:
        """A teacher sets the grade in the gradebook, in the column's points."""
        with self.lock:
            item = self.find_item(course_id, line_item)
            if item is None:
                raise LookupError(f"course {course_id} has no column {line_item!r}")
            cell = self.cell_to_write(item, user_id)
            cell.score, cell.overridden = score, True
            cell.comment = comment if comment is not None else cell.comment
            self.temperament.after_override(cell, self.now())
            return cell

    # Tokens

    def grant(self, client_id: str, scopes: Iterable[str], token: str | None = None) -> tuple[str, Grant]:
        granted = Grant(client_id, frozenset(scopes), self.now() + timedelta(seconds=_TOKEN_SECONDS))
        text = token or new_token()
        self.grants[text] = granted
        return text, granted

    def registration_invitation(self) -> str:
        """A token with which a tool may register once, within the hour."""
        token = secrets.token_urlsafe(24)
        self.registration_tokens[token] = self.now() + timedelta(hours=1)
        return token
