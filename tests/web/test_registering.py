"""Registering in a frame of the platform, as Moodle does it: whatever comes of it must be seen there."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Response

from lti_tool.clock import Clock
from lti_tool.config import Lti, Settings
from lti_tool.lti import invitations
from lti_tool.storage.database import Database
from lti_tool.web.app import create_app
from tests.lti.registrar import Registrar

SETTINGS = Settings(lti=Lti(allow_private_hosts=True))


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Registrar().serving() as registrar:
        yield registrar


def _register(db: Database, clock: Clock, address: str, url: str | None = None) -> Any:
    client = create_app(SETTINGS, clock=clock, db=db).test_client()
    client.get("/lti/launch-that-is-none")  # a page a moment ago, from which the known platforms are remembered
    invitation = url or invitations.create(db, SETTINGS.server.public_url, clock()).url
    return client.get(f"{invitation}&{urlencode({'openid_configuration': address, 'lang': 'en'})}")


def _may_frame(answer: Any) -> list[str]:
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    return policy["frame-ancestors"].split()


def test_the_platform_sees_that_it_is_registered(db: Database, clock: Clock, registrar: Registrar) -> None:
    answer = _register(db, clock, f"{registrar.url}/openid")

    assert answer.status_code == 200
    assert _may_frame(answer) == ["'self'", registrar.url]


def test_the_platform_sees_why_it_is_not(db: Database, clock: Clock, registrar: Registrar) -> None:
    registrar.answer = Response("Fatal error", 500)
    answer = _register(db, clock, f"{registrar.url}/openid")

    assert answer.status_code == 502
    assert _may_frame(answer) == ["'self'", registrar.url]


def test_the_platform_sees_that_an_invitation_was_used(db: Database, clock: Clock, registrar: Registrar) -> None:
    invitation = invitations.create(db, SETTINGS.server.public_url, clock()).url
    _register(db, clock, f"{registrar.url}/openid", invitation)
    answer = _register(db, clock, "https://moodle.example.org/openid", invitation)

    assert "it has already been used" in answer.get_data(as_text=True)
    assert _may_frame(answer) == ["'self'", registrar.url, "https://moodle.example.org"]


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "https://evil.example/; script-src *", "https://a@b.c/"]
)
def test_nothing_else_gets_into_the_policy(db: Database, clock: Clock, address: str) -> None:
    answer = _register(db, clock, address)

    assert answer.status_code >= 400
    assert _may_frame(answer) in (["'self'"], ["'self'", "https://evil.example"])
    assert "script-src *" not in answer.headers["Content-Security-Policy"]
