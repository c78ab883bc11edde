"""Launched pages without a launch: registrations, courses and sessions as one leaves them behind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from lti_tool.clock import Clock
from lti_tool.config import Files, Settings
from lti_tool.lti.sessions import cookie_name, start_session
from lti_tool.programmes.file import ProgrammeFile, read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.web.app import create_app

EXAMPLE = read_programme_file(Path("examples/programme.toml"))
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


def another_programme(id_: str, title: str) -> ProgrammeFile:
    """A programme of another name whose roster nobody's accounts are on."""
    return replace(EXAMPLE, programme=replace(EXAMPLE.programme, id=id_, title=title), identifiers=())


@dataclass(frozen=True)
class Page:
    """What came back: its status and its text."""

    status: int
    text: str
    location: str

    @property
    def words(self) -> str:
        """The text alone, without its tags."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.text).split())


class Visitor:
    """A browser in which one launch has been opened."""

    def __init__(self, client: FlaskClient, token: str, cookie: str) -> None:
        self._client = client
        self._cookie = cookie
        self.token = token
        client.set_cookie(cookie_name(token), cookie)

    def cookies(self) -> dict[str, str]:
        """What another browser must hold to be this one."""
        return {cookie_name(self.token): self._cookie}

    def get(self, path: str, **query: Any) -> Page:
        return self._page(self._client.get(f"/at/{self.token}/{path}", query_string={"lang": "en", **query}))

    def post(self, path: str, form: Mapping[str, Any] | None = None, *, lang: str = "en") -> Page:
        answer = self._client.post(f"/at/{self.token}/{path}", data=form or {}, query_string={"lang": lang})
        return self._page(answer)

    def _page(self, answer: Any) -> Page:
        text = " ".join(answer.get_data(as_text=True).split())
        return Page(answer.status_code, text, answer.headers.get("Location", ""))


class Installation:
    """The whole tool on a database, with whatever platforms and courses a test asks for."""

    def __init__(self, db: Database, clock: Clock, folder: Path) -> None:
        self.db = db
        self.clock = clock
        self.app = create_app(replace(Settings(), files=Files(str(folder))), clock=clock, db=db)

    def load(self, file: ProgrammeFile = EXAMPLE) -> str:
        with self.db.begin() as conn:
            apply_programme(conn, file, self.clock())
        return file.programme.id

    def register(self, issuer: str, client_id: str = "client", **more: str) -> int:
        """A registered platform with one deployment; its number."""
        address = {name: f"{issuer}/{name}" for name in ("auth_login_url", "auth_token_url", "key_set_url")}
        row = {"issuer": issuer, "client_id": client_id, "name": issuer, "created_at": self.clock(), **address, **more}
        with self.db.begin() as conn:
            platform_id = lti.add_platform(conn, row)
            lti.add_deployment(conn, platform_id, "1")
        return platform_id

    def course(self, platform_id: int, context_id: str = "course-1", *, shows: str | None = None) -> int:
        """A course that has launched the tool; its row."""
        with self.db.begin() as conn:
            deployment = lti.list_deployments(conn, platform_id)[0]["id"]
            row = {
                "platform_id": platform_id,
                "deployment_id": deployment,
                "context_id": context_id,
                "title": f"Course {context_id}",
                "lineitems_url": f"https://lms.example/{platform_id}/{context_id}/lineitems",
                "seen_at": self.clock(),
            }
            context = int(lti_launches.save_context(conn, row)["id"])
            if shows:
                lti_launches.link_context(conn, context, shows)
        return context

    def member(self, context: int, sub: str, participant: str | None = None, **said: Any) -> int:
        """A learner of a course; the row."""
        row = {
            "context_id": context,
            "sub": sub,
            "name": said.get("name", sub),
            "email": said.get("email", ""),
            "number": said.get("number", ""),
            "roles": [f"{MEMBERSHIP}#Learner"],
            "is_trainee": True,
            "participant_id": participant,
            "linked_by": "account" if participant else None,
            "seen_at": self.clock(),
            "left_at": None,
        }
        with self.db.begin() as conn:
            return int(lti_launches.save_member(conn, row)["id"])

    def visit(
        self,
        platform_id: int,
        context: int,
        role: str,
        *,
        sub: str = "u-1",
        programme: str | None = None,
        participant: str | None = None,
        name: str = "",
        email: str = "",
        **details: Any,
    ) -> Visitor:
        """A browser with an open launch; `details` as the session keeps them, such as another message type."""
        row = {
            "platform_id": platform_id,
            "context_id": context,
            "resource_link_row": None,
            "sub": sub,
            "audience_role": role,
            "programme_id": programme,
            "participant_id": participant,
            "details": {
                "resource_link_id": "link",
                "name": name,
                "email": email,
                "roles": [],
                "message_type": "LtiResourceLinkRequest",
                "custom": {},
                **details,
            },
        }
        with self.db.begin() as conn:
            opened = start_session(conn, row, with_cookie=True, hours=8, now=self.clock())
        return Visitor(self.app.test_client(), opened.token, opened.cookie)
