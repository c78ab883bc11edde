"""Key pairs on an administrator's page: made, shown once, revoked, and nobody else's."""

import re
from typing import Any

import pytest

from tests.support.statements import slice_
from tests.web.administration import OTHER, PROGRAMME, Place
from tests.web.launching import Installation
from xapi import credentials


def new_key(**said: Any) -> dict[str, Any]:
    return {"name": "Content server", "programme": PROGRAMME, "scope": ["statements/write"], **said}


def test_a_key_is_made_its_secret_shown_once_and_it_works(tool: Installation, moodle: Place) -> None:
    made = moodle.admin.post("administration/credentials", new_key(evidence=["online", "offline"]))

    key, secret = re.findall(r"<code>([\w-]{20,})</code>", made.text)[:2]
    assert made.status == 201
    assert "shown only this once" in made.text
    with tool.db.read() as conn:
        found = credentials.authenticate(conn, key, secret, tool.clock())
    assert found is not None
    assert (found.tenant, found.scopes) == (PROGRAMME, {"statements/write"})
    assert found.attributes == {"evidence": ["offline", "online"]}
    page = moodle.admin.get("administration/credentials")
    assert "Content server" in page.text
    assert "never" in page.text
    assert secret not in page.text


def test_the_last_use_of_a_key_is_told(tool: Installation, moodle: Place) -> None:
    made = moodle.admin.post("administration/credentials", new_key())
    key = re.findall(r"<code>([\w-]{20,})</code>", made.text)[0]
    with tool.db.read() as conn:
        source = credentials.find_credential(conn, key)
    assert source is not None
    tool.app.extensions["xuefen"].store.accept([slice_("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")], source)

    assert "never" not in moodle.admin.get("administration/credentials").text


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"name": " "}, "Give it a name"),
        ({"name": "x" * 101}, "Give it a name"),
        ({"scope": []}, "Choose at least one thing"),
        ({"scope": ["root"]}, "Choose at least one thing"),
        ({"evidence": ["gold"]}, "Choose from the kinds"),
        ({"programme": OTHER}, "Choose a programme that a course of this platform shows."),
        ({"programme": ""}, "Choose a programme that a course of this platform shows."),
    ],
)
def test_a_key_that_cannot_be_is_not_made_and_the_form_keeps_what_was_typed(
    tool: Installation, moodle: Place, canvas: Place, said: dict[str, Any], complaint: str
) -> None:
    answer = moodle.admin.post("administration/credentials", new_key(**said))

    assert answer.status == 422
    assert complaint in answer.text
    assert 'aria-invalid="true"' in answer.text or "-error" in answer.text
    with tool.db.read() as conn:
        assert credentials.list_credentials(conn) == []


def test_keys_of_others_are_neither_seen_nor_revoked(tool: Installation, moodle: Place, canvas: Place) -> None:
    with tool.db.begin() as conn:
        theirs, _ = credentials.create(conn, "Their content", ("all",), tenant=OTHER)
        everybodys, _ = credentials.create(conn, "Of the whole installation", ("all",))
        mine, _ = credentials.create(conn, "My content", ("all",), tenant=PROGRAMME)

    page = moodle.admin.get("administration/credentials")
    answers = [
        moodle.admin.post("administration/credentials/revoke", {"key": key}).status
        for key in (theirs, everybodys, "no such key", mine)
    ]

    assert "My content" in page.text
    assert "Their content" not in page.text
    assert "whole installation" not in page.text
    assert answers == [404, 404, 404, 302]
    with tool.db.read() as conn:
        assert {found.key for found in credentials.list_credentials(conn)} == {theirs, everybodys}


def test_the_key_of_our_own_pages_cannot_be_revoked_by_mistake(tool: Installation, moodle: Place) -> None:
    with tool.db.begin() as conn:
        key, _ = credentials.create(conn, "Xuefen", ("all",), tenant=PROGRAMME, attributes={"made_by": "Xuefen"})

    assert "own pages write with it" in moodle.admin.get("administration/credentials").text
    assert moodle.admin.post("administration/credentials/revoke", {"key": key}).status == 404
