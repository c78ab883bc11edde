"""What an administrator reads of launches that were refused."""

import pytest

from lti_tool.lti.errors import SENTENCES
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.support.platform import Platform, Tool


def test_refusals_are_listed_page_by_page_and_by_platform(tool: Tool, platform: Platform) -> None:
    for _ in range(3):
        tool.launch(platform, lambda claims: claims.update(aud="x"))
    tool.login(platform.login_form(iss="https://evil.example.org"))

    with tool.db.read() as conn:
        first = lti.list_refusals(conn, limit=3)
        rest = lti.list_refusals(conn, before=first[-1]["id"], limit=3)
        mine = lti.list_refusals(conn, platform_id=platform.number)

    assert [entry["code"] for entry in (*first, *rest)] == ["unknown_platform"] + 3 * ["wrong_audience"]
    assert len(mine) == 3


def test_rubbish_does_not_fill_the_database(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lti, "KEPT_REFUSALS", 3)
    for number in range(6):
        tool.post_launch({"state": f"s{number}", "id_token": "x"})

    assert tool.count(t.lti_refusals, t.lti_states) == {"lti_refusals": 3, "lti_states": 0}


def test_every_refusal_has_a_sentence_and_a_next_step() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.what.endswith("."), code
        assert sentence.next_step.endswith("."), code
        assert 400 <= sentence.status < 600
